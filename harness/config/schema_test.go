package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	var known config.Known
	for _, e := range algorithms.All() {
		known.Algorithms = append(known.Algorithms, config.Algorithm{Name: e.Name})
	}
	text, err := config.Schema(known)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("ckptbench.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("ckptbench.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemaTakesEveryConfig(t *testing.T) {
	s := compiled(t)
	n := 0
	err := filepath.WalkDir("../../configs", func(path string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		n++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var v any
		if err := yaml.Unmarshal(text, &v); err != nil {
			return err
		}
		if err := s.Validate(v); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 5 {
		t.Errorf("only %d configs were found", n)
	}
}

func TestSchemaIsStrict(t *testing.T) {
	s := compiled(t)
	check := func(text string, good bool) {
		t.Helper()
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
	check("records: 20_000_000", true)
	check("records: 20M", true)
	check("records: twenty", false)
	check("recrods: 5", false)
	check("checkpoint: {interval: 10s, disk_rate: 100MiB/s}", true)
	check("checkpoint: {interval: back-to-back, disk_rate: unlimited}", true)
	check("checkpoint: {intervall: 10s}", false)
	check("checkpoint: {interval: 10}", false)
	check("rate: 70%", true)
	check("rate: 200k/s", true)
	check("rate: fast", false)
	check("algorithms: [calc, none]", true)
	check("algorithms: [clac]", false)
	check("algorithms: all", true)
	check("algorithms: every", false)
	check("matrix: {workload.theta: [0, 0.9]}", true)
	check("matrix: {experiment.name: [a]}", false)
	check("figures: [{name: a, chart: sweep, only: [calc], label: {theta: Skew}, font_size: 7, no_footer: true}]", true)
	check("figures: [{name: a, columns: [of none, pause], points: {theta: [0.6, 0.9]}}]", true)
	check("figures: [{chart: sweep}]", false)
	check("figures: [{name: a, widht: 84mm}]", false)
	check("figures: [{name: a, only: clac}]", false)
	check("figures: {name: a}", false)
	check("verify: off", true)
	check("workload: {name: ycsb-a, long: {share: 0.001%, hold: 2s}}", true)
	check("workload: {read: 1.5}", false)
}

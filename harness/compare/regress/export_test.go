package regress

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"ckptbench/harness/result"
)

func TestExport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tracked")
	e := shape{edit: only("cpr", 2, fail), point: []result.Param{{Key: "zipf", Value: "0.99"}}}.make()
	if err := Export(e, dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bigger-is-better.json", "smaller-is-better.json", "bencher.json"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, data)
	}
	var bencher map[string]map[string]measure
	data, _ := os.ReadFile(filepath.Join(dir, "bencher.json"))
	if err := json.Unmarshal(data, &bencher); err != nil {
		t.Fatal(err)
	}
	if len(bencher) != len(order)-1 {
		t.Errorf("%d algorithms, want all but the failed one", len(bencher))
	}
	for name, ms := range bencher {
		for slug, m := range ms {
			if m.Value < m.Lower || m.Value > m.Upper {
				t.Errorf("%s %s: %+v", name, slug, m)
			}
		}
	}
}

// TestExportNothing must write lists that a tracker can read.
func TestExportNothing(t *testing.T) {
	dir := t.TempDir()
	if err := Export(&result.Experiment{}, dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"bigger-is-better.json": "[]\n", "smaller-is-better.json": "[]\n",
		"bencher.json": "{}\n"} {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
}

package config

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// spellings are values as people write them, right and wrong, for any key.
func spellings() (all []string) {
	numbers := []string{"0", "1", "7", "10", "100", "4096", "65535", "1000000", "+10", "+0", "-1", "-0.5", "1_000",
		"20_000_000",
		"0.5", ".5", "5.", "1.5", "+0.5", "0.0", "1.0", "1e3", "1.5e1", "1E+6", "5e-1", "0.001", "33.3", "99.9", "101", "150"}
	units := []string{"k", "K", "M", "G", "m", "T", " k", "  k", "B", " B", "KB", "kB", "kb", "MB", " MB", "KiB", "kiB",
		"MiB", " MiB", "TiB", "/s", "k/s", "K txn/s", " txn", "B/s", "MB/s", "MiB/s", "M/s", "%", " %", "  %", "s", "ms",
		"us", "µs", "h",
		"d", " s", "m30s", " applied", "% applied"}
	for _, n := range numbers {
		all = append(all, n, `"`+n+`"`)
	}
	for _, n := range []string{"0", "1", "10", "+10", "-1", "1.5", ".5", "5.", "1_000"} {
		for _, u := range units {
			all = append(all, n+u)
		}
	}
	for _, w := range []string{"true", "True", "TRUE", "tRUE", "false", "False", "FALSE", "yes", "no", "on", "off", "Off",
		"y",
		"closed", "unlimited", "never", "random", "none", "own", "back-to-back", "zipf", "Zipf", "sync", "trial",
		"full", "x",
		"a-b", "44-104", "0-5", "1KB-2KB", "10B-20", "100-", "-100", "1 2", "k", "%", ".", "+", "_1",
		"e3",
		"1e", "1.2.3", "a/b"} {
		all = append(all, w, `"`+w+`"`)
	}
	return append(all, "", "~", "null", "[1]", "{a: 1}", "[]", `""`, `" "`, `" 1"`, `"1 "`,
		`"1__0"`, `"1_"`)
}

// refused tells whether the program refuses a value for its own sake, whatever stands beside it.
func (r *row) refused(v value) bool {
	e := defaults("x", known)
	if v.kind != scalar || r.at(&e).UnmarshalText([]byte(v.text)) != nil {
		return true
	}
	text, _ := r.at(&e).MarshalText()
	zero := string(text) == "0" || string(text) == "0B" || string(text) == "0s"
	return zero && refusesZero(r, &e)
}

// unseen tells whether a schema cannot see what the program refuses: the sign or the first point of a number that is
// to be a name, and how much a size comes to.
func unseen(r *row, spelt string) bool {
	return r.typ == "name" && !strings.HasPrefix(spelt, `"`) && (strings.Contains(spelt, "+") || spelt == ".5") ||
		r.name == "workload.page_size" && strings.Contains(spelt, "TiB")
}

// TestSchemaAgrees: over ten thousand documents of one key, an editor that knows the schema and the program have the
// same verdict.
func TestSchemaAgrees(t *testing.T) {
	text, err := Schema(known)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("x.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("x.json")
	if err != nil {
		t.Fatal(err)
	}
	tried, good := 0, 0
	for i := range rows {
		r := &rows[i]
		if r.at == nil {
			continue
		}
		words := strings.Split(r.typ, "|")
		for _, spelt := range append(spellings(), words...) {
			parts := strings.Split(r.name, ".")
			nested := strings.Join(parts, ": {") + ": " + spelt + strings.Repeat("}", len(parts)-1)
			root, problems := decodeYAML("x.yaml", []byte(nested))
			if len(problems) > 0 {
				continue // no YAML, for neither
			}
			if unseen(r, spelt) {
				continue
			}
			var plain any
			if err := yaml.Unmarshal([]byte(nested), &plain); err != nil {
				t.Fatal(err)
			}
			leaf := root
			for range parts {
				leaf = leaf.entries[0].value
			}
			tried++
			refused := r.refused(leaf)
			if !refused {
				good++
			}
			if err := s.Validate(plain); (err != nil) != refused {
				t.Errorf("%s: the program refuses it: %v; the schema: %v", nested, refused, err)
			}
		}
	}
	if tried < 10_000 || good < 1000 {
		t.Errorf("%d documents, %d of them good", tried, good)
	}
	// What the program refuses of a number for its own sake is what it refuses in a file.
	for _, key := range []string{"records", "trials", "record_size", "duration", "bucket"} {
		_, err := Parse("x.yaml", fmt.Appendf(nil, "%s: 0\n", key), known)
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: 0: %v", key, err)
		}
	}
}

// TestResolvedElsewhere: a resolved configuration is to other readers of YAML what it is to this program: no text is a
// number, a date or a boolean to any of them.
func TestResolvedElsewhere(t *testing.T) {
	for _, name := range []string{"no", "Yes", "on", "OFF", "y", "N", "null", "true", "False", "010", "1e3", "1_000",
		"0x10", "0o17",
		"190:20:30", "2020-01-01", "1.", ".5", "12", "~", "=", "<<", "plain", "two words", ".inf", "1.5"} {
		e := parse(t, fmt.Sprintf("experiment: {about: %q, paper: %q}\ncheckpoint: {dir: %q}\nwal: off\nrecover: false\n",
			name, name, name))
		text, err := e.Resolved()
		if err != nil {
			t.Fatal(err)
		}
		quoted := fmt.Sprintf("about: %q\n", name)
		if plain := "about: " + name + "\n"; !strings.Contains(string(text), quoted) &&
			(!strings.Contains(string(text), plain) || name != "plain") {
			t.Errorf("%q is written without quotes:\n%s", name, text)
		}
		if !strings.Contains(string(text), "\nwal: \"off\"\n") || !strings.Contains(string(text), "\nrecover: false\n") {
			t.Errorf("words and booleans:\n%s", text)
		}
		checkRoundTrip(t, e)
	}
	e := parse(t, "workload: {name: custom, read: 1, abort: 1e-20}\nmatrix: {wal: [off, async]}\n")
	text, err := e.Resolved()
	if err != nil || !strings.Contains(string(text), "abort: 1.0e-20\n") ||
		!strings.Contains(string(text), `wal: ["off", async]`) {
		t.Errorf("%v\n%s", err, text)
	}
	checkRoundTrip(t, e)
}

// TestYAMLMessages: the line that is wrong is the one that is named.
func TestYAMLMessages(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		_, err := Parse("x.yaml", []byte(text), known)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	check("%YAML 1.2\n---\nrecords: 10k\n", "")
	check("# x\n\n%YAML 1.1\n---\nrecords: 10k\n", "")
	check("%YAML 3.0\n---\nrecords: 10k\n", "remove the line")
	check("experiment:\n  about: |\n    first\n    \tsecond\nrecords: 10k\n", "x.yaml:2: experiment.about")
	check("experiment:\n  about: |\n    first\n    \tsecond\nrecords: [10k\n", "did not find expected")
	check("experiment:\n  about: x\n\trecords: 10k\n", "x.yaml:3: indented with a tab")
	check("records: 10k\nexperiment: {about: \xff}\n", "x.yaml:2: is not text in UTF-8")
	check("experiment: {about: a: b}", "x.yaml:1: not valid YAML here")
	check(`{"$schema": "./schema.json", "records": 10000}`, "")
	check("checkpoint: {$schema: x}", "unknown key")
	check("workload: {name: custom, read: 1, distribution: zipf, theta: 00.5}", "write 0.5")
	check("workload: {name: custom, read: .5, update: .5, distribution: zipf, theta: .5}\nrecover: True\nrate: 50 %",
		"")
}

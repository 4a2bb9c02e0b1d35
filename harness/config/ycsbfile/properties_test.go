package ycsbfile

import "testing"

// A configuration in YAML is never taken for a property file, nor the other way
// round.
func TestIs(t *testing.T) {
	check := func(name, text string, want bool) {
		t.Helper()
		if Is(name, []byte(text)) != want {
			t.Errorf("%s with %q: not %v", name, text, want)
		}
	}
	check("workloada", "# x\n\nrecordcount=1\n", true)
	check("w.properties", "recordcount = 1\n", true)
	check("w.yaml", "recordcount=1\n", false)
	check("w.YML", "recordcount=1\n", false)
	check("w", "records: 1M\n", false)
	check("w", "\ufeffrecords: 1M\n", false)
	check("w", "\ufeffrecordcount=1\n", true)
	check("w", "recordcount: 1\n", true)
	check("w", "recordcount\t1\n", true)
	check("w", "workload: core\nrecordcount: 1\n", true)
	check("w", "workload: {name: calc}\nrecords: 1k\n", false)
	check("w", "workload:\n  name: calc\n", false)
	check("w.properties", "some.binding: 1\n", true)
	check("w.yaml", "recordcount: 1\n", false)
	check("w", "experiment: {about: 'a=b'}\n", false)
	check("w", "", false)
	check("w", "# only\n", false)
	check("w", "=1\n", false)
	check("w", "\x7fELF\x02=1\n", false)
}

package config

import "fmt"

// Differences names the keys in which two stored configurations differ, as Resolved wrote
// them, with both values: "record_size is 100B and 200B". Which keys are compared is the
// method's to say. It is nil where either cannot be read.
func Differences(a, b []byte) []string {
	e, err := parseStored("resolved.yaml", b)
	if err != nil {
		return nil
	}
	ds, err := e.Differences("resolved.yaml", a)
	if err != nil {
		return nil
	}
	var out []string
	for _, d := range ds {
		out = append(out, fmt.Sprintf("%s is %s and %s", d.Key, d.Old, d.New))
	}
	return out
}

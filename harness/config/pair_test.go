package config

import (
	"strings"
	"testing"
)

func TestPairRefused(t *testing.T) {
	for set, want := range map[string]string{
		"pair.most=1":                 "pair.most: 1 must be 2 to 1000",
		"pair.most=3":                 "pair.least: 4 is more than pair.most (3)",
		"pair.most=8,pair.slice=2s":   "pair.slice: 2s must be 1ms to 1s",
		"pair.most=8,rate=100k/s":     "pair.most: a pair runs in a closed loop",
		"pair.most=8,pair.quads=1":    "pair.quads: 1 must be 2 to 100k",
		"pair.most=8,pair.until=150%": "pair.until",
	} {
		e, err := Parse("x.yaml", []byte("records: 1k"), known)
		if err == nil {
			err = e.Set(strings.Split(set, ",")...)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", set, err, want)
		}
	}
}

// TestPairIsNotHashed: pairs change nothing in what a trial measures.
func TestPairIsNotHashed(t *testing.T) {
	a, err := Parse("x.yaml", []byte("records: 1k"), known)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse("x.yaml", []byte("records: 1k\npair: {most: 8, until: 2%}"), known)
	if err != nil {
		t.Fatal(err)
	}
	if a.Hash() != b.Hash() || !b.Paired() || a.Paired() {
		t.Errorf("hashes %s and %s, paired %t and %t", a.Hash(), b.Hash(), a.Paired(), b.Paired())
	}
}

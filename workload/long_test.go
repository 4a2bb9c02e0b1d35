package workload

import (
	"strings"
	"testing"
	"time"
)

// TestLongAlone: long transactions are a share of all, or run on a worker of their
// own; not both.
func TestLongAlone(t *testing.T) {
	alone, err := Spec{Name: "calc", Long: Long{Every: new(2 * time.Second), Keys: 50}}.Resolve()
	if err != nil || !alone.Long.Alone() || *alone.Long.Share != 0 {
		t.Errorf("%+v, %v", alone.Long, err)
	}
	if mixed, err := (Spec{Name: "calc"}).Resolve(); err != nil || mixed.Long.Alone() {
		t.Errorf("%+v, %v", mixed.Long, err)
	}
	for want, l := range map[string]Long{
		"long.every: is in place of long.share":    {Every: new(time.Second), Share: new(0.1)},
		"long.every: -1s must not be negative":     {Every: new(-time.Second)},
		"long.keys: 50 distinct keys per long tra": {Every: new(time.Second), Keys: 50},
	} {
		s, err := Spec{Name: "calc", Long: l}.Resolve()
		if err == nil {
			_, err = New(s, 20, Seed{})
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", l, err, want)
		}
	}
}

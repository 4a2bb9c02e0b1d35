package plot

import (
	"fmt"
	"testing"
)

func TestLooks(t *testing.T) {
	s := NewStyle(order)
	seen := map[string]string{}
	for i := range 40 {
		name := fmt.Sprintf("later%d", i)
		if i < len(order) {
			name = order[i]
		} else {
			s = s.with([]string{name})
		}
		if name == baseline {
			continue
		}
		l := s.Look(name)
		if l.Colour.A != 0xFF || l.Shape == nil {
			t.Errorf("%s: %+v", name, l)
		}
		key := fmt.Sprint(l.Dashes, l.Shape) // what greyscale leaves
		if other := seen[key]; other != "" {
			t.Errorf("%s and %s look the same in grey: %s", name, other, key)
		}
		seen[key] = name
	}
}

func TestLookStays(t *testing.T) {
	s := NewStyle(order)
	if a, b := s.Look("calc"), s.with([]string{"aaa", "zzz"}).Look("calc"); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("calc looks different beside new algorithms: %v, %v", a, b)
	}
	if a, b := s.Look("naive"), s.Look("naive-copy"); a.Colour != b.Colour || fmt.Sprint(a.Dashes, a.Shape) == fmt.Sprint(b.Dashes, b.Shape) {
		t.Errorf("a variant shares the hue and nothing else: %v, %v", a, b)
	}
	if s := s.with([]string{"calculator"}); s.Look("calc").Colour == s.Look("calculator").Colour {
		t.Error("calculator is not a variant of calc")
	}
	seen := map[any]string{}
	for _, name := range order {
		if c := s.Look(name).Colour; name != "naive-copy" {
			if seen[c] != "" {
				t.Errorf("%s and %s have one colour", name, seen[c])
			}
			seen[c] = name
		}
	}
}

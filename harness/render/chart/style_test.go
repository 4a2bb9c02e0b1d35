package chart

import (
	"fmt"
	"image/color"
	"maps"
	"math"
	"slices"
	"testing"

	"ckptbench/algorithms"
)

// No two algorithms look the same: in grey, by dash and marker together. Of those
// that are listed each has a marker of its own, and a line without its marker is
// told by its hue or its dash, by those too who do not see red or green.
func TestNoTwoLookTheSame(t *testing.T) {
	var order []string
	for _, e := range algorithms.All() {
		order = append(order, e.Name)
	}
	for name := range looks {
		if !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	slices.Sort(order)
	s := NewStyle(order)
	inGrey := map[string]string{}
	for i, a := range order {
		l := s.Look(a)
		key := fmt.Sprint(l.Dashes, l.Shape)
		if other := inGrey[key]; other != "" {
			t.Errorf("%s and %s look the same in grey: %s", a, other, key)
		}
		inGrey[key] = a
		for _, b := range order[:i] {
			m, ok := looks[b]
			if _, both := looks[a]; !ok || !both {
				continue
			}
			if fmt.Sprint(l.Shape) == fmt.Sprint(m.Shape) {
				t.Errorf("%s and %s have one marker", a, b)
			}
			if slices.Equal(l.Dashes, m.Dashes) && distance(l.Colour, m.Colour) < 20 {
				t.Errorf("lines of %s and %s have one dash, and colours %.0f apart", a, b, distance(l.Colour, m.Colour))
			}
		}
	}
}

// A variant has the look of its algorithm but for dash and marker.
func TestVariants(t *testing.T) {
	for _, e := range algorithms.All() {
		l, ok := looks[e.Name]
		if ok && e.Variant != "" && (l.Colour != looks[e.Variant].Colour || slices.Equal(l.Dashes, looks[e.Variant].Dashes)) {
			t.Errorf("%s: a variant shares the hue of %s and not its dash", e.Name, e.Variant)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(looks)) {
		if l := looks[name]; l.Colour.A != 0xFF || l.Shape == nil {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// What is not listed gets looks of its own, as many as anybody adds.
func TestUnlistedLooks(t *testing.T) {
	s := NewStyle(order)
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprintf("later%02d", i))
	}
	s = s.with(names)
	seen := map[string]string{}
	for _, name := range append(names, slices.Sorted(maps.Keys(looks))...) {
		key := fmt.Sprint(s.Look(name).Dashes, s.Look(name).Shape)
		if seen[key] != "" {
			t.Errorf("%s and %s look the same in grey: %s", name, seen[key], key)
		}
		seen[key] = name
	}
	if s := s.with([]string{"calc-late"}); s.Look("calc").Colour != s.Look("calc-late").Colour {
		t.Error("a variant that is not listed has a hue of its own")
	}
	if s := s.with([]string{"calculator"}); s.Look("calc").Colour == s.Look("calculator").Colour {
		t.Error("calculator is not a variant of calc")
	}
}

func TestLookStays(t *testing.T) {
	s := NewStyle(order)
	for _, name := range []string{"calc", "later00"} {
		a, b := s.with([]string{name}).Look(name), s.with([]string{name, "aaa-late", "zzz"}).Look(name)
		if name == "calc" && fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%s looks different beside new algorithms: %v, %v", name, a, b)
		}
	}
	if a, b := (Style{}).Look("calc"), s.Look("calc"); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("calc looks different in another order: %v, %v", a, b)
	}
}

// distance is the least between two colours, in CIELAB, for full colour vision
// and without the red or the green cones (Viénot, Brettel and Mollon 1999).
func distance(a, b color.NRGBA) float64 {
	sees := [][3][3]float64{
		{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
		{{0.11238, 0.88762, 0}, {0.11238, 0.88762, 0}, {0.00401, -0.00401, 1}},
		{{0.29275, 0.70725, 0}, {0.29275, 0.70725, 0}, {-0.02234, 0.02234, 1}},
	}
	least := math.Inf(1)
	for _, m := range sees {
		x, y := lab(m, a), lab(m, b)
		least = min(least, math.Sqrt(sq(x[0]-y[0])+sq(x[1]-y[1])+sq(x[2]-y[2])))
	}
	return least
}

func sq(x float64) float64 { return x * x }

// lab is c in CIELAB (D65) after m has been put before the eye.
func lab(m [3][3]float64, c color.NRGBA) [3]float64 {
	linear := func(v uint8) float64 { return math.Pow(float64(v)/255, 2.2) }
	mul := func(m [3][3]float64, v [3]float64) (out [3]float64) {
		for i := range m {
			for k := range v {
				out[i] += m[i][k] * v[k]
			}
		}
		return out
	}
	rgb := mul(m, [3]float64{linear(c.R), linear(c.G), linear(c.B)})
	xyz := mul([3][3]float64{{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}, rgb)
	f := func(x float64) float64 {
		if x = max(x, 0); x > 0.008856 {
			return math.Cbrt(x)
		}
		return 7.787*x + 16.0/116
	}
	x, y, z := f(xyz[0]/0.9505), f(xyz[1]), f(xyz[2]/1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

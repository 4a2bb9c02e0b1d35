package claims

import (
	"strings"
	"testing"

	"ckptbench/harness/result"
)

// grid is every combination of two keys' values.
func grid(a string, as []string, b string, bs []string) (points [][]result.Param) {
	for _, x := range as {
		for _, y := range bs {
			points = append(points, []result.Param{{Key: a, Value: x}, {Key: b, Value: y}})
		}
	}
	return points
}

func TestWhere(t *testing.T) {
	points := grid("records", []string{"500k", "1M", "10M"}, "rate", []string{"70%", "90%"})
	check := func(w Where, want ...string) {
		t.Helper()
		var got []string
		for _, p := range w.of(points) {
			got = append(got, p[0].Value+" "+p[1].Value)
		}
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("%q leaves %v, want %v", w, got, want)
		}
	}
	check(Where{{"records", Most}}, "10M 70%", "10M 90%")
	check(Where{{"records", Least}}, "500k 70%", "500k 90%") // by size, not by letters
	check(Where{{"records", "1000k"}}, "1M 70%", "1M 90%")
	check(Where{{"rate", "0.9"}, {"records", Most}}, "10M 90%")
	check(Where{{"records", "1M"}, {"rate", Most}}, "1M 90%")
	check(Where{{"records", "2M"}})
	check(Where{{"theta", Least}})
	check(Where{{"theta", MoreThanZero}})
	check(Where{{"records", "many"}})
	check(Where{{"records", MoreThanZero}, {"rate", "70%"}}, "500k 70%", "1M 70%", "10M 70%")
	if n := len(Where(nil).of(points)); n != 6 {
		t.Errorf("no condition leaves %d points", n)
	}
}

func TestBeside(t *testing.T) {
	points := grid("share", []string{"0", "0.01"}, "rate", []string{"70%", "90%"})
	q, ok := (Where{{"share", "0"}}).beside(points, points[3])
	if !ok || label(q) != "share=0 rate=90%" {
		t.Errorf("beside %s is %s (%v)", label(points[3]), label(q), ok)
	}
	if q, ok := (Where{{"share", "0"}}).beside(points, []result.Param{{Key: "share", Value: "1"}}); ok {
		t.Errorf("beside a point of another matrix is %s", label(q))
	}
}

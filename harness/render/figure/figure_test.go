package figure

import (
	"image/color"
	"slices"
	"testing"

	"ckptbench/harness/config"
	"ckptbench/harness/render/chart"
	"ckptbench/harness/result"
)

// order is that of the algorithms.
func order() []string { return []string{"none", "calc", "cpr"} }

// sweep is a result of three algorithms at three points.
func sweep() *result.Experiment {
	e := &result.Experiment{Name: "skew"}
	for _, theta := range []string{"0.6", "0.9", "0.99"} {
		for _, a := range order() {
			e.Trials = append(e.Trials, result.Trial{Algorithm: a, Trial: 1,
				Params: []result.Param{{Key: "workload.theta", Value: theta}, {Key: "records", Value: "1M"}}})
		}
	}
	return e
}

// Each option arrives in the style, exactly.
func TestStyle(t *testing.T) {
	s, err := Style(config.Figure{Name: "fig1", Chart: []string{"timeline", "sweep"}, Panels: []string{"pause"},
		Only: []string{"cpr", "calc"}, Points: []string{"theta=0.6,0.99", "records=1000000"},
		Label: []string{"theta=Zipf skew", "cpr=a=b", "0.6=low"}, Color: []string{"calc=#c00", "cpr=#00a1B2"},
		Marker: []string{"calc=open-square"}, Width: "84mm", YRange: "0:5M", TimeRange: "2s:8s", FontSize: "9",
		LogY: true, NoFooter: true}, order(), sweep())
	if err != nil {
		t.Fatal(err)
	}
	if s.As != "fig1" || !slices.Equal(s.Kinds, []string{"timeline", "sweep"}) ||
		!slices.Equal(s.Panels, []string{"pause"}) || !slices.Equal(s.Only, []string{"cpr", "calc"}) ||
		!s.LogY || !s.NoFooter {
		t.Errorf("%+v", s)
	}
	if mm := 25.4; s.Width != 84/mm || s.FontSize != 9 || s.Y != (chart.Range{Lo: 0, Hi: 5e6}) ||
		s.Time != (chart.Range{Lo: 2, Hi: 8}) {
		t.Errorf("width %v, type %v, ranges %v and %v", s.Width, s.FontSize, s.Y, s.Time)
	}
	if s.Labels["theta"] != "Zipf skew" || s.Labels["cpr"] != "a=b" || s.Labels["0.6"] != "low" {
		t.Errorf("labels %v", s.Labels)
	}
	if s.Colours["calc"] != (color.NRGBA{R: 0xCC, A: 0xFF}) ||
		s.Colours["cpr"] != (color.NRGBA{G: 0xA1, B: 0xB2, A: 0xFF}) || s.Markers["calc"] == nil {
		t.Errorf("colours %v, markers %v", s.Colours, s.Markers)
	}
	for _, x := range sweep().Points() {
		if got, want := s.Points(x), x[0].Value != "0.9"; got != want {
			t.Errorf("%v is shown: %v, want %v", x, got, want)
		}
	}
}

// Widths are exact in every unit.
func TestWidths(t *testing.T) {
	mm, cm := 25.4, 2.54 // no constants: these are divided more exactly
	for text, want := range map[string]float64{"column": 3.33, "page": 7, "84mm": 84 / mm, "8.4cm": 8.4 / cm,
		"3.3in": 3.3, "240pt": 240.0 / 72, "84 mm": 84 / mm, "": 0} {
		if s, err := Style(config.Figure{Width: text}, order(), sweep()); err != nil || s.Width != want {
			t.Errorf("%q is %v in, %v, want %v", text, s.Width, err, want)
		}
	}
}

// What is wrong names its flag and the nearest right name; of a file its line and key.
func TestErrors(t *testing.T) {
	for _, c := range []struct {
		f    config.Figure
		want string
	}{
		{config.Figure{Chart: []string{"timelin"}}, `--chart: "timelin" is no chart: did you mean "timeline"?`},
		{config.Figure{Chart: []string{"sweep", "sweep"}}, `--chart: sweep is there twice`},
		{config.Figure{Panels: []string{"pauze"}}, `--panels: "pauze" is no panel of a sweep: did you mean "pause"?`},
		{config.Figure{Chart: []string{"lost"}, Panels: []string{"pause"}},
			`--panels: no sweep is drawn, which alone has them: add sweep to the charts`},
		{config.Figure{Only: []string{"clac"}}, `--only: "clac" is no algorithm here: did you mean "calc"?`},
		{config.Figure{Points: []string{"thetta=0.6"}}, `--points: "thetta" is no key of the matrix: did you mean "theta"?`},
		{config.Figure{Points: []string{"theta=0.61"}},
			`--points: "0.61" is no value of workload.theta: did you mean "0.6"?`},
		{config.Figure{Points: []string{"theta"}},
			`--points: "theta" is no pair: write a key and its values, as in theta=0.6,0.99`},
		{config.Figure{Label: []string{"thea=x"}},
			`--label: "thea" is no algorithm, key or value of the result: did you mean "theta"?`},
		{config.Figure{Label: []string{"calc="}}, `--label: calc has an empty text: give it one or leave it out`},
		{config.Figure{Color: []string{"clac=#c00"}}, `--color: "clac" is no algorithm here: did you mean "calc"?`},
		{config.Figure{Color: []string{"calc=red"}},
			`--color: "red" is no colour: write #c00 or #cc0000, red, green and blue in hexadecimal`},
		{config.Figure{Color: []string{"calc=#c0g"}},
			`--color: "#c0g" is no colour: write #c00 or #cc0000, red, green and blue in hexadecimal`},
		{config.Figure{Marker: []string{"calc=sqare"}}, `--marker: "sqare" is no marker: did you mean "square"?`},
		{config.Figure{Width: "colum"}, `--width: "colum" is no width: did you mean "column"?`},
		{config.Figure{Width: "84"},
			`--width: "84" is no width: write column, page or a length, such as 84mm, 8.4cm, 3.3in or 240pt`},
		{config.Figure{Width: "-3in"},
			`--width: "-3in" is no width: write column, page or a length, such as 84mm, 8.4cm, 3.3in or 240pt`},
		{config.Figure{Width: "84pt"}, `--width: 84pt is 1.167 in: a chart has 2 to 40`},
		{config.Figure{FontSize: "big"}, `--font-size: "big" is no size of type: write its points, 4 to 24, as in 8`},
		{config.Figure{FontSize: "NaN"}, `--font-size: "NaN" is no size of type: write its points, 4 to 24, as in 8`},
		{config.Figure{FontSize: "20", Width: "84mm"},
			`--font-size: 20 pt has no room in a chart of 3.307 in: the most is 16, or make it wider`},
		{config.Figure{YRange: "5M"}, `--y-range: "5M" is no range: write its ends, as in 0:5M`},
		{config.Figure{YRange: "0:5X"}, `--y-range: "5X" is no end of a range: write both as in 0:5M`},
		{config.Figure{YRange: "5M:1M"}, `--y-range: 5M:1M ends before it begins: write the lower end first, as in 0:5M`},
		{config.Figure{YRange: "0:1", Chart: []string{"sweep"}}, `--y-range: no chart that is drawn has such an axis: ` +
			`timeline, timeline-all, grid and memory have, and a sweep of one panel`},
		{config.Figure{TimeRange: "2:8"}, `--time-range: "2" is no end of a range: write both as in 2s:8s`},
		{config.Figure{TimeRange: "2s:8s", Chart: []string{"lost"}},
			`--time-range: no chart that is drawn has an axis of time: timeline, timeline-all, grid and memory have`},
		{config.Figure{LogY: true, Chart: []string{"lost"}},
			`--log-y: no chart that is drawn has such an axis: timeline, timeline-all, grid, memory and sweep have`},
		{config.Figure{At: "f.yaml:3", YRange: "5M"},
			`f.yaml:3: figures: y_range: "5M" is no range: write its ends, as in 0:5M`},
	} {
		if _, err := Style(c.f, order(), sweep()); err == nil || err.Error() != c.want {
			t.Errorf("%+v:\n%v, want\n%s", c.f, err, c.want)
		}
	}
}

// A config's figures are checked before there is a result: whose keys and values it will have is
// not known then.
func TestCheck(t *testing.T) {
	good := config.Figure{Points: []string{"anything=1"}, Label: []string{"anything=x"}, Only: []string{"calc"}}
	if err := Check(good, order()); err != nil {
		t.Error(err)
	}
	for _, bad := range []config.Figure{{Only: []string{"clac"}}, {Width: "wide"}, {Chart: []string{"timelin"}},
		{Points: []string{"anything"}}, {Color: []string{"clac=#c00"}}} {
		if Check(bad, order()) == nil {
			t.Errorf("%+v is good", bad)
		}
	}
}

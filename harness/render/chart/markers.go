package chart

import (
	"math"
	"strings"

	"gonum.org/v1/plot/vg/draw"
)

// namedMarker is a marker that can be asked for.
type namedMarker struct {
	name string
	draw.GlyphDrawer
}

// namedMarkers are the filled ones and the crosses; each of the former is there with each
// filling, as "open-square" too.
func namedMarkers() (all []namedMarker) {
	shapes := []struct {
		name string
		outline
	}{
		{"circle", circle}, {"square", square}, {"diamond", diamond}, {"triangle", up}, {"triangle-down", down},
		{"triangle-left", left}, {"triangle-right", right}, {"pentagon", pentagon}, {"hexagon", hexagon},
		{"star", pentagram},
	}
	fillings := []struct {
		prefix string
		filling
	}{{"", full}, {"open-", open}, {"half-", half}, {"dot-", dot}}
	for _, f := range fillings {
		for _, s := range shapes {
			all = append(all, namedMarker{f.prefix + s.name, marker{s.outline, f.filling}})
		}
	}
	return append(all, namedMarker{"plus", strokes(4, math.Pi/2)}, namedMarker{"cross", strokes(4, math.Pi/4)},
		namedMarker{"asterisk", strokes(6, math.Pi/2)})
}

// MarkerNames are the markers that Marker knows.
func MarkerNames() (names []string) {
	for _, m := range namedMarkers() {
		names = append(names, m.name)
	}
	return names
}

// Marker returns the marker of a name, in any case; nil if there is none.
func Marker(name string) draw.GlyphDrawer {
	for _, m := range namedMarkers() {
		if m.name == strings.ToLower(name) {
			return m.GlyphDrawer
		}
	}
	return nil
}

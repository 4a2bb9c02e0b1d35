package chart

import (
	"image/color"
	"strings"
	"unicode/utf8"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/units"
)

// Font sizes, points: what a two-column paper's caption is set in, or just less.
const (
	labelSize = 8
	tickSize  = 7
	noteSize  = 6
)

var (
	ink      = color.NRGBA{0, 0, 0, 0xFF}
	dim      = color.NRGBA{0x50, 0x50, 0x50, 0xFF}
	alarm    = color.NRGBA{0xC0, 0x00, 0x00, 0xFF}
	hairline = draw.LineStyle{Color: color.Gray{0xD8}, Width: 0.35}
)

// textStyle is Liberation Sans, never bold: vgpdf cannot find its own bold face.
func textStyle(size vg.Length, c color.Color) draw.TextStyle {
	return draw.TextStyle{
		Color:   c,
		Font:    font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size),
		Handler: gonum.DefaultTextHandler,
	}
}

// aligned is a style that puts a text at a point: -1 and 0 for left or lower edge, -0.5 for
// the middle.
func aligned(s draw.TextStyle, x, y float64) draw.TextStyle {
	s.XAlign, s.YAlign = draw.XAlignment(x), draw.YAlignment(y)
	return s
}

// clean keeps what every backend can print: Latin-1 and a few signs, on one
// line. Names and messages come from configurations and result files.
func clean(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.Map(func(r rune) rune {
		switch {
		case r >= ' ' && r <= '~', r >= 0xA1 && r <= 0xFF && r != 0xAD, r == '–', r == '…':
			return r
		case r == 'μ': // Greek, which cp1252 has not
			return 'µ'
		}
		return '?'
	}, s)
}

// short is clean with at most n letters, for names that stand where nothing cuts
// them to size.
func short(s string, n int) string { return units.Cut(clean(s), n) }

// fit shortens s until it is at most w wide.
func fit(sty draw.TextStyle, s string, w vg.Length) string {
	if sty.Width(s) <= w {
		return s
	}
	for len(s) > 0 {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
		if t := strings.TrimRight(s, " ,;:") + "…"; sty.Width(t) <= w {
			return t
		}
	}
	return ""
}

// wrap breaks s into at most limit lines of width w; the last is cut if there
// is more.
func wrap(sty draw.TextStyle, s string, w vg.Length, limit int) []string {
	var lines []string
	words := strings.Fields(s)
	for len(words) > 0 {
		if len(lines) == limit-1 {
			return append(lines, fit(sty, strings.Join(words, " "), w))
		}
		n := 1
		for n < len(words) && sty.Width(strings.Join(words[:n+1], " ")) <= w {
			n++
		}
		lines = append(lines, fit(sty, strings.Join(words[:n], " "), w))
		words = words[n:]
	}
	return lines
}

// fillLines draws lines below one another from the top of r, at its left edge.
func fillLines(c draw.Canvas, sty draw.TextStyle, lines []string) {
	sty = aligned(sty, 0, -1)
	for i, l := range lines {
		c.FillText(sty, vg.Point{X: c.Min.X, Y: c.Max.Y - vg.Length(i)*lineHeight(sty)}, l)
	}
}

// lineHeight is the distance of two lines of text.
func lineHeight(sty draw.TextStyle) vg.Length { return sty.Font.Size * 1.25 }

package chart

import (
	"fmt"
	"image/color"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"ckptbench/harness/result"
)

// The shares of the workers' time in a bucket from which on it is marked that the
// host took it. Less does not show in the line. Within a checkpoint a worker that
// waits for the algorithm may look the same, which takes up to a fifth.
const (
	hostShare           = 0.05
	hostShareCheckpoint = 0.25
)

// The marks are darker than a pause's grey, for they are small; none's, behind, are
// as light as its line.
var (
	hostFill     = color.Gray{0x50}
	hostFillBack = color.Gray{0xA0}
)

// hostTaken returns when the host took more of the workers' time than is left out.
// A dip at such a time is not the algorithm's. Neighbours make one span.
func hostTaken(t *result.Trial) []span {
	if t == nil {
		return nil
	}
	var out []span
	_, between := t.Moments()
	last := -2 // index of the last marked
	for i, b := range t.Buckets {
		end := b.Start + b.Elapsed
		most := hostShare
		if !between(b) {
			most = hostShareCheckpoint
		}
		if !b.Measured() || float64(b.HostTaken)/1e9 <= most*b.Elapsed*float64(max(1, t.Workers)) {
			continue
		}
		if last == i-1 {
			out[len(out)-1].to = end
		} else {
			out = append(out, span{max(0, b.Start), end})
		}
		last = i
	}
	return out
}

// anyHostTaken reports whether there is a mark to explain.
func anyHostTaken(as []algorithm) bool {
	for _, a := range as {
		if len(hostTaken(a.trial)) > 0 {
			return true
		}
	}
	return false
}

// hostEntry is the marks' entry in a legend.
func hostEntry() entry {
	label := fmt.Sprintf("host took over %.0f %% of the workers' time (%.0f %% in a checkpoint)", 100*hostShare,
		100*hostShareCheckpoint)
	return newEntry(label, func(c draw.Canvas) {
		for i := range 3 {
			x := c.Min.X + (c.Max.X-c.Min.X)*vg.Length(1+2*i)/6
			fillBox(c, hostFill, x-hostWidth, c.Min.Y, x+hostWidth, c.Min.Y+hostHeight)
		}
	})
}

// The size of a mark: it stands on the time axis and is at least twice hostWidth
// wide.
const (
	hostHeight = 4
	hostWidth  = 0.6
)

// footMarks stand on the time axis.
type footMarks struct {
	spans []span
	fill  color.Color
}

func (f footMarks) Plot(c draw.Canvas, p *gonum.Plot) {
	for _, s := range f.spans {
		if x0, x1, ok := extent(c, p, s); ok {
			fillBox(c, f.fill, min(x0, c.Max.X-2*hostWidth), c.Min.Y, max(x1, x0+2*hostWidth), c.Min.Y+hostHeight)
		}
	}
}

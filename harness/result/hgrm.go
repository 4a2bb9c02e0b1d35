package result

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Percentile is one step of a latency distribution: Count of all values were
// at most Value nanoseconds.
type Percentile struct {
	Value float64 // latency, ns
	Count uint64  // cumulative
}

// Latency returns the trial's latency distribution from HGRM, in rising order
// and without repeated values, or nil where nothing was timed.
// The error is of a file that is not as it was written.
func (t *Trial) Latency() ([]Percentile, error) {
	if len(t.HGRM) == 0 {
		return nil, nil
	}
	return parseHGRM(latencyFile, t.HGRM)
}

// parseHGRM reads an HDR percentile listing: a header, one line per step of
// value, percentile, cumulative count and 1/(1-percentile), and a footer behind
// #. The percentile is not used: it is printed with six digits, the count is
// exact.
func parseHGRM(name string, data []byte) ([]Percentile, error) {
	var out []Percentile
	n := 0
	for line := range bytes.Lines(data) {
		n++
		f := strings.Fields(string(line))
		if len(f) == 0 || f[0] == "Value" || strings.HasPrefix(f[0], "#") {
			continue
		}
		p, err := parseStep(f)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		last := len(out) - 1
		switch {
		case last >= 0 && (p.Value < out[last].Value || p.Count < out[last].Count):
			return nil, fmt.Errorf("%s:%d: value or count falls", name, n)
		case last >= 0 && p.Value == out[last].Value:
			out[last] = p
		default:
			out = append(out, p)
		}
	}
	return out, nil
}

// parseStep parses a line of the listing: value, percentile, count.
func parseStep(f []string) (Percentile, error) {
	if len(f) < 3 {
		return Percentile{}, fmt.Errorf("%d columns, want value, percentile and count", len(f))
	}
	v, err := strconv.ParseFloat(f[0], 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return Percentile{}, fmt.Errorf("value %q is not a number from 0", f[0])
	}
	c, err := strconv.ParseUint(f[2], 10, 64)
	if err != nil {
		return Percentile{}, fmt.Errorf("count %q is not a whole number from 0", f[2])
	}
	return Percentile{v, c}, nil
}

package result

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// A Pair is an algorithm measured beside none, or beside none under a log where it
// is logged and none is not: both open side by side in one
// process, in turns of some milliseconds. What "of none" says comes from here.
// The trials, which run alone, give the timelines, the pauses and the images.
type Pair struct {
	Schema     int     `json:"schema"`            // as in Trial
	Experiment string  `json:"experiment"`        // as in Trial
	Algorithm  string  `json:"algorithm"`         // the one measured beside the base
	Base       string  `json:"base,omitempty"`    // the other side, where it is not none: LogBase
	Params     []Param `json:"params,omitempty"`  // the point
	Machine    string  `json:"machine,omitempty"` // as in Trial
	ConfigHash string  `json:"config_hash"`       // of the trials at the same point
	Workers    int     `json:"workers"`           // of each side
	Status     string  `json:"status"`            // as a trial's
	Error      string  `json:"error,omitempty"`   // why it is not ok
	StartedAt  string  `json:"started_at"`        // RFC 3339
	Elapsed    float64 `json:"elapsed_s"`         // of all openings
	Slice      float64 `json:"slice_s"`           // length of a turn
	Lead       float64 `json:"lead_s,omitempty"`  // unmeasured, each time a side takes over
	Until      float64 `json:"until"`             // the half width that was asked for
	// Settled says that it was reached. Otherwise Unsettled says why the openings
	// ended.
	Settled   bool   `json:"settled"`
	Unsettled string `json:"unsettled,omitempty"`

	Openings []Opening `json:"openings"` // each with stores of its own
	Images   int       `json:"images"`   // captured beside the slices, read back and right

	// Sum is the SHA-256 checksum of the file without it, in hexadecimal.
	Sum string `json:"sha256,omitempty"`
}

// An Opening is both stores with fresh memory. The phase at rest surrounds the
// capture, so that a steady drift of the machine is in neither.
type Opening struct {
	// NoneFirst says that none's store was opened before the algorithm's.
	NoneFirst bool  `json:"none_first,omitempty"`
	Rest      Turns `json:"rest"` // turns without checkpoints
	// Capture is while an image of the algorithm is captured beside both sides. It
	// has no quads where the algorithm keeps transactions out for the whole of a
	// capture, and of none.
	Capture Turns   `json:"capture,omitzero"`
	Total   float64 `json:"checkpoint_s,omitempty"` // from the trigger to durable, paced
	Pace    int64   `json:"pace_bytes_s,omitempty"` // to which the image's writing was limited
	Huge    float64 `json:"huge_pages,omitempty"`   // part of the process's memory that is in huge pages
	// The machine before and after, and what else it did meanwhile. An
	// opening in which something took processors or memory away is left out of the figures.
	Canary    *Canary     `json:"canary,omitempty"`
	Disturbed Disturbance `json:"disturbed,omitzero"`
}

// Turns are what both sides did in one phase of an opening.
type Turns struct {
	Quads   int     `json:"quads"`           // that counted
	Dropped int     `json:"dropped"`         // quads that the host hit, left out on both sides
	Base    float64 `json:"none_txn_s"`      // mean of the quads
	Side    float64 `json:"algorithm_txn_s"` // of the algorithm, over all its turns
	// The same of the slices that follow one of the same side: without what a switch
	// of sides costs in the caches. 0 where there is none.
	BaseAgain float64 `json:"none_again_txn_s,omitempty"`
	SideAgain float64 `json:"algorithm_again_txn_s,omitempty"`
}

// Ratio returns the algorithm's throughput over none's; ok is false where there is
// none.
func (t Turns) Ratio() (r float64, ok bool) {
	if t.Quads == 0 || t.Base <= 0 {
		return 0, false
	}
	return t.Side / t.Base, true
}

// Carry returns by how much the ratio differs in slices that follow one of the same
// side, as a part of the ratio; ok is false where that is not known.
func (t Turns) Carry() (part float64, ok bool) {
	r, ok := t.Ratio()
	if !ok || r <= 0 || t.BaseAgain <= 0 || t.SideAgain <= 0 {
		return 0, false
	}
	return t.SideAgain/t.BaseAgain/r - 1, true
}

// Check returns the first thing in p that a result must not hold.
func (p *Pair) Check() error {
	switch {
	case p.Schema < 1 || p.Schema > Schema:
		return fmt.Errorf("schema is %d, want 1 to %d", p.Schema, Schema)
	case p.Algorithm == "":
		return errors.New("algorithm is empty")
	case p.Status != OK && p.Status != Partial && p.Status != Failed:
		return fmt.Errorf("status is %q, want %s, %s or %s", p.Status, OK, Partial, Failed)
	case p.Base != "" && p.Base != LogBase:
		return fmt.Errorf("base is %q, want none, which is left out, or %s", p.Base, LogBase)
	case p.Settled && p.Unsettled != "":
		return errors.New("settled, and a reason why not")
	}
	for i, o := range p.Openings {
		at := func(name string) string { return fmt.Sprintf("opening %d: %s", i+1, name) }
		ns := []number{{at("checkpoint_s"), o.Total}, {at("huge_pages"), o.Huge}}
		for _, t := range []struct {
			phase string
			Turns
		}{{"rest", o.Rest}, {"capture", o.Capture}} {
			if t.Quads < 0 || t.Dropped < 0 || min(t.Base, t.Side, t.BaseAgain, t.SideAgain) < 0 {
				return fmt.Errorf("%s below 0", at(t.phase))
			}
			ns = append(ns, number{at(t.phase + ": none_txn_s"), t.Base}, number{at(t.phase + ": algorithm_txn_s"), t.Side},
				number{at(t.phase + ": none_again_txn_s"), t.BaseAgain},
				number{at(t.phase + ": algorithm_again_txn_s"), t.SideAgain})
		}
		if name := firstNotFinite(ns); name != "" {
			return fmt.Errorf("%s is not a finite number", name)
		}
	}
	return nil
}

// Dropped returns how many quads were left out, and of how many.
func (p *Pair) Dropped() (dropped, of int) {
	for _, o := range p.Openings {
		for _, t := range []Turns{o.Rest, o.Capture} {
			dropped, of = dropped+t.Dropped, of+t.Dropped+t.Quads
		}
	}
	return dropped, of
}

// Same reports whether p is a whole measurement of what q is to be one of.
func (p *Pair) Same(q *Pair) bool {
	return p.Status == OK && p.Base == q.Base && p.ConfigHash == q.ConfigHash &&
		p.Until == q.Until && p.Slice == q.Slice && p.Lead == q.Lead
}

// Worst returns the worst disturbance of an opening, but for what its canary saw.
func (p *Pair) Worst() (d Disturbance) {
	for _, o := range p.Openings {
		d = d.worse(o.Disturbed.withoutCanary())
	}
	return d
}

// Speed returns the fastest and the slowest chase of the canary around the openings,
// ns a step; ok is false where it did not run.
func (p *Pair) Speed() (fastest, slowest float64, ok bool) {
	for _, o := range p.Openings {
		if o.Canary == nil {
			continue
		}
		for _, ns := range []float64{o.Canary.Before.Chase, o.Canary.After.Chase} {
			if !ok {
				fastest, slowest, ok = ns, ns, true
			}
			fastest, slowest = min(fastest, ns), max(slowest, ns)
		}
	}
	return fastest, slowest, ok
}

// LeastHuge returns the least share of the memory that was in huge pages in any
// opening.
func (p *Pair) LeastHuge() float64 {
	least := 1.0
	for _, o := range p.Openings {
		least = min(least, o.Huge)
	}
	return least
}

// PairOf returns the pair of an algorithm at a point, or nil.
func (e *Experiment) PairOf(algorithm string, point []Param) *Pair {
	for i := range e.Pairs {
		if p := &e.Pairs[i]; p.Algorithm == algorithm && slices.Equal(p.Params, point) {
			return p
		}
	}
	return nil
}

// pairPath is where p lies in the result directory dir.
func pairPath(dir string, p Pair) string {
	leaf := shorten(escape(p.Algorithm)) + ".json"
	return filepath.Join(dir, pairsDir, PointName(p.Params), leaf)
}

// SavePair writes p into the result directory dir, in place of one of the same
// algorithm and point.
func SavePair(dir string, p Pair) error {
	if err := savePair(dir, p); err != nil {
		return fmt.Errorf("save the pair of %s: %w", p.Algorithm, err)
	}
	return nil
}

// savePair writes a pair durably. It refuses one that Check finds wrong.
func savePair(dir string, p Pair) error {
	if err := p.Check(); err != nil {
		return err
	}
	if err := p.seal(); err != nil {
		return err
	}
	data, err := marshal(p)
	if err != nil {
		return err
	}
	name := pairPath(dir, p)
	if err := makeDir(filepath.Dir(name)); err != nil {
		return err
	}
	return replaceFile(name, data)
}

// LoadPair reads the pair that out would replace; ok is false where there is none.
func LoadPair(dir string, out Pair) (p Pair, ok bool, err error) {
	name := pairPath(dir, out)
	data, err := readOptional(name)
	if err != nil || data == nil {
		return Pair{}, false, err
	}
	err = decodePair(name, data, &p)
	return p, err == nil, err
}

// decodePair reads a pair, checks its figures against each other and its seal.
func decodePair(name string, data []byte, p *Pair) error {
	if err := decodeJSON(name, data, p); err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return p.checkSeal(name, data)
}

// seal gives p its checksum.
func (p *Pair) seal() error {
	p.Sum = ""
	data, err := marshal(*p)
	if err != nil {
		return err
	}
	p.Sum = sumOf(data)
	return nil
}

// checkSeal refuses a pair that was changed since it was measured.
func (p Pair) checkSeal(name string, data []byte) error {
	was := p.Sum
	if err := p.seal(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	whole, err := marshal(p)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if was != p.Sum || !bytes.Equal(whole, data) {
		return fmt.Errorf("%s: was changed since it was measured: its checksum is not that of its content", name)
	}
	return nil
}

// isPairFile tells a pair from what was left behind while one was written.
func isPairFile(name string) bool {
	return strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, tmpPrefix)
}

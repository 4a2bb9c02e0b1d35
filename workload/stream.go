package workload

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"ckptbench/workload/dist"
)

// repeats is how often in a row a key may come that the transaction has
// already, before the nearest unused one is taken.
// With a skewed distribution a transaction of many keys would otherwise draw for ever.
const repeats = 64

// A Stream is an endless sequence of transactions. It is one worker's own: not
// for concurrent use.
// The same Spec, records and Seed give the same transactions, whatever the store does.
type Stream struct {
	rng     *rand.Rand
	records uint64    // that chooser chooses among
	chooser dist.Dist // of keys, or of distances from the newest if ref says so
	ref     Ref
	// of the kinds of operation; the last portion ends at 1
	mix []portion
	// operations of a transaction that is not long
	keys    int
	repeats bool      // a key may come several times
	fields  dist.Dist // which one an operation changes
	lengths dist.Dist // of scans, less 1
	// share of the transactions, 0 to 1
	abort float64
	long  struct {
		share float64
		keys  int
		hold  time.Duration
		apart uint64 // records of its own, above the others
	}
	// keys of the transaction being drawn
	used distinct
}

// A portion of the numbers from 0 to 1 belongs to a kind.
type portion struct {
	kind Kind
	end  float64 // where it ends; it begins where the one before ends
}

// New makes the stream that s describes over the given number of records, the
// keys 0..records-1, for one worker. Its error is that of Validate, or says
// why s cannot run over so few records.
func New(s Spec, records uint64, seed Seed) (*Stream, error) {
	s, err := s.Resolve()
	if err == nil {
		err = s.streams()
	}
	if err == nil {
		err = s.fits(records)
	}
	if err != nil {
		return nil, fmt.Errorf("workload: %w", err)
	}
	// Records at the end of the table, for long transactions alone.
	apart := uint64(*s.Long.Apart * float64(records))
	st := &Stream{
		rng: seed.Source(), records: records - apart,
		mix: s.Mix.portions(), keys: s.Keys, abort: s.Abort,
		repeats: s.UpdatesPerTick > 0, fields: s.fields(), lengths: s.lengths(),
	}
	st.chooser, st.ref = s.chooser(records-apart, seed.Master)
	if *s.Long.Share > 0 {
		st.long.share, st.long.keys, st.long.hold, st.long.apart = *s.Long.Share, s.Long.Keys, *s.Long.Hold, apart
	}
	st.used = newDistinct(max(st.keys, st.long.keys))
	return st, nil
}

// chooser makes the distribution of s, and says how its draws are to be read.
func (s Spec) chooser(records, master uint64) (dist.Dist, Ref) {
	var ranks dist.Dist
	switch s.Distribution {
	case Uniform:
		return dist.Uniform{N: records}, Absolute
	case YCSBScrambled:
		return dist.NewScrambled(records), Absolute
	case Latest:
		return dist.NewLatest(records, *s.Theta), BelowNewest
	case Exponential:
		return dist.NewExponential(records, *s.HotFraction, *s.HotShare), BelowNewest
	case Zipf:
		ranks = dist.NewZipf(records, *s.Theta)
	case YCSBZipf:
		ranks = dist.NewGray(records, *s.Theta)
	case Hotspot:
		ranks = dist.NewHotspot(records, *s.HotFraction, *s.HotShare)
	}
	// Hot keys are neighbours, the hottest first.
	if s.KeyOrder == Ordered {
		return ranks, Absolute
	}
	// The permutation depends on the master seed only, so all workers have the same hot keys.
	return dist.Scattered{Of: ranks, To: dist.NewPermutation(records, master)}, Absolute
}

// Chooser returns the distribution of a resolved benchmark over so many
// records; the master seed says where scattered ones are.
func (s Spec) Chooser(records, master uint64) dist.Dist {
	d, _ := s.chooser(records, master)
	return d
}

// fields returns the distribution that the field of an update is drawn from.
func (s Spec) fields() dist.Dist {
	if s.FieldDistribution == Zipf {
		return dist.NewZipf(uint64(s.Fields), *s.Theta)
	}
	return dist.Uniform{N: uint64(s.Fields)}
}

// lengths returns the distribution of scan lengths, less 1.
func (s Spec) lengths() dist.Dist {
	if s.ScanDistribution == Zipf {
		return dist.NewGray(uint64(s.MaxScan), dist.YCSBTheta)
	}
	return dist.Uniform{N: uint64(s.MaxScan)}
}

// portions cuts 0..1 up among the kinds that have a share. The last one ends at
// 1 whatever rounding made of the sum.
// A kind without a share is never drawn.
func (m Mix) portions() []portion {
	var cut []portion
	end := 0.0
	for i, p := range m.shares() {
		if **p > 0 {
			end += **p
			cut = append(cut, portion{Kind(i), end})
		}
	}
	cut[len(cut)-1].end = 1
	return cut
}

// Next draws the next transaction into t, reusing t.Ops. It allocates only if
// t.Ops is too small for the largest transaction of the stream.
func (st *Stream) Next(t *Txn) {
	// Room for the longest, so that long transactions allocate nothing later.
	t.Ops = slices.Grow(t.Ops[:0], max(st.keys, st.long.keys))
	t.Long = st.happens(st.long.share)
	t.Hold = 0
	st.used.clear()
	if t.Long {
		t.Hold = st.long.hold
		for range st.long.keys {
			t.Ops = append(t.Ops, st.longOp())
		}
	} else {
		for range st.keys {
			t.Ops = append(t.Ops, st.op())
		}
	}
	// Drawn last, whatever the transaction is.
	t.Abort = st.happens(st.abort)
}

// happens draws whether something of the given probability does.
func (st *Stream) happens(p float64) bool { return p > 0 && st.rng.Float64() < p }

// op draws one operation.
func (st *Stream) op() Op {
	o := Op{Kind: st.kind(), Ref: st.ref, Field: FieldAll}
	// The key is given out when it is inserted.
	if o.Kind == Insert {
		o.Ref = Fresh
		return o
	}
	o.Key = st.key()
	switch o.Kind {
	case Update, ReadModifyWrite:
		o.Field = uint16(st.fields.Next(st.rng))
	case Scan:
		o.Length = uint16(1 + st.lengths.Next(st.rng))
	}
	return o
}

// longOp draws one operation of a long transaction.
func (st *Stream) longOp() Op {
	o := Op{Kind: Write, Ref: st.ref, Field: FieldAll}
	if n := st.long.apart; n > 0 {
		o.Key = st.records + st.unused(dist.Uniform{N: n}, n)
	} else {
		o.Key = st.key()
	}
	return o
}

// kind draws the kind of an operation. A mix of one kind draws nothing, so that the
// stream's other draws do not depend on it.
func (st *Stream) kind() Kind {
	if len(st.mix) == 1 {
		return st.mix[0].kind
	}
	// Portions are few: a search from the first is quick.
	u := st.rng.Float64()
	i := 0
	for u >= st.mix[i].end {
		i++
	}
	return st.mix[i].kind
}

// key draws a key that the transaction does not have yet.
func (st *Stream) key() uint64 { return st.unused(st.chooser, st.records) }

// unused draws a number below n that the transaction does not have yet, where
// it may not have it twice.
func (st *Stream) unused(d dist.Dist, n uint64) uint64 {
	// Ticks: each update draws for itself, as the paper's do.
	if st.repeats {
		return d.Next(st.rng)
	}
	k := uint64(0)
	for range repeats {
		k = d.Next(st.rng)
		if st.used.add(k) {
			return k
		}
	}
	for !st.used.add(k) { // there are as many records as keys, so this ends
		if k++; k == n {
			k = 0
		}
	}
	return k
}

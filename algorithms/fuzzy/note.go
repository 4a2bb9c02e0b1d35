package fuzzy

import (
	"encoding/binary"
	"math/bits"

	flags "ckptbench/algorithms/internal/bits"
)

// noteDirty is the kind of the checkpoint record in the log.
const noteDirty = 'D'

// record builds the checkpoint record: the number of active transactions and
// their workers, then the ordinals of the dirty records, each as the distance
// from the one before; all as uvarints. Recovery does not read it (applying
// only what is newer makes it unnecessary), but the paper's pause is the time it
// takes to write.
func (f *fuzzy) record(table *flags.Set) []byte {
	active := f.env.Clock.Running()
	b := binary.AppendUvarint(nil, uint64(len(active)))
	for _, w := range active {
		b = binary.AppendUvarint(b, uint64(w))
	}
	last := uint64(0)
	for i := range table.Words() {
		for word := table.Word(i); word != 0; word &= word - 1 {
			ordinal := uint64(64*i + bits.TrailingZeros64(word))
			b = binary.AppendUvarint(b, ordinal-last)
			last = ordinal
		}
	}
	return b
}

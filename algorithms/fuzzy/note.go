package fuzzy

import (
	"encoding/binary"
	"math/bits"

	flags "ckptbench/algorithms/internal/bits"
)

// noteDirty is the kind of the checkpoint record in the log.
const noteDirty = 'D'

// record builds the checkpoint record: the number of active transactions and
// their workers, then the dirty records, as 8 bytes each, little-endian. Recovery
// does not read it (applying only what is newer makes it unnecessary), but the
// paper's pause is the time it takes to write: a list of dirty objects, of keys of
// 8 bytes. Distances between them would be an eighth of that, and a bit vector a
// sixty-fourth: the paper's 2 s at 125 MB/s were neither.
func (f *fuzzy) record(table *flags.Set) []byte {
	active := f.env.Clock.Running()
	dirty := 0
	for i := range table.Words() {
		dirty += bits.OnesCount64(table.Word(i))
	}
	b := make([]byte, 0, 8*(1+len(active)+dirty)) // growing it would be in the pause
	b = binary.LittleEndian.AppendUint64(b, uint64(len(active)))
	for _, w := range active {
		b = binary.LittleEndian.AppendUint64(b, uint64(w))
	}
	for i := range table.Words() {
		for word := table.Word(i); word != 0; word &= word - 1 {
			b = binary.LittleEndian.AppendUint64(b, uint64(64*i+bits.TrailingZeros64(word)))
		}
	}
	return b
}

package oracle

const (
	chunkShift = 12
	chunkLen   = 1 << chunkShift // entries
)

// A tape is a sequence that grows by chunks, so that appending never copies
// what is there: a slice's doubling would stall a worker for milliseconds.
type tape[T any] struct {
	chunks []*[chunkLen]T
	n      int
}

// append adds v and reports whether that took a new chunk.
func (t *tape[T]) append(v T) (grew bool) {
	c := t.n >> chunkShift
	if c == len(t.chunks) {
		t.chunks = append(t.chunks, new([chunkLen]T))
		grew = true
	}
	t.chunks[c][t.n&(chunkLen-1)] = v
	t.n++
	return grew
}

// truncate forgets everything from n on and keeps the chunks.
func (t *tape[T]) truncate(n int) { t.n = n }

func (t *tape[T]) at(i int) *T { return &t.chunks[i>>chunkShift][i&(chunkLen-1)] }

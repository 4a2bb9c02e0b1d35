package oracle

// A chunk is large enough for its allocation to be rare, and small enough not to be felt.
const (
	chunkShift = 12
	chunkLen   = 1 << chunkShift // entries
)

// A chunked[T] is a sequence that grows by chunks, so that appending never copies
// what is there: a slice's doubling would stall a worker for milliseconds. It
// belongs to one goroutine.
type chunked[T any] struct {
	chunks []*[chunkLen]T // all full but the one that element n falls in
	n      int            // elements; chunks beyond it are kept for reuse
}

// append adds v and reports whether that took a new chunk.
func (t *chunked[T]) append(v T) (grew bool) {
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
func (t *chunked[T]) truncate(n int) { t.n = n }

// at returns element i, which must be below n. The pointer stays valid while the
// sequence grows.
func (t *chunked[T]) at(i int) *T { return &t.chunks[i>>chunkShift][i&(chunkLen-1)] }

package bench

import "ckptbench/harness/bench/judge"

// key returns the number under which a record is judged: that of a chunk of a large
// value lies behind all records. No client runs any more.
// The judge knows one table; chunks get numbers that no record has.
func (r *run) key(table int, key uint64) uint64 {
	if table == largeTable && r.layout.large.share > 0 {
		key += r.next.Load()
	}
	return key
}

// vary makes j know values that differ in length, and those that are out of line.
func (l layout) vary(j *judge.Layout) {
	records, at := j.Keys, j.Loaded
	j.Fields = l.fields
	// The number of a chunk says which value it is of, and from which byte on.
	chunk := func(key uint64) (owner uint64, from int) {
		key -= records
		return l.large.owner(key / l.large.most()), int(key%l.large.most()) * chunkSize
	}
	// Size and width of a field, in bytes.
	j.Shape = func(key, id uint64) (size, width int) {
		if key >= records {
			owner, from := chunk(key)
			size = min(chunkSize, l.large.length(owner, id)-from)
			return size, size
		}
		if _, ok := l.large.rank(key); ok {
			return headerSize, headerSize
		}
		size = l.length(key, id)
		return size, l.width(size)
	}
	if l.large.share == 0 {
		return
	}
	j.Keys += l.large.below(records) * l.large.most()
	j.Varied = j.Varied || chunksOf(l.large.low) != chunksOf(l.large.high)
	// What the load left: records below at, and their chunks as far as their values go.
	j.Initial = func(key uint64) bool {
		if key < records {
			return key < at
		}
		owner, from := chunk(key)
		return owner < at && from < l.large.length(owner, 0)
	}
	j.Word = func(key uint64) uint64 {
		if key >= records {
			key, _ = chunk(key)
		}
		return loaded(key)
	}
}

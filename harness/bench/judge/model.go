package judge

import (
	"bytes"
	"fmt"

	"github.com/cespare/xxhash/v2"
)

// A Layout is what records look like, and which there are.
// It is the only thing that the judge knows of the workload.
type Layout struct {
	Loaded    uint64 // the keys below it are there from the start, with id 0
	Keys      uint64 // no transaction uses a key from here on
	Size      int    // of a whole value, bytes
	FieldSize int    // of a field, bytes; the last may be shorter
	Varied    bool   // records may be added and removed

	// Where values differ in length, Fields is how many fields a record has, and Shape
	// returns the bytes of a value that a transaction, or the load, wrote to a record
	// as a whole, and of a field of it. That of a record of several fields depends on
	// its key alone. nil: all are of Size and FieldSize.
	Fields int
	Shape  func(key, id uint64) (size, width int)
	// Initial returns whether a record is there from the start; nil: it is below
	// Loaded.
	Initial func(key uint64) bool

	// Word returns what fills a record as it was loaded; a field that a
	// transaction wrote is filled with its id. Fill makes dst the bytes of a field
	// that is filled with word. Both are called by several goroutines.
	Word func(key uint64) uint64
	Fill func(dst []byte, word uint64)
}

// fields is how many fields a record has at most.
func (l *Layout) fields() int {
	if l.Shape != nil {
		return l.Fields
	}
	return (l.Size + l.FieldSize - 1) / l.FieldSize
}

// shape returns a record's size, and the width of its fields, as writer id left it.
func (l *Layout) shape(key, id uint64) (size, width int) {
	if l.Shape != nil {
		return l.Shape(key, id)
	}
	return l.Size, l.FieldSize
}

// initial reports whether a record was there at first.
func (l *Layout) initial(key uint64) bool {
	if l.Initial != nil {
		return l.Initial(key)
	}
	return key < l.Loaded
}

// A model is the state that a set of transactions leaves. Of every record it knows the
// id of its last writer, and of every field.
type model struct {
	Layout
	n      int      // fields of a record
	stamps []uint64 // by key
	// The id of each field's last writer tells its bytes.
	words  []uint64 // by key and field, 0 as loaded; nil where there is one field, which is as its record
	length []uint16 // fields there are, by key; 0: absent; nil where every record is whole
}

// hole is the word of a field that nobody wrote, before one that was written: zeros. No
// transaction has this id.
const hole = 1

// newModel returns the state that a database is loaded with.
func newModel(l Layout) *model {
	m := &model{Layout: l, n: l.fields(), stamps: make([]uint64, l.Keys)}
	if m.n > 1 {
		m.words = make([]uint64, l.Keys*uint64(m.n))
	}
	// Otherwise every record is there, and whole, all the time.
	if l.Varied {
		m.length = make([]uint16, l.Keys)
		for k := range l.Keys {
			if l.initial(k) {
				m.length[k] = uint16(m.n)
			}
		}
	}
	return m
}

// present reports whether a record is there now.
func (m *model) present(key uint64) bool {
	if m.length == nil {
		return m.initial(key)
	}
	return m.length[key] > 0
}

// apply does a write of transaction id, unless one after it was done already.
// Each judges transactions out of order, hence the comparison of ids.
func (m *model) apply(id uint64, w *Write) {
	k := w.Key
	if id < m.stamps[k] || w.IfPresent && !m.present(k) {
		return
	}
	m.stamps[k] = id
	// The id alone tells the value.
	if m.length == nil && m.words == nil {
		return
	}
	if w.Delete {
		m.length[k] = 0
		return
	}
	from, to := 0, m.n
	if w.Field != Whole {
		from, to = w.Field, w.Field+1
	}
	if m.length != nil {
		if m.words != nil {
			// A field behind the end of the value leaves a hole.
			for i := int(m.length[k]); i < from; i++ {
				m.words[k*uint64(m.n)+uint64(i)] = hole
			}
		}
		m.length[k] = max(m.length[k], uint16(to))
	}
	if m.words != nil {
		fields := m.words[k*uint64(m.n):][from:to]
		for i := range fields {
			fields[i] = id
		}
	}
}

// value appends what the record has to be, which is present.
// The bytes are made from ids, which takes less memory than keeping them.
func (m *model) value(key uint64, v []byte) []byte {
	size, width := m.shape(key, m.stamps[key])
	if m.length != nil {
		size = min(size, int(m.length[key])*width)
	}
	v = append(v[:0], make([]byte, size)...)
	for i := 0; i*width < size; i++ {
		word := m.stamps[key]
		if m.words != nil {
			word = m.words[key*uint64(m.n)+uint64(i)]
		}
		switch word {
		case hole:
			continue
		case 0:
			word = m.Word(key)
		}
		m.Fill(v[i*width:min((i+1)*width, size)], word)
	}
	return v
}

// explain says in what value, of a record that carries the right id, differs from what
// the transactions wrote.
// The first field that differs is named.
func (m *model) explain(key uint64, value []byte) string {
	want := m.value(key, nil)
	if len(value) != len(want) {
		return fmt.Sprintf("it has %d bytes, and should have %d", len(value), len(want))
	}
	_, width := m.shape(key, m.stamps[key])
	for i := 0; i*width < len(want); i++ {
		from, to := i*width, min((i+1)*width, len(want))
		if bytes.Equal(value[from:to], want[from:to]) {
			continue
		}
		writer := m.stamps[key]
		if m.words != nil {
			writer = m.words[key*uint64(m.n)+uint64(i)]
		}
		return fmt.Sprintf("field %d is % x, and should be % x, of %s", i, short(value[from:to]), short(want[from:to]),
			author(writer))
	}
	return "it is right"
}

// short is the beginning of a value, for a message.
func short(b []byte) []byte { return b[:min(len(b), 16)] }

// author names who wrote a version.
func author(id uint64) string {
	switch id {
	case 0:
		return "the load"
	case hole:
		return "nobody"
	}
	return name(id)
}

// name names a transaction. The low bits of an id are its worker.
func name(id uint64) string { return fmt.Sprintf("transaction %#x of worker %d", id, id&0xffff) }

// digest is the checksum that stands for a value.
func digest(v []byte) uint64 { return xxhash.Sum64(v) }

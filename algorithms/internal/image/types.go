package image

import (
	"fmt"
	"time"
)

// Limits of the format.
const (
	// Readers refuse what exceeds them.
	MaxTables    = 64
	MaxName      = 32      // bytes of a table's name
	MaxAlgorithm = 64      // bytes of the algorithm's name
	MaxKind      = 15      // bytes of a Point's Kind
	MaxBlock     = 1 << 28 // bytes of a block
	MaxStreams   = 1 << 10
	MaxChain     = 256            // images in a manifest
	MaxBases     = MaxChain/2 - 2 // images that another may be based on: two chains fit in a manifest

	// DefaultBlock is the block size, in bytes, when Options names none.
	DefaultBlock = 1 << 20
)

// A Point says which transactions an image contains.
// Which commits those are depends on the algorithm; Seq is compared only with points of the same
// kind.
type Point struct {
	// Kind says what Seq counts: "commit", "period", "version", "epoch",
	// "log". At most MaxKind characters out of a-z, 0-9 and '-', the first a
	// letter.
	Kind string
	// Seq is the last commit, period, version or epoch that is in the image.
	Seq uint64
	// LogFrom and LogTo are the positions in the log that recovery must
	// replay between, for an image that is not consistent without it.
	LogFrom, LogTo uint64
}

// String returns the point as a person writes it: "epoch 57 (log 3..4)".
func (p Point) String() string {
	kind := p.Kind
	if kind == "" {
		kind = "point"
	}
	s := fmt.Sprintf("%s %d", kind, p.Seq)
	if p.LogFrom != 0 || p.LogTo != 0 {
		s += fmt.Sprintf(" (log %d..%d)", p.LogFrom, p.LogTo)
	}
	return s
}

// check reports whether the point can be written down.
// A kind of other characters could not be read back from a manifest.
func (p Point) check() error {
	if len(p.Kind) > MaxKind {
		return fmt.Errorf("point of consistency: kind %.40q is longer than %d bytes", p.Kind, MaxKind)
	}
	for i, c := range []byte(p.Kind) {
		if i == 0 && (c < 'a' || c > 'z') {
			return fmt.Errorf("point of consistency: kind %q does not begin with a letter", p.Kind)
		}
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return fmt.Errorf("point of consistency: kind %q has characters other than a-z, 0-9 and '-'", p.Kind)
		}
	}
	return nil
}

// Info is what became of an image.
type Info struct {
	// Its sequence number.
	Seq        uint64
	Base       uint64 // the image that this one is based on; 0 for a full one
	Path       string // "" if the image was discarded
	Point      Point
	Records    uint64 // tombstones not included
	Tombstones uint64
	Bytes      int64 // the length of the file
	// WriteTime is how long the capture was kept waiting for the device or
	// the rate limit: the longest wait among the streams, plus the time that
	// Commit took to drain them. What is written while the capture goes on
	// costs it nothing and is not in here.
	WriteTime time.Duration
	// SyncTime is how long Commit took from the last byte written until the
	// manifest was durable.
	SyncTime time.Duration
	Digest   uint64 // of all records, whatever their order
	Direct   bool   // the page cache was bypassed
}

// counts adds up records.
type counts struct {
	records    uint64 // tombstones not included
	tombstones uint64
	values     uint64 // bytes
}

// add adds o to c.
func (c *counts) add(o counts) {
	c.records += o.records
	c.tombstones += o.tombstones
	c.values += o.values
}

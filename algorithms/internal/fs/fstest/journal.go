package fstest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A Record is a line of a journal: a call that changed something, or a note.
type Record struct {
	// A read, a list and a size change nothing and are in no journal.
	Op   string // create, open, rename, remove, mkdir, syncdir, write, allocate, truncate, sync, close or note
	File uint64 // the number that create or open gave the file; of calls of a File
	Name string // of create, open, rename, remove, mkdir and syncdir
	To   string // the new name of a rename
	// In bytes; of a note whatever the noter means by it.
	Off  int64  // of a write or a note; the argument of allocate and truncate
	Data []byte // of a write or a note
}

// ops are the operations that a journal knows. A record holds an operation's place in
// this list: append only.
var ops = []string{"create", "open", "rename", "remove", "mkdir", "syncdir", "write", "allocate", "truncate", "sync",
	"close", "note"}

// maxRecord is the most bytes that a record may have: a damaged length is no reason to
// fill the memory.
const maxRecord = 1 << 28

// encode returns the record as a journal has it: its length and checksum, 4 bytes each,
// and the fields.
// Numbers are varints, and the three texts are preceded by their lengths.
func (r Record) encode() ([]byte, error) {
	op := -1
	for i, name := range ops {
		if name == r.Op {
			op = i
		}
	}
	if op < 0 {
		return nil, fmt.Errorf("a journal knows no %q", r.Op)
	}
	// Room for length and checksum, which are filled in at the end.
	b := append(make([]byte, 8, 64+len(r.Data)), byte(op))
	b = binary.AppendUvarint(b, r.File)
	b = binary.AppendVarint(b, r.Off)
	for _, s := range []string{r.Name, r.To, string(r.Data)} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)-8))
	binary.LittleEndian.PutUint32(b[4:], crc32.ChecksumIEEE(b[8:]))
	return b, nil
}

// ReadJournal returns the records of a journal. A record that its writer did not finish,
// since it was killed, ends it.
// Records that were read before an error are returned with it.
func ReadJournal(journal io.Reader) (all []Record, err error) {
	in := bufio.NewReader(journal)
	for {
		var head [8]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return all, ended(err)
		}
		// The length is bounded before memory is set aside for it.
		n := binary.LittleEndian.Uint32(head[:])
		if n > maxRecord {
			return all, fmt.Errorf("record %d of the journal has %d bytes", len(all)+1, n)
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(in, b); err != nil {
			return all, ended(err)
		}
		r, err := decodeRecord(b)
		if err != nil || crc32.ChecksumIEEE(b) != binary.LittleEndian.Uint32(head[4:]) {
			return all, fmt.Errorf("record %d of the journal is damaged: %v", len(all)+1, err)
		}
		all = append(all, r)
	}
}

// ended makes nothing of an error that says that the journal ends.
// A writer that is killed leaves half a record; that is how a journal ends.
func ended(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// decodeRecord decodes what encode made, without length and checksum. It trusts no
// length in b: the checksum is looked at afterwards.
func decodeRecord(b []byte) (r Record, err error) {
	in := bytes.NewReader(b)
	op, err := in.ReadByte()
	if err != nil || int(op) >= len(ops) {
		return r, fmt.Errorf("operation %d, %w", op, err)
	}
	r.Op = ops[op]
	if r.File, err = binary.ReadUvarint(in); err != nil {
		return r, err
	}
	if r.Off, err = binary.ReadVarint(in); err != nil {
		return r, err
	}
	// An error stays in err, and further texts are then empty.
	text := func() (s []byte) {
		n, e := binary.ReadUvarint(in)
		if err = errors.Join(err, e); err != nil || n > uint64(in.Len()) {
			err = errors.Join(err, errors.New("a text is longer than the record"))
			return nil
		}
		s = make([]byte, n)
		_, e = io.ReadFull(in, s)
		err = errors.Join(err, e)
		return s
	}
	r.Name, r.To, r.Data = string(text()), string(text()), text()
	return r, err
}

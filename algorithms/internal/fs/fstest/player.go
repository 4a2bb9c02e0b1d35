package fstest

import (
	"errors"
	"fmt"

	"ckptbench/algorithms/internal/fs"
)

// A Player repeats on a Mem what a journal says, so that the Mem can tell what a power
// cut would have left at that place. It belongs to one goroutine.
type Player struct {
	mem *Mem
	// By the numbers that the journal gives them.
	files map[uint64]fs.File // open ones
}

// NewPlayer plays on mem, which has to be what the recorded file system was at first.
func NewPlayer(mem *Mem) *Player { return &Player{mem, map[uint64]fs.File{}} }

// Play does what a record says. Notes are passed over.
// An error means that the journal is not of a file system that began as mem did.
func (p *Player) Play(r Record) (err error) {
	switch r.Op {
	case "note":
	case "create":
		// Without direct I/O: alignment was checked when it was recorded.
		p.files[r.File], err = p.mem.Create(r.Name, false)
	case "open":
		p.files[r.File], err = p.mem.Open(r.Name, false)
	case "rename":
		err = p.mem.Rename(r.Name, r.To)
	case "remove":
		err = p.mem.Remove(r.Name)
	case "mkdir":
		err = p.mem.MkdirAll(r.Name)
	case "syncdir":
		err = p.mem.SyncDir(r.Name)
	default:
		err = p.playFile(r)
	}
	if err != nil {
		return fmt.Errorf("play %s %s: %w", r.Op, r.Name, err)
	}
	return nil
}

// playFile does what a record of an open file says.
func (p *Player) playFile(r Record) error {
	f := p.files[r.File]
	if f == nil {
		return fmt.Errorf("file %d is not open", r.File)
	}
	switch r.Op {
	case "write":
		_, err := f.WriteAt(r.Data, r.Off)
		return err
	case "allocate":
		return f.Allocate(r.Off)
	case "truncate":
		return f.Truncate(r.Off)
	case "sync":
		return f.Sync()
	case "close":
		delete(p.files, r.File)
		return f.Close()
	}
	return errors.New("the operation is not known")
}

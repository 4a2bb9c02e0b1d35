// Package hyper implements the snapshot of HyPer (Kemper and Neumann, ICDE
// 2011): the process is cloned, really, with clone(2), and the clone's memory is
// the image. The virtual memory system does the rest: whoever writes a page
// first has it copied, so that a transaction does nothing for the checkpoint and
// an algorithm could hardly be shorter.
//
// The paper clones between two transactions of its one serial worker. Here
// there are several, so the point of consistency is a physical one: transactions
// are kept out, those that run come to their end, the process is cloned, and
// transactions go on. What keeps them waiting at that is the kernel's copying of
// the page tables (the mark MarkCloned ends it), which grows with the data. The
// other cost, the first write to each page, falls on the transactions.
//
// With huge pages there is next to nothing to copy for the first image. But since
// 5.8 Linux does not copy a huge page that is written while it is shared: it
// splits it, and copies 4 KiB. So the first write of a huge page pays for the
// split, the others cost what they cost with small pages, and the next image
// finds 512 small pages for each huge one that was written anywhere.
//
// The clone does nothing but write the tables, as they lie in memory, to a pipe
// (package fork says what a Go process may do after a fork). The image is made
// of what comes out of the pipe and of nothing else, by goroutines of this
// process, as under every other algorithm: reading the pipe and building the
// image count as capture, waiting for the device counts as write. A device that
// is slow holds the clone back, so that it lives, and pages go on being copied,
// for as long as the image takes, as in HyPer.
//
// The pages copied so far are counted a few times while the clone lives, as the
// algorithm's own memory. All of this process counts, not only the records: that
// is what a fork costs. They are the pages that only the clone has any more
// (smaps_rollup), so this process's Go heap is among them as far as it was written.
//
// # The paper's steps
//
// The paper's text was not at hand. The steps follow Faerber et al., "Main Memory
// Database Systems", §4.3.
//
//	§4.3  a point without transactions       Checkpoint, store.Quiesce
//	§4.3  fork                               fork.Take
//	§4.3  copy of a page at its first write  the kernel's
//	§4.3  the clone writes what it sees      store.ScanCopy
//	the end of the clone                     fork.End
//
// # Where it differs
//
// The alternative, a fork in the middle of transactions that the clone then undoes, needs
// HyPer's undo log. Here the pause is the wait for running transactions and the fork; the
// marks store.MarkPoint to MarkCloned are the fork alone.
//
// Code in the clone cannot allocate, so it cannot build an image: the format, checksums,
// rate limit, streams and the file system (the fault-injecting one of the tests too) are
// this process's. The price is one copy through the pipe, and the threads of this process
// that build the image, as under every other algorithm.
//
// The number of bytes is known beforehand. A clone that ends early, is killed or exits
// with anything but 0 fails the checkpoint with the step and the error number, and the
// image before stays. At most all pages are copied, and the clone is one more process to
// the killer that comes when memory is short; the error then says that it was killed.
//
// The whole process is cloned, hash index and log buffers included: HyPer's clones answer
// queries and need the index. Nothing is excluded by madvise. It cannot take partial
// images (Ren et al. §6).
//
// It is for Linux only. Before Linux 5.9 the clone cannot close the files it inherits, and
// they stay open until it ends.
package hyper

import (
	"context"
	"errors"

	"ckptbench/algorithms/hyper/internal/fork"
	"ckptbench/algorithms/internal/sched"
	"ckptbench/algorithms/store"
)

// MarkCloned is the moment when the process has been cloned: the pause that is
// the fork's, without the wait for running transactions, is the time from
// store.MarkPoint to it.
const MarkCloned = "cloned"

// counts is how often in a checkpoint the copied pages are counted. It takes the
// kernel a walk over the clone's page tables, about as long as the clone took,
// and counts as capture.
const counts = 4

// extent is how many bytes the clone writes and a stream of the image takes at
// once: some may be in the pipe together.
const extent = 256 << 10

// A snapshot is what Checkpoint needs of fork.Snapshot; a test has one that
// fails.
type snapshot interface {
	Take(ctx context.Context, memory [][]byte) error
	Read(p []byte) error
	Copied() int64
	End() error
	Close() error
}

type hyper struct {
	store.Plain
	env      *store.Env
	snapshot func() (snapshot, error)
	period   uint64 // number of points of consistency so far; changes only when quiesced
	copied   int64  // bytes of pages on the meter; the checkpointer's alone
}

// New returns HyPer's snapshot. Where the platform cannot clone a process that
// goes on, the error wraps errors.ErrUnsupported.
func New(env *store.Env) (store.Algorithm, error) {
	if err := fork.Supported(); err != nil {
		return nil, err
	}
	return &hyper{env: env, snapshot: func() (snapshot, error) { return fork.New() }}, nil
}

func (h *hyper) Begin(tx *store.Txn) error {
	tx.Seq = h.period
	return nil
}

func (h *hyper) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (h *hyper) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	r.Live().Apply(tx.Stamp(), off, v)
}

func (h *hyper) Checkpoint(ctx context.Context, w *store.Image) (at store.Point, err error) {
	at.Kind = "period"
	s, err := h.snapshot()
	if err != nil {
		return at, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var tables []store.Extent
	err = h.env.Quiesce(ctx, func() error {
		at.Seq = h.period
		h.period++
		tables = h.env.Extents(extent)
		sched.Point("hyper.clone")
		if err := s.Take(ctx, memory(tables)); err != nil {
			return err
		}
		h.env.Mark(MarkCloned)
		return nil
	})
	if err != nil {
		return at, err
	}
	sched.Point("hyper.cloned")
	defer h.count(0)
	left := len(tables)
	err = h.env.ScanCopy(ctx, w, tables, func(p []byte) error {
		if left--; left%(1+len(tables)/counts) == 0 {
			h.count(s.Copied())
		}
		return s.Read(p)
	})
	if err != nil {
		return at, err
	}
	return at, s.End()
}

// count makes the meter say that so many bytes of pages are copied now.
func (h *hyper) count(copied int64) {
	h.env.Meter.Add(copied - h.copied)
	h.copied = copied
}

// memory returns the tables as the clone is to write them.
func memory(tables []store.Extent) [][]byte {
	all := make([][]byte, 0, 2*len(tables))
	for _, x := range tables {
		keys, slots := x.Memory()
		all = append(all, keys, slots)
	}
	return all
}

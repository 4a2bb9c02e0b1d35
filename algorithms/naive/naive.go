// Package naive implements the naive snapshot, in the two forms that the
// literature calls by that name.
//
// NewDump is the form that CALC compares with (Ren et al., SIGMOD 2016, §4.1.1):
// no transaction runs while every record is written to disk, so the pause is
// the whole of the write. NewCopy is the form of Cao et al. (SIGMOD 2011) and
// Li et al. (ICDE 2018): no transaction runs while the state is copied in
// memory, and the copy is written afterwards. The pause is that of the copy; the
// memory is twice the data.
//
// With partial images (pNaive) only the records written since the point of
// consistency before are written, or copied.
//
// # The paper's steps
//
//	Ren et al. §4.1.1  lock the database, write every record  NewDump, dump
//	Ren et al. §4.1.1  pNaive: only dirty records             store.ScanDirty
//	Cao et al., Li et al.  copy at the point, write the copy  NewCopy, Checkpoint
//
// # Where it differs
//
// The last fsync and the publication of the image come after transactions are let in
// again: they need no record.
package naive

import (
	"context"

	"ckptbench/algorithms/store"
)

type naive struct {
	store.Plain
	env    *store.Env
	period uint64          // number of points of consistency so far; changes only when quiesced
	shadow *store.Versions // the copy; the checkpointer's alone; nil in the dump form
}

// NewDump returns the form that writes while transactions are kept out.
func NewDump(env *store.Env) (store.Algorithm, error) { return &naive{env: env}, nil }

// NewCopy returns the form that copies while transactions are kept out.
func NewCopy(env *store.Env) (store.Algorithm, error) {
	shadow, err := env.NewVersions()
	if err != nil {
		return nil, err
	}
	return &naive{env: env, shadow: shadow}, nil
}

func (n *naive) Begin(tx *store.Txn) error {
	tx.Seq = n.period
	return nil
}

func (n *naive) Read(_ *store.Txn, r store.Rec) *store.Version { return r.Live() }

func (n *naive) Write(tx *store.Txn, r store.Rec, off int, v []byte) {
	n.env.Dirty.Mark(tx.Seq, r)
	r.Live().Apply(tx.Stamp(), off, v)
}

func (n *naive) Checkpoint(ctx context.Context, w *store.Image) (store.Point, error) {
	at := store.Point{Kind: "period"}
	err := n.env.Quiesce(ctx, func() error {
		at.Seq = n.period
		n.env.Dirty.Close(n.period)
		n.period++
		if n.shadow == nil {
			return n.dump(ctx, w)
		}
		n.env.EachDirty(w, func(r store.Rec) { n.shadow.At(r).CopyFrom(r.Live()) })
		return nil
	})
	if err != nil || n.shadow == nil {
		return at, err
	}
	return at, n.env.ScanDirty(ctx, w, func(out *store.Out, r store.Rec) { out.Put(r, n.shadow.At(r)) })
}

// dump writes the image while transactions are blocked, without a copy in memory.
func (n *naive) dump(ctx context.Context, w *store.Image) error {
	return n.env.ScanDirty(ctx, w, func(out *store.Out, r store.Rec) { out.Put(r, r.Live()) })
}

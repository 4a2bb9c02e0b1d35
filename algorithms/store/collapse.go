package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"ckptbench/algorithms/internal/image"
)

// Collapses are what the collapser did so far, and what it cost.
type Collapses struct {
	N       int           // merges that became durable
	Inputs  int           // images that were merged in them
	Read    int64         // bytes
	Written int64         // bytes
	Time    time.Duration // spent merging
	Failed  int           // merges that failed; what they would have merged stays as it was
	Err     error         // of the last that failed
}

// A collapser makes one image of several partial ones beside the running store
// (Ren et al., SIGMOD 2016, §2.3.1), so that recovery has fewer to read and a
// chain does not grow for ever. Its methods may be called on nil, and do nothing.
//
// The newest value wins: images are read from the newest to the oldest with a set of the
// keys met. The paper's batches are 4, 8 and 16; 8 is the default. With the full image the
// result is a new full one. Without it all partial images become one, the merged one of
// before included, so a chain is at most the full image, a merged one and a batch. The
// paper's thread of low priority, which Go has not, is a limit on the bytes read and
// written.
//
// A merged image takes the place of the newest one merged, under its number and at its
// point ("image-000008-merge-000010"), so images based on that one need no change. Inputs
// go when no kept image needs them; the newest image's own file stays until the manifest
// of before the merge is gone. Tombstones stay in a merged full image: a log replayed
// over it needs the deleter's stamp. A chain cannot grow beyond 126 images: the next
// checkpoint first makes it a full one.
type collapser struct {
	images *image.Dir
	every  int
	base   bool
	rate   int64

	kick chan struct{}
	stop context.CancelFunc
	done chan struct{}

	one sync.Mutex // held while merging
	mu  sync.Mutex
	sum Collapses // protected by mu
}

// startCollapser starts the goroutine; end ends it.
func startCollapser(images *image.Dir, o Images) *collapser {
	c := &collapser{
		images: images, every: o.Collapse, base: o.Base, rate: o.CollapseRate,
		kick: make(chan struct{}, 1), done: make(chan struct{}),
	}
	var ctx context.Context
	ctx, c.stop = context.WithCancel(context.Background())
	go c.run(ctx)
	return c
}

// run collapses whenever it is kicked and a collapse is due, until ctx ends. It is the
// collapser's goroutine.
func (c *collapser) run(ctx context.Context) {
	defer close(c.done)
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.kick:
		}
		if c.due() {
			_ = c.collapse(ctx, c.base) // it is counted; the chain is as it was
		}
	}
}

// due reports whether there are enough partial images over the full one, and
// over what was collapsed before.
func (c *collapser) due() bool { return c.every > 0 && c.images.Unmerged() >= c.every }

// wake has the collapser look whether there is something to do.
func (c *collapser) wake() {
	if c == nil {
		return
	}
	select {
	case c.kick <- struct{}{}:
	default:
	}
}

// collapse merges the newest image with those it is based on.
func (c *collapser) collapse(ctx context.Context, base bool) error {
	c.one.Lock()
	defer c.one.Unlock()
	start := time.Now()
	m, err := c.images.Merge(ctx, base, c.rate)
	if errors.Is(err, image.ErrNothingToMerge) {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sum.Read += m.Read
	c.sum.Time += time.Since(start)
	if err != nil {
		if ctx.Err() == nil {
			c.sum.Failed, c.sum.Err = c.sum.Failed+1, err
		}
		return err
	}
	c.sum.N, c.sum.Inputs, c.sum.Written = c.sum.N+1, c.sum.Inputs+m.Inputs, c.sum.Written+m.Bytes
	return nil
}

// end cancels a merge under way, and returns when nothing runs any more.
func (c *collapser) end() {
	if c != nil {
		c.stop()
		<-c.done
	}
}

// shorten makes a chain that can grow no more a full image, before the next
// checkpoint is based on it.
func (s *Store) shorten(ctx context.Context) error {
	if s.base == 0 || s.images.Chain() <= image.MaxBases {
		return nil
	}
	return s.collapser.collapse(ctx, true)
}

// Collapses returns what the collapsing of partial images has cost so far.
func (s *Store) Collapses() Collapses {
	c := s.collapser
	if c == nil {
		return Collapses{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sum
}

// Collapse collapses the partial images there are, at once: with base the full
// one too. There is nothing to do where the newest image is full.
func (s *Store) Collapse(ctx context.Context, base bool) error {
	if s.collapser == nil {
		return nil
	}
	return s.collapser.collapse(ctx, base)
}

// StopCollapses cancels a collapse under way, and none begins by itself any more:
// from here on a chain is as long as the images taken make it.
func (s *Store) StopCollapses() { s.collapser.end() }

// HoldCollapses calls f while no collapse changes the folder of images, so that
// f can read it beside the running store; checkpoints are the caller's affair.
func (s *Store) HoldCollapses(f func() error) error {
	if s.collapser != nil {
		s.collapser.one.Lock()
		defer s.collapser.one.Unlock()
	}
	return f()
}

package foedus

import (
	"context"
	"errors"
	"runtime"

	"ckptbench/algorithms/foedus/internal/glean"
	"ckptbench/algorithms/internal/wal"
	"ckptbench/algorithms/store"
)

// A filling is the first snapshot of a store with a memory budget in the making:
// what it is loaded with goes through the gleaner, so that it is never all in
// memory, and is committed at once, so that half of it is never recovered from.
type filling struct {
	work   chan job
	cancel context.CancelFunc
	done   chan struct{} // closed when the snapshot is made, or given up
	err    error         // of that; to be read when done is closed
}

// A job puts changes into the gleaner.
type job func(ctx context.Context, put func(wal.Change) error) error

// fill returns the filling, which it begins if need be.
func (p *paged) fill(ctx context.Context) *filling {
	if p.filling != nil {
		return p.filling
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &filling{work: make(chan job), cancel: cancel, done: make(chan struct{})}
	p.filling = f
	go func() {
		defer close(f.done)
		f.err = p.load(ctx, f)
	}()
	return f
}

// Fill implements store.Keeper.
func (p *paged) Fill(ctx context.Context, src store.Changes) error {
	f := p.fill(ctx)
	n := src.Streams()
	results := make(chan error, n)
	for i := range n {
		err := f.do(ctx, func(inner context.Context, put func(wal.Change) error) error {
			err := src.Read(inner, i, put)
			results <- err
			return err
		})
		if err != nil {
			return err
		}
	}
	var errs []error
	for range n {
		errs = append(errs, <-results)
	}
	return errors.Join(errs...)
}

// do hands a job to a mapper.
func (f *filling) do(ctx context.Context, j job) error {
	select {
	case f.work <- j:
		return nil
	case <-f.done:
		return errors.Join(f.err, errors.New("the first snapshot could not be made"))
	case <-ctx.Done():
		return ctx.Err()
	}
}

// end ends the filling, and returns when the snapshot is made.
func (f *filling) end() error {
	close(f.work)
	<-f.done
	f.cancel()
	return f.err
}

// Forget implements store.Keeper.
func (p *paged) Forget() error {
	if p.filling != nil {
		p.filling.cancel()
		<-p.filling.done
		p.filling = nil
	}
	p.close()
	p.installed = nil
	p.v.forget()
	return nil
}

// Streams and Read make the filling what the gleaner reads.

var _ glean.Source = (*filling)(nil)

// Streams implements glean.Source.
func (f *filling) Streams() int { return runtime.GOMAXPROCS(0) }

// Read implements glean.Source: the jobs of one stream, until there are no more.
func (f *filling) Read(ctx context.Context, _ int, put func(wal.Change) error) error {
	for {
		select {
		case j, ok := <-f.work:
			if !ok {
				return nil
			}
			if err := j(ctx, put); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

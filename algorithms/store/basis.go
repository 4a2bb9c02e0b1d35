package store

import (
	"errors"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/internal/wal"
)

// A basis says how a session of the log follows what is on disk. Both are epochs.
type basis struct {
	after uint64 // of the state that recovery will use: if the log ends before it, the log between is lost
	above uint64 // of the newest state, whether it can be used or not: no epoch is given out twice
}

// basis finds the state that recovery will use: the algorithm's own files or an
// image, whichever is newer. An image that needs more of the log than there is does
// not count. That a block of an image is damaged is found later; recovery then fails
// where the log does not lead from the image before to its end.
func (o *Options) basis() (b basis, err error) {
	fsys := o.Images.FS
	if o.Images.Buffered {
		fsys = fs.Buffered(fsys)
	}
	if b, err = imageBasis(fsys, o.Images.Dir, o.Log.Dir); err != nil {
		return b, err
	}
	own, err := o.ownReach()
	if err != nil {
		return b, err
	}
	return basis{max(b.after, own), max(b.above, own)}, nil
}

// imageBasis is basis by the images in dir alone.
func imageBasis(fsys fs.FS, dir, log string) (b basis, err error) {
	if dir == "" {
		return b, nil
	}
	end, asked := uint64(0), false
	for {
		set, _, err := image.Latest(fsys, dir)
		if errors.Is(err, image.ErrNoImage) || b.above > 0 && errors.Is(err, image.ErrDamaged) {
			return b, nil // none, or none that is usable
		}
		if err != nil {
			return b, err
		}
		p, path := set.Newest().Point, set.Newest().Path
		at := max(p.LogFrom, p.LogTo)
		b.above = max(b.above, at)
		if !mixed(p) {
			b.after = at
			return b, nil
		}
		if !asked {
			if end, err = wal.End(fsys, log); err != nil {
				return b, err
			}
			asked = true
		}
		if p.LogTo <= end {
			return b, nil // what is recovered stands at the end of the log
		}
		fsys = without(fsys, path)
	}
}

// mixed reports whether an image mixes versions, so that it is worth nothing
// without the log of the epochs from LogFrom to LogTo.
func mixed(p Point) bool { return p.LogTo > p.LogFrom }

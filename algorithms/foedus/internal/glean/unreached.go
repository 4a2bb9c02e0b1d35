package glean

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ckptbench/algorithms/internal/fs"
)

// unreached reads what of a file no snapshot led to.
// It reads the gaps between the pages that were reached, to the file's end. Whole pages in them
// are garbage of earlier snapshots, and no damage; anything else is.
func (v *verifier) unreached(ctx context.Context, pf *pagesFound) error {
	h, err := v.d.o.FS.Open(v.d.path(pf.Name), false)
	if err != nil {
		if len(pf.Damage) == 0 { // otherwise that was said
			pf.Found(err)
		}
		return nil
	}
	defer h.Close()
	slices.SortFunc(pf.reached, func(a, b extent) int { return cmp.Compare(a.off, b.off) })
	g := gap{v: v, pf: pf, h: h, path: v.d.path(pf.Name)}
	at := int64(unit)
	// The file's end closes the last gap. An overlap, of a page that two snapshots reach, leaves
	// none: at only grows.
	for _, x := range append(pf.reached, extent{off: pf.Bytes}) {
		if err := g.read(ctx, at, x.off); err != nil {
			return err
		}
		at = max(at, x.off+x.length)
	}
	// Where something that refers to pages could not be read, nobody knows whether they are
	// garbage.
	if g.good > 0 && v.followed {
		pf.Note = fmt.Sprintf("%d bytes of it are pages that no snapshot refers to any more", g.good)
	}
	return nil
}

// A gap reads stretches of a file in which no page is referred to.
type gap struct {
	v    *verifier
	pf   *pagesFound
	h    fs.File
	path string
	// One page, as long as the longest so far.
	buf  []byte
	good int64 // bytes of pages
}

// read reads one stretch, page after page. What is none lasts to the next one.
func (g *gap) read(ctx context.Context, from, to int64) error {
	none := from // where what is no page began
	for at := from; at < to; {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("verify %s: %w", g.path, err)
		}
		n := g.page(at, to)
		if n == 0 {
			// No page begins here. The next can begin at any unit.
			at = min(at+unit, to)
			continue
		}
		g.none(none, at)
		g.good += n
		at += n
		none = at
	}
	g.none(none, to)
	return nil
}

// page returns the length of the page at an offset, if there is one that is
// good, and else 0.
func (g *gap) page(at, to int64) int64 {
	if to-at < unit {
		return 0
	}
	// First one unit, for the length that the header claims, then the whole.
	g.buf = slices.Grow(g.buf[:0], unit)[:unit]
	// What cannot be read is no page; none reports it with the stretch that it is in.
	if ErrDamaged.ReadFull(g.h, g.path, g.buf, at) != nil {
		return 0
	}
	n, err := pageLength(g.buf)
	if err != nil || n > to-at {
		return 0
	}
	g.buf = slices.Grow(g.buf, int(n)-unit)[:n]
	if ErrDamaged.ReadFull(g.h, g.path, g.buf, at) != nil || !selfSame(g.buf, pointer(g.pf.id, at)) {
		return 0
	}
	return n
}

// none notes a stretch that is no page, unless it begins with one of which more
// is known.
func (g *gap) none(from, to int64) {
	if from >= to || g.pf.bad[from] {
		return
	}
	why := "no snapshot refers to it"
	if !g.v.followed {
		why = "nothing that can be read refers to it"
	}
	g.pf.Found(damaged(g.path, from, "%d bytes are not a page as it was written; %s", to-from, why))
}

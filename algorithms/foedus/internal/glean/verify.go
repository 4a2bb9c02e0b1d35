package glean

import (
	"context"
	"fmt"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/finding"
	"ckptbench/algorithms/internal/fs"
)

// Owns reports whether a file of that name is one of a folder of snapshots.
// Runs and temporary files are not among them: they are of no use after the program ended.
func Owns(name string) bool {
	_, manifest := parseManifest(name)
	_, pages := parseFile(name)
	return manifest || pages
}

// Verify reads every byte of the snapshots in a folder, goes on after damage, and
// changes nothing: the manifests, all pages that they lead to, and the pages in
// the same files that nothing refers to any more. Of every page it remembers 16
// bytes. The error is ctx's, or for a folder that cannot be listed.
func Verify(ctx context.Context, fsys fs.FS, dir string) (finding.Files, error) {
	names, err := fsys.List(dir)
	if err != nil {
		return nil, fmt.Errorf("verify %s: %w", dir, err)
	}
	// This Dir is never opened: Open passes over damage, and removes files.
	v := &verifier{d: &Dir{o: Options{Dir: dir, FS: fsys}}, pages: map[fileID]*pagesFound{}, followed: true}
	v.d.pages = pages{o: &v.d.o, files: map[fileID]pageFile{}}
	defer v.d.pages.close()
	if err := v.snapshots(ctx, names); err != nil {
		return nil, err
	}
	// After all manifests: only then is it known which pages none of them reaches.
	for _, id := range v.order {
		if err := v.unreached(ctx, v.pages[id]); err != nil {
			return nil, err
		}
		v.files = append(v.files, v.pages[id].File)
	}
	for _, name := range names {
		if id, ok := parseFile(name); leftOver(name) || ok && v.pages[id] == nil {
			v.rest(name)
		}
	}
	return v.files, nil
}

// A verifier reads the snapshots of one folder.
type verifier struct {
	d     *Dir
	files finding.Files // manifests, newest first; then those of pages; then what is left over
	// By file, shared by all snapshots that have pages in it.
	pages    map[fileID]*pagesFound
	order    []fileID // as they were met
	followed bool     // all that refers to pages could be read
}

// A pagesFound is what was found in a file that a manifest names.
type pagesFound struct {
	finding.File
	id fileID
	// Nothing more is said of the pages of such a file.
	closed  bool     // there is no reading it, or not under this name
	reached []extent // of pages that are undamaged and referred to
	// Offsets of pages in the file that something refers to and that are damaged, so that
	// unreached does not report them again.
	bad map[int64]bool
}

// An extent is where a page is in its file, in bytes.
type extent struct{ off, length int64 }

// snapshots reads the manifests, and what they lead to.
func (v *verifier) snapshots(ctx context.Context, names []string) error {
	numbers := durable.Generations(manifestPrefix, numberDigits, names)
	// Page files without a manifest are lost, so this is damage even if every page is whole.
	if len(numbers) == 0 {
		v.followed = false
		v.files = append(v.files, finding.File{Name: manifestPrefix + "*",
			Damage: []error{damaged(v.d.path(manifestPrefix+"*"), 0,
				"there is none: it is missing, or the program ended before the first was published; no page counts without it")}})
	}
	for _, n := range numbers {
		h, f := finding.Open(v.d.o.FS, v.d.o.Dir, manifestName(n))
		if h != nil {
			_ = h.Close() // it was only looked at
			m, err := v.d.decode(n)
			if f.Found(err); err == nil {
				err = v.snapshot(ctx, m, &f)
			}
			if ctx.Err() != nil {
				return err
			}
		}
		// A manifest that could not be read may refer to any page.
		v.followed = v.followed && len(f.Damage) == 0
		v.files = append(v.files, f)
	}
	return nil
}

// snapshot reads what one manifest, of which f tells, leads to.
func (v *verifier) snapshot(ctx context.Context, m *manifest, f *finding.File) error {
	// Sizes are cut to what is there, so that a page beyond the file's end is reported as such,
	// once for the file.
	for i, named := range m.files {
		v.open(m, named)
		m.files[i].size = min(named.size, v.pages[named.id].Bytes) // no page is longer than what is there
	}
	sn, live, whole := v.d.snapshot(m), map[fileID]int64{}, true
	// A walk for each table, past damage. What is damaged is not followed, so counts are of what
	// could be read.
	records, reached := 0, 0
	for i := range sn.shapes {
		w := walk{sn: sn, s: &sn.shapes[i]}
		w.record = func(r durable.Record) error {
			if !r.Absent {
				records++
			}
			return nil
		}
		w.seen = func(p Pointer, n int) {
			reached++
			live[p.file()] += int64(n)
			pf := v.pages[p.file()]
			pf.reached = append(pf.reached, extent{p.offset(), int64(n)})
		}
		w.bad = func(p Pointer, level int, index uint64, err error) {
			whole = false
			v.bad(f, p, fmt.Errorf("%s: %w", w.s.where(level, index), err))
		}
		if root := m.roots[i]; root != 0 {
			if err := w.node(ctx, root, w.s.levels, 0); err != nil {
				return fmt.Errorf("verify %s: %w", f.Name, err)
			}
		}
	}
	f.Holds = fmt.Sprintf("the state at epoch %d, gleaned from after epoch %d: %d records in %d pages", m.until, m.base,
		records, reached)
	v.followed = v.followed && whole
	for _, named := range m.files {
		// Counts can be compared only where every page was read.
		if whole && live[named.id] != named.live {
			f.Found(damaged(v.d.path(f.Name), 0, "it says that %d bytes of %s are reached, and %d are",
				named.live, named.id.name(), live[named.id]))
		}
	}
	return nil
}

// where says which page of a table it is.
// It is worded for messages.
func (s *shape) where(level int, index uint64) string {
	switch {
	case level > 0:
		return fmt.Sprintf("interior page %d of level %d of table %q, and with it all below", index, level, s.Name)
	case s.Hash:
		return fmt.Sprintf("bin %d of %d of table %q", index, s.leaves, s.Name)
	}
	return fmt.Sprintf("keys %d to %d of table %q", index*s.perLeaf, index*s.perLeaf+s.keys(index)-1, s.Name)
}

// bad notes what is wrong with a page that the manifest of which f tells leads
// to, unless its whole file was said to be.
func (v *verifier) bad(f *finding.File, p Pointer, err error) {
	pf := v.pages[p.file()]
	switch {
	case pf == nil: // no manifest names it: the pointer is wrong
		f.Found(err)
	case !pf.closed && p.offset() < max(pf.Bytes, unit):
		pf.bad[p.offset()] = true
		pf.Found(err)
	case !pf.closed && len(pf.Damage) == 0: // beyond the end of a file that is as long as it should be
		pf.Found(err)
	}
}

// open looks at a file of pages that m names, from the outside and at its header.
func (v *verifier) open(m *manifest, named file) {
	pf, path := v.pages[named.id], v.d.path(named.id.name())
	if pf == nil {
		pf = &pagesFound{id: named.id, bad: map[int64]bool{}}
		v.pages[named.id], v.order = pf, append(v.order, named.id)
		var h fs.File
		h, pf.File = finding.Open(v.d.o.FS, v.d.o.Dir, named.id.name())
		if pf.closed = h == nil; h != nil {
			v.header(pf, h, path)
			_ = h.Close()
		}
	}
	// Said for every manifest that names the file: each may ask for another size.
	if !pf.closed && pf.Bytes < named.size {
		pf.Found(damaged(path, pf.Bytes, "the file ends here, %s says that it has %d bytes", manifestName(m.number),
			named.size))
	}
}

// header checks the first unit, all of it.
func (v *verifier) header(pf *pagesFound, h fs.File, path string) {
	b := make([]byte, min(unit, pf.Bytes))
	if err := ErrDamaged.ReadFull(h, path, b, 0); err != nil {
		pf.closed = true
		pf.Found(err)
		return
	}
	if err := checkFile(b, pf.id); err != nil {
		pf.closed = true
		pf.Found(damaged(path, 0, "%v", err))
		return
	}
	// The header's own checksum covers 32 bytes; the rest was written as zeros.
	for i, x := range b[fileHeader:] {
		if x != 0 {
			pf.Found(damaged(path, int64(fileHeader+i),
				"a byte that is not zero, where nothing was written; nothing refers to it"))
			return
		}
	}
}

// rest notes a file that no manifest names.
func (v *verifier) rest(name string) {
	h, f := finding.Open(v.d.o.FS, v.d.o.Dir, name)
	if h != nil {
		_ = h.Close()
	}
	// A file that no manifest names is what a crash left, provided that all manifests could be
	// read.
	f.Note = finding.Leftover
	if !v.followed && !leftOver(name) {
		f.Note = "not read: no manifest that can be read names it"
	}
	v.files = append(v.files, f)
}

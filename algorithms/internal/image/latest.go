package image

import (
	"errors"
	"fmt"
	iofs "io/fs"
	"path/filepath"
	"strings"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// A Set is what recovery reads: one full image and the partial ones that lie on
// it.
// Recovery reads the images in order; a later one's records replace earlier ones.
type Set struct {
	Manifest uint64 // number of the manifest that names them
	Images   []Ref  // the full one first; each is based on those before
}

// Newest returns the image that the Set is as of.
func (s *Set) Newest() Ref { return s.Images[len(s.Images)-1] }

// A Ref names an image.
// It names a file; nothing is open.
type Ref struct {
	Path      string
	Seq, Base uint64
	Size      int64 // bytes
	Point     Point
}

// Latest finds the newest image that is usable: it counts by a manifest that is
// whole, it and all it is based on have the length, the header and the footer
// they should have. The blocks are not read; Scan checks them. The problems
// name what was passed over on the way. If no image was ever published the
// error is ErrNoImage; if there were some but none is usable, it says what is
// wrong with them.
// It changes nothing, and may run beside a Writer, but a file that it names may be removed by
// the second Commit after.
func Latest(fsys fs.FS, dir string) (*Set, []Problem, error) {
	in, err := takeInventory(fsys, dir)
	if errors.Is(err, iofs.ErrNotExist) {
		return nil, nil, ErrNoImage
	}
	if err != nil {
		return nil, nil, fmt.Errorf("find the latest image in %s: %w", dir, err)
	}
	manifests, problems, err := in.readManifests(fsys, dir)
	if err != nil {
		return nil, problems, fmt.Errorf("find the latest image in %s: %w", dir, err)
	}
	// Newest first: an older manifest is tried only where the newer one has no image that can be
	// used.
	for _, m := range manifests {
		good, bad, err := m.good(fsys, dir)
		if err != nil {
			return nil, problems, fmt.Errorf("find the latest image in %s: %w", dir, err)
		}
		problems = append(problems, bad...)
		if len(good) > 0 {
			return newSet(dir, m, good[0], good), problems, nil
		}
	}
	// Images without any manifest were never published.
	if len(in.manifests) == 0 {
		return nil, problems, ErrNoImage
	}
	return nil, problems, fmt.Errorf("no usable image in %s: %w", dir, joinProblems(problems))
}

// Find finds the images that one of them is read from. Where a merge has taken
// its place since, that is one of them.
// It is for images that are named by hand: any that counts, and a full one that does not.
func Find(fsys fs.FS, path string) (*Set, error) {
	dir := filepath.Dir(path)
	in, err := takeInventory(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("find image %s: %w", path, err)
	}
	manifests, _, err := in.readManifests(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("find image %s: %w", path, err)
	}
	// A name that is none of ours finds nothing here, and is opened below.
	wanted, _ := parseID(filepath.Base(path))
	for _, m := range manifests {
		if e := find(m.images, wanted.seq); e != nil {
			return newSet(dir, m, *e, m.images), nil
		}
	}
	im, err := OpenImage(fsys, path) // one that no manifest names can be read if it is full
	if err != nil {
		return nil, err
	}
	defer im.Close()
	if im.Base() != 0 {
		return nil, fmt.Errorf("%s is based on image %d, and no manifest in %s names it; take another image", path,
			im.Base(), dir)
	}
	return &Set{Images: []Ref{{Path: path, Seq: im.Seq(), Size: im.Size(), Point: im.Point()}}}, nil
}

// Chain returns the images of these files as a set: the full one first, each is
// based on those before it. No manifest need name them.
// Only headers and footers are read.
func Chain(fsys fs.FS, paths []string) (*Set, error) {
	s := &Set{}
	below := uint64(0)
	for _, path := range paths {
		im, err := OpenImage(fsys, path)
		if err != nil {
			return nil, err
		}
		ref := Ref{path, im.Seq(), im.Base(), im.Size(), im.Point()}
		// The file is opened again when it is scanned.
		im.Close()
		if ref.Base != below {
			return nil, fmt.Errorf("%s is based on image %d, not on %d; give the images from the full one on", path,
				ref.Base, below)
		}
		s.Images, below = append(s.Images, ref), ref.Seq
	}
	return s, nil
}

// newSet returns what newest is read from, out of those entries.
func newSet(dir string, m *manifest, newest entry, of []entry) *Set {
	s := &Set{Manifest: m.number}
	for _, e := range chain(of, newest) {
		s.Images = append(s.Images, Ref{filepath.Join(dir, e.id().name()), e.seq, e.base, e.size, e.point})
	}
	return s
}

// readManifests returns the manifests that are whole, newest first, and what is
// wrong with the others. An error is one of the file system.
func (in *inventory) readManifests(fsys fs.FS, dir string) ([]*manifest, []Problem, error) {
	good, bad, err := durable.Whole(in.manifests, len(in.manifests), func(n uint64) (*manifest, error) {
		return readManifest(fsys, filepath.Join(dir, manifestName(n)), n)
	})
	return good, passedOver(bad), err
}

// readManifest reads one manifest; a wrong number under a right name is damage.
func readManifest(fsys fs.FS, path string, number uint64) (*manifest, error) {
	b, err := ErrDamaged.ReadFile(fsys, path, maxManifest)
	if err != nil {
		return nil, err
	}
	m, err := decodeManifest(path, b)
	if err == nil && m.number != number {
		return nil, damaged(path, 0, "it is manifest %d under another name", m.number)
	}
	return m, err
}

// good returns the images of m that, with all they are based on, can be used,
// newest first, and what is wrong with the others. An error is one of the file
// system.
func (m *manifest) good(fsys fs.FS, dir string) ([]entry, []Problem, error) {
	var good []entry
	var problems []Problem
	// An image whose base cannot be used cannot be used either, so bases come first.
	for i := len(m.images) - 1; i >= 0; i-- { // bases first
		e := m.images[i]
		path := filepath.Join(dir, e.id().name())
		err := e.check(fsys, path)
		if err == nil && e.base != 0 && find(good, e.base) == nil {
			err = damaged(path, 0, "it is based on image %d, which cannot be used", e.base)
		}
		switch {
		case err == nil:
			good = append([]entry{e}, good...)
		case errors.Is(err, ErrDamaged):
			problems = append(problems, Problem{path, err})
		default:
			return nil, problems, err
		}
	}
	return good, problems, nil
}

// check reports whether the file is the image that the manifest means.
func (e entry) check(fsys fs.FS, path string) error {
	im, err := OpenImage(fsys, path)
	if errors.Is(err, iofs.ErrNotExist) {
		return damaged(path, 0, "it is missing, though the manifest names it")
	}
	if err != nil {
		return err
	}
	defer im.Close()
	// Every field is compared, and with the CRC of the trailer the content.
	if got := im.entry(e.merge); got != e {
		return damaged(path, 0, "it is not the image the manifest means: found %+v, expected %+v", got, e)
	}
	return nil
}

// joinProblems makes one error of several problems.
func joinProblems(problems []Problem) error {
	if len(problems) == 0 {
		return errors.New("the manifests name none")
	}
	return problemList(problems)
}

// A problemList is an error that wraps each of its problems.
// errors.Is and errors.As find what is in any of them.
type problemList []Problem

// Error joins the messages by semicolons.
func (l problemList) Error() string {
	lines := make([]string, len(l))
	for i, p := range l {
		lines[i] = p.Err.Error()
	}
	return strings.Join(lines, "; ")
}

// Unwrap returns the problems.
func (l problemList) Unwrap() []error {
	errs := make([]error, len(l))
	for i, p := range l {
		errs[i] = p
	}
	return errs
}

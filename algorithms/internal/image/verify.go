package image

import (
	"context"
	"errors"
	"fmt"
	iofs "io/fs"
	"path/filepath"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/finding"
	"ckptbench/algorithms/internal/fs"
)

// A Report says what Verify found.
type Report struct {
	Dir    string
	Files  finding.Files // manifests, images, then temporary files; each newest first
	Chains []string      // of the newest image and the one before: which images they are based on, in words
}

// OK reports whether nothing is damaged.
func (r Report) OK() bool { return r.Files.OK() }

// String returns the report as text for a person: a line per file, and below it
// a line for each thing that is wrong with it.
func (r Report) String() string {
	s := r.Files.String()
	for _, c := range r.Chains {
		s += c + "\n"
	}
	if len(r.Files) == 0 {
		s += r.Dir + ": no images\n"
	}
	return s
}

// Verify reads every byte of every image and manifest in dir, whether it counts
// or not, and goes on after damage. The error is for a directory that cannot be
// listed; what cannot be read in it is reported as damage.
// It changes nothing. It reads with one goroutine, image by image.
func Verify(fsys fs.FS, dir string) (Report, error) {
	in, err := takeInventory(fsys, dir)
	if err != nil {
		return Report{}, fmt.Errorf("verify %s: %w", dir, err)
	}
	r := Report{Dir: dir}
	var newest *manifest
	var all []*manifest
	for _, n := range in.manifests {
		f, m := verifyManifest(fsys, dir, n)
		// Files that only older manifests name may be gone.
		if m != nil && newest == nil {
			newest = m
			f.Damage = append(f.Damage, missing(m, in, dir)...)
		}
		if m != nil {
			all = append(all, m)
		}
		r.Files = append(r.Files, f)
	}
	for _, i := range in.images {
		r.Files = append(r.Files, verifyImage(fsys, dir, i, all))
	}
	if newest != nil {
		r.Chains = newest.chains(r.Files)
	}
	for _, name := range in.temporary {
		size, err := fileSize(fsys, filepath.Join(dir, name))
		f := finding.File{Name: name, Bytes: size, Note: finding.Leftover}
		// A temporary file may have been renamed or removed meanwhile.
		if err != nil && !errors.Is(err, iofs.ErrNotExist) {
			f.Damage = append(f.Damage, err)
		}
		r.Files = append(r.Files, f)
	}
	return r, nil
}

// verifyManifest reads one manifest; the second result is nil if it is damaged.
func verifyManifest(fsys fs.FS, dir string, n uint64) (finding.File, *manifest) {
	path := filepath.Join(dir, manifestName(n))
	f := finding.File{Name: manifestName(n)}
	m, err := readManifest(fsys, path, n)
	if f.Bytes, _ = fileSize(fsys, path); err != nil {
		f.Damage = append(f.Damage, err)
		return f, nil
	}
	return f, m
}

// chains says, of the two newest images of m, which others they are based on,
// if any.
func (m *manifest) chains(files finding.Files) (out []string) {
	bad := map[string]bool{}
	for _, f := range files {
		bad[f.Name] = len(f.Damage) > 0
	}
	for i, e := range m.images {
		links := chain(m.images, e)
		// Only the two newest are recovered from, and a full image has no chain.
		if i > 1 || len(links) == 1 {
			continue
		}
		s := fmt.Sprintf("image %d at %s is read from %d images:", e.seq, e.point, len(links))
		size, broken := int64(0), ""
		for _, l := range links {
			s += " " + l.id().name()
			size += l.size
			// An image that is not there breaks the chain like one that is damaged.
			if known, there := bad[l.id().name()]; broken == "" && (known || !there) {
				broken = l.id().name()
			}
		}
		s += fmt.Sprintf(", %d bytes", size)
		if broken != "" {
			s += fmt.Sprintf("; BROKEN at %s: recovery stops at the image before it", broken)
		}
		out = append(out, s)
	}
	return out
}

// missing reports the images that the manifest names and that are not there.
func missing(m *manifest, in *inventory, dir string) []error {
	var out []error
	for _, e := range m.images {
		found := false
		for _, i := range in.images {
			found = found || i == e.id()
		}
		if !found {
			out = append(out, damaged(filepath.Join(dir, manifestName(m.number)), 0, "it names %s, which is missing",
				e.id().name()))
		}
	}
	return out
}

// verifyImage reads one image and compares it with what the manifests say.
// An image that no manifest names is read like the others, and noted.
func verifyImage(fsys fs.FS, dir string, image id, manifests []*manifest) finding.File {
	path := filepath.Join(dir, image.name())
	f := finding.File{Name: image.name()}
	var err error
	if f.Bytes, err = fileSize(fsys, path); err != nil {
		f.Damage = append(f.Damage, err)
		return f
	}
	im, err := OpenImage(fsys, path)
	if err != nil {
		f.Damage = append(f.Damage, err)
		return f
	}
	defer im.Close()
	f.Holds = fmt.Sprintf("%s, %d records in %d blocks", im.Point(), im.Records(), len(im.foot.blocks))
	named := false
	for _, m := range manifests {
		if e := find(m.images, image.seq); e != nil && e.id() == image {
			named = true
			if got := im.entry(image.merge); got != *e {
				f.Damage = append(f.Damage,
					damaged(path, 0, "%s means another image: found %+v, expected %+v", manifestName(m.number), got, *e))
			}
		}
	}
	if im.Seq() != image.seq {
		f.Damage = append(f.Damage, damaged(path, 16, "it is image %d under another name", im.Seq()))
	}
	switch {
	case image.merge != 0:
		f.Note = fmt.Sprintf("merged; based on image %d", im.Base())
		if im.Base() == 0 {
			f.Note = "merged; full"
		}
	case im.Base() != 0:
		f.Note = fmt.Sprintf("partial; based on image %d", im.Base())
	}
	if !named {
		f.Note = "no manifest names it; it does not count"
	}
	// The scan goes on behind a damaged block.
	collect := func(err error) error { f.Damage = append(f.Damage, err); return nil }
	if err := im.scan(context.Background(), 1, func(int, durable.Record) error { return nil }, collect); err != nil {
		f.Damage = append(f.Damage, err)
	}
	return f
}

// fileSize returns the length of a file in bytes.
func fileSize(fsys fs.FS, path string) (int64, error) {
	f, err := fsys.Open(path, false)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.Size()
}

package image

import (
	"fmt"
	"slices"
	"strings"

	"ckptbench/algorithms/internal/fs"
)

// record publishes the manifest that makes e the newest image, and notes what
// is to be removed for it.
func (d *Dir) record(e entry) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := append([]entry{e}, d.images...)
	keep := retained(all)
	if d.o.Discard {
		d.images = keep
		return nil
	}
	d.lastManifest++
	m := &manifest{number: d.lastManifest, images: keep}
	if err := d.publish(m, e.seq); err != nil {
		return err
	}
	for _, old := range d.known {
		if old != d.manifest && old != m.number {
			d.waste = append(d.waste, manifestName(old))
		}
	}
	d.known = []uint64{m.number}
	if d.manifest != 0 {
		d.known = append(d.known, d.manifest)
	}
	for _, old := range d.images {
		if find(keep, old.seq) == nil {
			d.waste = append(d.waste, imageName(old.seq))
		}
	}
	d.images, d.manifest, d.uncertain = keep, m.number, 0
	return nil
}

// publish writes m and makes it durable under its name. From the rename on, an
// error leaves open whether m counts: then the image it names must stay until a
// later manifest is durable. The caller holds mu.
func (d *Dir) publish(m *manifest, seq uint64) error {
	path := d.path(manifestName(m.number))
	tmp := path + tmpSuffix
	if err := d.writeFile(tmp, m.encode()); err != nil {
		return fmt.Errorf("write manifest: %w", joinRemove(err, d.remove(tmp)))
	}
	d.known = append(d.known, m.number)
	d.waste = append(d.waste, imageName(seq))
	d.uncertain = seq
	if err := d.o.FS.Rename(tmp, path); err != nil {
		return fmt.Errorf("publish manifest: %w", joinRemove(err, d.remove(tmp)))
	}
	if err := d.o.FS.SyncDir(d.o.Dir); err != nil {
		return fmt.Errorf("sync directory %s after publishing %s: %w", d.o.Dir, manifestName(m.number), err)
	}
	d.waste = d.waste[:len(d.waste)-1]
	return nil
}

// joinRemove adds the error of a removal, if any, to err.
func joinRemove(err, removal error) error {
	if removal == nil {
		return err
	}
	return fmt.Errorf("%w (and: %w)", err, removal)
}

// writeFile writes a small file and makes its content durable.
func (d *Dir) writeFile(path string, b []byte) error {
	f, err := d.o.FS.Create(path, false)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt(b, 0); err != nil {
		return err
	}
	return f.Sync()
}

// mayCount reports whether a manifest that names the image may be durable
// although it could not be published without error.
func (d *Dir) mayCount(seq uint64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.uncertain == seq
}

// sweep removes what no longer counts, manifests before the images they name.
// What cannot be removed is a problem, not a failure of the checkpoint, and is
// tried again next time. There is no sync: a file that comes back after a crash
// is a leftover like any other.
func (d *Dir) sweep() {
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.Sort(d.waste) // "MANIFEST-" sorts before "image-"
	left := d.waste[:0]
	for _, name := range slices.Compact(d.waste) {
		if err := d.remove(d.path(name)); err != nil {
			left = append(left, name)
			d.complain(Problem{File: d.path(name), Err: err})
		}
	}
	d.waste = left
}

// complain notes a problem, once per file. The caller holds mu.
func (d *Dir) complain(p Problem) {
	if !slices.ContainsFunc(d.problems, func(o Problem) bool { return o.File == p.File }) {
		d.problems = append(d.problems, p)
	}
}

// load reads what is in the directory and removes leftovers.
func (d *Dir) load() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	fsys, dir := d.o.FS, d.o.Dir
	if err := fsys.MkdirAll(dir); err != nil {
		return err
	}
	in, err := takeInventory(fsys, dir)
	if err != nil {
		return err
	}
	d.lastImage, d.lastManifest = in.lastImage, in.lastManifest
	d.known = in.manifests
	manifests, problems, err := in.readManifests(fsys, dir)
	if err != nil {
		return err
	}
	d.problems = problems
	if err := d.adopt(manifests); err != nil {
		return err
	}
	leftover := in.temporary
	if len(problems) == 0 { // what a damaged manifest names is evidence
		leftover = append(leftover, in.unnamed(manifests)...)
	}
	for _, name := range leftover {
		if err := d.remove(d.path(name)); err != nil {
			return err
		}
	}
	return nil
}

// adopt takes over the images of the newest manifest that has a good one.
func (d *Dir) adopt(manifests []*manifest) error {
	for _, m := range manifests {
		good, problems, err := m.good(d.o.FS, d.o.Dir)
		if err != nil {
			return err
		}
		for _, p := range problems {
			d.complain(p)
		}
		if len(good) > 0 {
			d.images, d.manifest = good, m.number
			return nil
		}
	}
	if len(d.known) > 0 {
		return fmt.Errorf("no usable image: %w; move the directory away to begin anew", joinProblems(d.problems))
	}
	return nil
}

// An inventory is what the names in a directory say.
type inventory struct {
	images                  []uint64 // newest first
	manifests               []uint64 // newest first
	temporary               []string
	lastImage, lastManifest uint64 // the highest numbers seen, temporary files included
}

// takeInventory lists dir. Names that are none of ours are left alone.
func takeInventory(fsys fs.FS, dir string) (*inventory, error) {
	names, err := fsys.List(dir)
	if err != nil {
		return nil, err
	}
	in := &inventory{}
	for _, name := range names {
		stem, temporary := strings.CutSuffix(name, tmpSuffix)
		seq, isImage := number(stem, imagePrefix)
		man, isManifest := number(stem, manifestPrefix)
		in.lastImage, in.lastManifest = max(in.lastImage, seq), max(in.lastManifest, man)
		switch {
		case temporary && (isImage || isManifest):
			in.temporary = append(in.temporary, name)
		case isImage:
			in.images = append(in.images, seq)
		case isManifest:
			in.manifests = append(in.manifests, man)
		}
	}
	descending := func(a, b uint64) int {
		if a > b {
			return -1
		}
		return 1
	}
	slices.SortFunc(in.images, descending)
	slices.SortFunc(in.manifests, descending)
	return in, nil
}

// unnamed returns the names of the images that none of the manifests names.
func (in *inventory) unnamed(manifests []*manifest) []string {
	var out []string
	for _, seq := range in.images {
		if !slices.ContainsFunc(manifests, func(m *manifest) bool { return find(m.images, seq) != nil }) {
			out = append(out, imageName(seq))
		}
	}
	return out
}

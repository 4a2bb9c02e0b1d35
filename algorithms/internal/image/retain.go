package image

import (
	"fmt"
	"slices"
	"strings"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
)

// record publishes the manifest that makes e count, as the newest image or in
// place of those it was merged from, and notes what is to be removed for it.
// It is called when the image is durable under its name.
func (d *Dir) record(e entry) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, err := d.with(e)
	if err != nil {
		return err
	}
	// What the manifest names from now on; everything else may go.
	keep := retained(all)
	if d.o.Discard { // nothing is read again: no chain need be remembered
		e.base = 0
		d.images = []entry{e}
		return nil
	}
	// A number is used once, also by a manifest that failed.
	d.lastManifest++
	m := &manifest{number: d.lastManifest, images: keep}
	if err := d.publish(m, e.id()); err != nil {
		return err
	}
	// The manifest before stays, as does this one; earlier ones go.
	for _, old := range d.known {
		if old != d.manifest && old != m.number {
			d.waste = append(d.waste, manifestName(old))
		}
	}
	d.known = []uint64{m.number}
	if d.manifest != 0 {
		d.known = append(d.known, d.manifest)
	}
	// What an earlier merge replaced: no manifest that stays names it now.
	d.waste = append(d.waste, d.merged...)
	d.merged = nil
	for _, old := range d.images {
		switch {
		case holds(keep, old.id()):
		case e.merge != 0: // the manifest before, which stays, names it
			d.merged = append(d.merged, old.id().name())
		default:
			d.waste = append(d.waste, old.id().name())
		}
	}
	d.images, d.manifest, d.uncertain = keep, m.number, nil
	return nil
}

// with returns the images that count when e does too, newest first. A merged
// image takes the place of the last of those it was merged from: whatever is
// based on that one is based on it. The caller holds mu.
func (d *Dir) with(e entry) ([]entry, error) {
	if e.merge == 0 {
		return append([]entry{e}, d.images...), nil
	}
	all := slices.Clone(d.images)
	at := find(all, e.seq)
	if at == nil {
		return nil, fmt.Errorf("image %d, which was merged, does not count any more", e.seq)
	}
	// The sequence number is the same, so bases that name it still hold.
	*at = e
	return all, nil
}

// holds reports whether an image is among those.
// A merged image and the one that it replaced have one number and different ids.
func holds(images []entry, i id) bool {
	e := find(images, i.seq)
	return e != nil && e.id() == i
}

// publish makes m durable under its name. Where that may or may not have happened, the
// image it names must stay until a later manifest is durable. The caller holds mu.
func (d *Dir) publish(m *manifest, image id) error {
	unsure, err := durable.Publish(d.o.FS, d.path(manifestName(m.number)), m.encode())
	if err == nil {
		return nil
	}
	// Its manifest and its file are waste, but only the next publishing removes them: until then
	// they may be what counts.
	if unsure {
		d.known = append(d.known, m.number)
		d.waste = append(d.waste, image.name())
		d.uncertain = append(d.uncertain, image)
	}
	return fmt.Errorf("publish manifest: %w", err)
}

// mayCount reports whether a manifest that names the image may be durable
// although it could not be published without error.
func (d *Dir) mayCount(image id) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Contains(d.uncertain, image)
}

// sweep removes what no longer counts, manifests before the images they name.
// What cannot be removed is a problem, not a failure of the checkpoint, and is
// tried again next time. There is no sync: a file that comes back after a crash
// is a leftover like any other.
// It is called without the caller holding mu, after a manifest is durable.
func (d *Dir) sweep() {
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.Sort(d.waste) // "MANIFEST-" sorts before "image-"
	left := d.waste[:0]
	for _, name := range slices.Compact(d.waste) {
		if err := durable.Remove(d.o.FS, d.path(name)); err != nil {
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
	// Numbers go on above every file that is there, also above temporary ones.
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
		if err := durable.Remove(d.o.FS, d.path(name)); err != nil {
			return err
		}
	}
	return nil
}

// adopt takes over the images of the newest manifest that has a usable one.
// An older manifest is used where nothing of the newest is usable.
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
	// There were images, so beginning with an empty store would lose data unnoticed.
	if len(d.known) > 0 {
		return fmt.Errorf("no usable image: %w; move the directory away to begin anew", joinProblems(d.problems))
	}
	return nil
}

// An inventory is what the names in a directory say.
type inventory struct {
	images    []id     // newest first
	manifests []uint64 // newest first
	// Names. All of them are left over: one process writes to a directory.
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
		stem, temporary := strings.CutSuffix(name, durable.TmpSuffix)
		image, isImage := parseID(stem)
		man, isManifest := durable.Number(manifestPrefix, numberDigits, stem)
		in.lastImage, in.lastManifest = max(in.lastImage, image.seq, image.merge), max(in.lastManifest, man)
		switch {
		case temporary && (isImage || isManifest):
			in.temporary = append(in.temporary, name)
		case isImage:
			in.images = append(in.images, image)
		case isManifest:
			in.manifests = append(in.manifests, man)
		}
	}
	// Newest first, like everything that is read from here.
	slices.SortFunc(in.images, func(a, b id) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	slices.Sort(in.manifests)
	slices.Reverse(in.manifests)
	return in, nil
}

// unnamed returns the names of the images that none of the manifests names.
// They are left over from an image that was not committed.
func (in *inventory) unnamed(manifests []*manifest) []string {
	var out []string
	for _, i := range in.images {
		if !slices.ContainsFunc(manifests, func(m *manifest) bool { return holds(m.images, i) }) {
			out = append(out, i.name())
		}
	}
	return out
}

package image

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"ckptbench/algorithms/internal/durable"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// A chained is a scenario of partial images and merges. It knows what the state
// is at each image: a merge changes nothing of it.
type chained struct {
	progress
	states map[uint64]map[string]string // by image
	merges int
}

// lay lays records over a state.
func lay(under map[string]string, recs []durable.Record) map[string]string {
	out := maps.Clone(under)
	if out == nil {
		out = map[string]string{}
	}
	for _, r := range recs {
		out[fmt.Sprint(r.Table, r.Key)] = fmt.Sprint(r.Stamp, r.Absent, r.Value)
	}
	return out
}

func (c *chained) take(d *Dir, partial bool) error {
	base := uint64(0)
	if partial {
		base = d.Newest()
	}
	w, err := d.BeginPartial(base)
	if err != nil {
		return err
	}
	defer w.Abort()
	c.trying = w.Seq()
	recs := someRecords(c.trying, 9)[c.trying%5:] // not all keys
	c.states[c.trying] = lay(c.states[base], recs)
	if err := fill(ctx(), w, recs); err != nil {
		return err
	}
	if c.trying%3 == 0 { // a merge beside a Writer, over images that it does not know of
		if err := c.merge(d, false); err != nil {
			return err
		}
	}
	if _, err := w.Commit(ctx(), Point{Kind: "commit", Seq: c.trying}); err != nil {
		return err
	}
	c.committed = c.trying
	return nil
}

func (c *chained) merge(d *Dir, base bool) error {
	_, err := d.Merge(ctx(), base, 0)
	if errors.Is(err, ErrNothingToMerge) {
		return nil
	}
	c.merges++
	return err
}

func (c *chained) run(fsys fs.FS) error {
	c.states = map[uint64]map[string]string{}
	for _, steps := range []string{"fppmpMpp", "mpfppMp"} {
		d, err := Open(testOptions(fsys))
		if err != nil {
			return err
		}
		for _, s := range steps {
			switch s {
			case 'm', 'M':
				err = c.merge(d, s == 'M')
			default:
				err = c.take(d, s == 'p')
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// check reports whether fsys holds the state of the last image committed or of
// the one tried.
func (c *chained) check(fsys fs.FS) error {
	set, err := c.latest(fsys)
	if set == nil {
		return err
	}
	if newest := set.Newest(); newest.Point.Seq != newest.Seq {
		return fmt.Errorf("image %d stands at %v", newest.Seq, newest.Point)
	}
	return c.same(fsys, set)
}

func (c *chained) same(fsys fs.FS, set *Set) error {
	var got map[string]string
	for _, ref := range set.Images {
		recs, err := scanAll(fsys, ref.Path, 1)
		if err != nil {
			return err
		}
		got = lay(got, recs)
	}
	if want := c.states[set.Newest().Seq]; !maps.Equal(got, want) {
		return fmt.Errorf("the chain of %v gives %d records, which are not the %d of its point", set.Images, len(got),
			len(want))
	}
	return nil
}

func (c *chained) goOn(fsys fs.FS) error {
	d, err := Open(testOptions(fsys))
	if err != nil {
		return err
	}
	next := &chained{states: c.states, progress: progress{committed: d.Newest()}}
	if err := errors.Join(next.merge(d, true), next.take(d, true), next.take(d, true), next.merge(d, false)); err != nil {
		return err
	}
	return errors.Join(verified(fsys), next.check(fsys))
}

// Merges change no state, whichever images are taken before, beside and after
// them, and in the end no more files are left than chains need.
func TestMerge(t *testing.T) {
	mem, c := fstest.NewMem(), new(chained)
	if err := c.run(mem); err != nil {
		t.Fatal(err)
	}
	if err := c.check(mem); err != nil {
		t.Error(err)
	}
	if c.merges < 4 {
		t.Errorf("%d merges, the scenario has more", c.merges)
	}
	d := open(t, testOptions(mem))
	for range 2 { // the second lets go of what the image before needed
		if err := errors.Join(c.take(d, true), c.merge(d, true)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.take(d, true); err != nil {
		t.Fatal(err)
	}
	if err := c.check(mem); err != nil {
		t.Error(err)
	}
	if got := names(t, mem); len(got) != 4 || d.Chain() != 2 {
		t.Errorf("a chain of %d images; want 2, and two manifests: %v", d.Chain(), got)
	}
}

// An image taken while a merge reads lies on what the merge makes.
func TestMergeBesideCheckpoint(t *testing.T) {
	for _, base := range []bool{false, true} {
		mem, c := fstest.NewMem(), &chained{states: map[uint64]map[string]string{}}
		beside := func() {}
		fsys := fstest.Hook(mem, func(call fstest.Call) fstest.Outcome {
			if call.Op == "open" && strings.HasPrefix(call.Name, testDir+"/image") {
				f := beside
				beside = func() {}
				f()
			}
			return fstest.Outcome{}
		})
		d := open(t, testOptions(fsys))
		// 1, 2, 3, where 3 tries to merge
		if err := errors.Join(c.take(d, false), c.take(d, true), c.take(d, true)); err != nil {
			t.Fatal(err)
		}
		w, err := d.BeginPartial(d.Newest()) // it waits until the merge is under way
		if err != nil {
			t.Fatal(err)
		}
		recs := someRecords(3, 7)
		if err := fill(ctx(), w, recs); err != nil {
			t.Fatal(err)
		}
		c.states[w.Seq()] = lay(c.states[3], recs)
		late := errors.New("not committed")
		beside = func() { _, late = w.Commit(ctx(), Point{Kind: "commit", Seq: w.Seq()}) }
		_, err = d.Merge(ctx(), base, 0)
		if err := errors.Join(err, late); err != nil {
			t.Fatal(err)
		}
		c.committed = w.Seq()
		if err := c.check(mem); err != nil {
			t.Error(err)
		}
		want := 3 // the full one, the merged one and the one taken beside
		if base {
			want = 2
		}
		if d.Chain() != want {
			t.Errorf("with base %v the chain is of %d images, want %d", base, d.Chain(), want)
		}
	}
}

// A merge whose images were superseded meanwhile gives up, and leaves nothing.
func TestMergeOvertaken(t *testing.T) {
	mem, c := fstest.NewMem(), &chained{states: map[uint64]map[string]string{}}
	beside := func() {}
	fsys := fstest.Hook(mem, func(call fstest.Call) fstest.Outcome {
		if call.Op == "create" && strings.Contains(call.Name, mergeInfix) {
			beside()
		}
		return fstest.Outcome{}
	})
	d := open(t, testOptions(fsys))
	if err := errors.Join(c.take(d, false), c.take(d, true)); err != nil {
		t.Fatal(err)
	}
	var taken error
	beside = func() { taken = errors.Join(c.take(d, false), c.take(d, false)) }
	if _, err := d.Merge(ctx(), true, 0); err == nil || taken != nil {
		t.Fatalf("merge of images that are gone: %v; beside it: %v", err, taken)
	}
	if err := c.check(mem); err != nil {
		t.Error(err)
	}
	for _, n := range names(t, mem) {
		if strings.Contains(n, mergeInfix) {
			t.Errorf("left: %s", n)
		}
	}
}

// A merge ends with its context and leaves everything as it was; a damaged input
// ends it too.
func TestMergeFails(t *testing.T) {
	mem, c := fstest.NewMem(), &chained{states: map[uint64]map[string]string{}}
	d := open(t, testOptions(mem))
	if err := errors.Join(c.take(d, false), c.take(d, true)); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(ctx())
	cancel()
	if _, err := d.Merge(gone, true, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled merge: %v", err)
	}
	b := content(t, mem, "image-000001")
	bad := append([]byte(nil), b...)
	bad[headerSize+100] ^= 1
	overwrite(t, mem, "image-000001", bad)
	if _, err := d.Merge(ctx(), true, 0); !errors.Is(err, ErrDamaged) {
		t.Errorf("merge of a damaged image: %v", err)
	}
	overwrite(t, mem, "image-000001", b)
	if got := fmt.Sprint(names(t, mem)); got != "[MANIFEST-000001 MANIFEST-000002 image-000001 image-000002]" {
		t.Errorf("left: %s", got)
	}
	if err := c.check(mem); err != nil {
		t.Error(err)
	}
	if _, err := d.Merge(ctx(), false, 0); !errors.Is(err, ErrNothingToMerge) {
		t.Errorf("merge of one partial image: %v", err)
	}
}

// Whichever call of the file system fails, and however, in images or merges, the
// state is the old one or the new one, and the next images and merges succeed.
func TestMergeFaults(t *testing.T) {
	t.Parallel()
	everyFault(t, 7, func() trip { return new(chained) })
}

// A merge that failed wherever it was is no harm to the process it runs in: what
// it merged is still there, images go on, and the next merge succeeds.
func TestMergeFaultAndOn(t *testing.T) {
	for n := 1; ; n++ {
		mem, c := fstest.NewMem(), &chained{states: map[uint64]map[string]string{}}
		fails := 0
		fsys := failing(mem, &fails, n%2 == 0)
		d := open(t, testOptions(fsys))
		if err := errors.Join(c.take(d, false), c.take(d, true), c.take(d, true), c.take(d, true)); err != nil {
			t.Fatal(err)
		}
		fails = n
		_, failure := d.Merge(ctx(), n%3 != 0, 0)
		if fails > 0 {
			break // n is beyond the last call
		}
		if err := c.check(mem); err != nil {
			t.Fatalf("call %d (%v): %v", n, failure, err)
		}
		if err := errors.Join(c.take(d, true), c.merge(d, true), c.take(d, true), c.take(d, true), c.merge(d, true),
			c.take(d, true), c.take(d, true)); err != nil {
			t.Fatalf("after call %d: %v", n, err)
		}
		if err := c.check(mem); err != nil {
			t.Fatalf("after call %d (%v): %v", n, failure, err)
		}
	}
}

// A power cut before any call leaves the old state or the new one, and the
// program starts again from it.
func TestMergeCrash(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 3))
	mem, c, n := fstest.NewMem(), new(chained), 0
	crash := func(_ int, call fstest.Call) fstest.Outcome {
		n++
		if testing.Short() && n%5 != 0 {
			return fstest.Outcome{}
		}
		clone := mem.CrashClone(rng)
		if err := c.check(clone); err != nil {
			t.Errorf("power cut before call %d (%v): %v", n, call, err)
		}
		if err := c.goOn(clone); err != nil {
			t.Errorf("after a power cut before call %d (%v): %v", n, call, err)
		}
		return fstest.Outcome{}
	}
	if err := c.run(fstest.NewFault(mem, crash)); err != nil {
		t.Fatal(err)
	}
}

// Verify says which images a chain is read from, and where it is broken.
func TestVerifyChain(t *testing.T) {
	mem, c := fstest.NewMem(), &chained{states: map[uint64]map[string]string{}}
	d := open(t, testOptions(mem))
	if err := errors.Join(c.take(d, false), c.take(d, true), c.take(d, true), c.merge(d, false),
		c.take(d, true)); err != nil {
		t.Fatal(err)
	}
	says := func(want string) {
		t.Helper()
		r, err := Verify(mem, testDir)
		if err != nil || !strings.Contains(r.String(), want) {
			t.Errorf("verify does not say %q (%v):\n%s", want, err, r)
		}
	}
	link := d.images[1].id().name()
	says(fmt.Sprintf("image 5 at commit 5 is read from 3 images: image-000001 %s image-000005,", link))
	says("merged; based on image 1")
	b := content(t, mem, link)
	b[headerSize+100] ^= 1
	overwrite(t, mem, link, b)
	says("BROKEN at " + link)
}

package image

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
)

// The newest image, the one before and what they are based on stay.
func TestRetention(t *testing.T) {
	mem := fstest.NewMem()
	d := open(t, testOptions(mem))
	n := 0
	check := func(base uint64, want string) {
		t.Helper()
		n++
		mustTake(t, d, base, someRecords(uint64(n), 3), Point{Seq: uint64(n)})
		got := strings.NewReplacer("MANIFEST-00000", "M", "image-00000", "").Replace(fmt.Sprint(names(t, mem)))
		if got != want {
			t.Errorf("after image %d on %d: %v, want %v", n, base, got, want)
		}
		set, problems, err := Latest(mem, testDir)
		if err != nil || len(problems) > 0 || set.Newest().Seq != uint64(n) || set.Images[0].Base != 0 {
			t.Errorf("after image %d: %+v, %v, %v", n, set, problems, err)
		}
		for i, ref := range set.Images[1:] {
			if ref.Base != set.Images[i].Seq {
				t.Errorf("after image %d: %d is based on %d", n, ref.Seq, set.Images[i].Seq)
			}
		}
	}
	check(0, "[M1 1]")
	check(1, "[M1 M2 1 2]")
	check(2, "[M2 M3 1 2 3]")
	check(2, "[M3 M4 1 2 3 4]")
	check(0, "[M4 M5 1 2 4 5]")
	check(4, "[M5 M6 1 2 4 5 6]")
	d = open(t, testOptions(mem))
	check(5, "[M6 M7 1 2 4 5 6 7]")
	check(7, "[M7 M8 5 7 8]")
	check(0, "[M8 M9 5 7 8 9]")
	if _, err := d.BeginPartial(1); err == nil {
		t.Error("a base that was deleted is taken")
	}
	if got := d.Newest(); got != 9 {
		t.Errorf("Newest is %d", got)
	}
}

func TestChainTooLong(t *testing.T) {
	mem := fstest.NewMem()
	d := open(t, testOptions(mem))
	base := uint64(0)
	for {
		info, err := take(d, base, nil, Point{})
		if err != nil {
			if !strings.Contains(err.Error(), "write a full one") || base < 100 {
				t.Errorf("after %d: %v", base, err)
			}
			break
		}
		base = info.Seq
	}
	// Two chains of full length still make a manifest that can be read.
	for base = 0; ; {
		info, err := take(d, base, nil, Point{Kind: "k"})
		if err != nil {
			break
		}
		base = info.Seq
	}
	set, problems, err := Latest(mem, testDir)
	if err != nil || len(problems) > 0 || len(set.Images) < 100 {
		t.Errorf("Latest: %v, %v", problems, err)
	}
}

// If a partial image's base is damaged, neither counts.
func TestDamagedBase(t *testing.T) {
	mem := fstest.NewMem()
	d := open(t, testOptions(mem))
	mustTake(t, d, 0, nil, Point{})
	mustTake(t, d, 0, nil, Point{})
	mustTake(t, d, 2, nil, Point{})
	overwrite(t, mem, "image-000002", []byte("x"))
	set, problems, err := Latest(mem, testDir)
	// Manifest 3 names 3 and 2; manifest 2 names 2 and 1, and 1 is deleted by now.
	if err == nil || len(problems) != 4 {
		t.Errorf("Latest: %+v, %v, %v", set, problems, err)
	}
}

// What a crash left behind goes; what is none of ours stays; what a damaged
// manifest may name is evidence and stays too.
func TestLeftovers(t *testing.T) {
	mem := fstest.NewMem()
	d := open(t, testOptions(mem))
	mustTake(t, d, 0, nil, Point{})
	for _, name := range []string{"image-000009", "image-000010.tmp", "MANIFEST-000011.tmp", "image-12",
		"image-000013.txt", "log-000001"} {
		overwrite(t, mem, name, []byte("x"))
	}
	d = open(t, testOptions(mem))
	check := func(want string) {
		t.Helper()
		if got := fmt.Sprint(names(t, mem)); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	check("[MANIFEST-000001 image-000001 image-000013.txt image-12 log-000001]")
	if info := mustTake(t, d, 0, nil, Point{}); info.Seq != 11 {
		t.Errorf("the next image is %d: a number seen was used again", info.Seq)
	}
	overwrite(t, mem, "MANIFEST-000013", []byte("x"))
	overwrite(t, mem, "image-000012", []byte("x"))
	overwrite(t, mem, "image-99999999999999999999", []byte("x"))
	d = open(t, testOptions(mem))
	check("[MANIFEST-000001 MANIFEST-000012 MANIFEST-000013 image-000001 image-000011 image-000012 image-000013.txt " +
		"image-12 image-99999999999999999999 log-000001]")
	if p := d.Problems(); len(p) != 1 || !strings.Contains(p[0].Error(), "MANIFEST-000013") {
		t.Errorf("Problems: %v", p)
	}
	if info := mustTake(t, d, 0, nil, Point{}); info.Seq != 13 {
		t.Errorf("the next image is %d", info.Seq)
	}
}

// A file that cannot be removed does not fail a checkpoint that is durable.
func TestCannotRemove(t *testing.T) {
	mem, stuck := fstest.NewMem(), true
	fsys := fstest.NewFault(mem, func(_ int, c fstest.Call) fstest.Outcome {
		if c.Op == "remove" && stuck {
			return fstest.Outcome{Err: errors.New("stuck")}
		}
		return fstest.Outcome{}
	})
	d := open(t, testOptions(fsys))
	for range 5 {
		mustTake(t, d, 0, nil, Point{})
	}
	if p := d.Problems(); len(p) != 6 || len(names(t, mem)) != 10 {
		t.Errorf("%d problems, %d files: %v", len(p), len(names(t, mem)), p)
	}
	stuck = false
	mustTake(t, d, 0, nil, Point{})
	if got := len(names(t, mem)); got != 4 {
		t.Errorf("%d files are left: %v", got, names(t, mem))
	}
}

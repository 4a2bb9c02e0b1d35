package store

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
)

// When a block of the newest image is damaged, it is named and the image before
// it is loaded, with nothing of the newest; where that is damaged too, or the
// damaged one was asked for by name, nothing is.
func TestDamagedBlock(t *testing.T) {
	ctx, mem := context.Background(), fstest.NewMem()
	s := openTest(t, func(o *Options) { o.Images = Images{Dir: "images", FS: mem} })
	write := func(v string, keys ...uint64) {
		acc := append(rw(keys...), Access{Table: 1, Key: 900 + keys[0], Mode: Exclusive})
		do(t, s.Worker(0), acc, func(tx *Txn) {
			for i := range tx.Len() {
				tx.Write(i, Whole, []byte(v))
			}
		})
	}
	var paths []string
	checkpoint := func() {
		r, err := s.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, r.Image.Path)
	}
	write("old", 1, 2)
	checkpoint()
	write("new", 2, 3)
	checkpoint()

	damage := func(path string) {
		f, err := mem.Open(path, false)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := f.Size()
		b := make([]byte, n)
		if _, err := f.ReadAt(b, 0); err != nil {
			t.Fatal(err)
		}
		b[4096+100] ^= 1 // of the first block
		g, err := mem.Create(path, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.WriteAt(b, 0); err != nil {
			t.Fatal(err)
		}
	}
	check := func(name, image, want string, problems int) {
		t.Helper()
		r := openTest(t, nil)
		got, err := r.Recover(ctx, Source{Images: "images", Image: image, FS: mem})
		var state []string
		r.Each(func(_ int, key, _ uint64, v []byte) { state = append(state, string(rune('0'+key%10))+string(v)) })
		if err != nil {
			state = []string{"error"}
			if !strings.Contains(err.Error(), "damaged") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if s := strings.Join(state, " "); s != want || len(got.Problems) != problems {
			t.Errorf("%s: recovered %q with problems %q, want %q and %d problems", name, s, got.Problems, want, problems)
		}
		for i, p := range got.Problems {
			if bad := filepath.Base(paths[len(paths)-1-i]); !strings.Contains(p, bad) {
				t.Errorf("%s: problem %q does not name %s", name, p, bad)
			}
		}
	}
	check("whole", "", "1old 2new 3new 1old 2new", 0)
	damage(paths[1])
	check("newest damaged", "", "1old 2old 1old", 1)
	check("newest damaged and wanted", paths[1], "error", 0)
	check("the one before wanted", paths[0], "1old 2old 1old", 0)
	damage(paths[0])
	check("both damaged", "", "error", 2)
}

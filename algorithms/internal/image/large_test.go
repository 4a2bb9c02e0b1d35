package image

import (
	"bytes"
	"hash/maphash"
	"math/rand/v2"
	"testing"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
)

// A large image, hurt at random: bits turned, runs of bytes written over, sectors
// of zeros, stretches of the image itself in the wrong place, and its end cut
// off. Each is refused by name, by several readers at once.
func TestLargeImageHurtAtRandom(t *testing.T) {
	mem := fstest.NewMem()
	o := testOptions(mem)
	o.BlockSize = 16 * fs.Align
	info := mustTake(t, open(t, o), 0, someRecords(6, 5_000), Point{Kind: "commit", Seq: 5})
	good := content(t, mem, "image-000001")
	if len(good) < 16*o.BlockSize {
		t.Fatalf("an image of %d bytes is not large", len(good))
	}
	seed := maphash.Comparable(maphash.MakeSeed(), 0)
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	hurts := []func(at int) []byte{
		func(at int) []byte { return []byte{good[at] ^ 1<<rng.IntN(8)} },
		func(int) []byte {
			b := make([]byte, 1+rng.IntN(3*fs.Align))
			for i := range b {
				b[i] = byte(rng.Uint32())
			}
			return b
		},
		func(int) []byte { return make([]byte, 512) },
		func(int) []byte { from := rng.IntN(len(good) - fs.Align); return good[from : from+fs.Align] },
	}
	trials := 400
	if testing.Short() {
		trials = 60
	}
	for i := range trials {
		at := rng.IntN(len(good))
		b := hurts[i%len(hurts)](at)
		b = b[:min(len(b), len(good)-at)]
		if bytes.Equal(b, good[at:at+len(b)]) {
			continue // zeros over zeros
		}
		_, err := scanAll(patch{mem, int64(at), b}, info.Path, 4)
		mustBeDamage(t, err, "%d bytes at %d written over", len(b), at)
	}
	for range trials / 10 {
		n := rng.IntN(len(good))
		overwriteDurably(t, mem, "image-000001", good[:n])
		_, err := scanAll(mem, info.Path, 4)
		mustBeDamage(t, err, "cut to %d bytes", n)
	}
}

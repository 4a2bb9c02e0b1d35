package image

import (
	"strings"
	"testing"

	"ckptbench/algorithms/internal/fs/fstest"
)

// A chain is read from its files alone, in their order, and from no other files.
func TestChain(t *testing.T) {
	mem := fstest.NewMem()
	d := open(t, testOptions(mem))
	var paths []string
	base := uint64(0)
	for i := range uint64(3) {
		info := mustTake(t, d, base, someRecords(i+1, 20), Point{Kind: "commit", Seq: i})
		paths, base = append(paths, info.Path), info.Seq
	}
	set, err := Chain(mem, paths)
	if err != nil || len(set.Images) != 3 || set.Newest().Path != paths[2] || set.Newest().Point.Seq != 2 {
		t.Fatalf("%+v, %v", set, err)
	}
	check := func(paths ...string) {
		t.Helper()
		if _, err := Chain(mem, paths); err == nil || !strings.Contains(err.Error(), "based on") {
			t.Errorf("%q: error %v", paths, err)
		}
	}
	check(paths[1])
	check(paths[0], paths[2])
	check(paths[0], paths[0])
	if _, err := Chain(mem, []string{testDir + "/image-000099"}); err == nil {
		t.Error("a file that is not there")
	}
}

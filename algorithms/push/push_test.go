package push_test

import (
	"testing"

	"ckptbench/algorithms"
	"ckptbench/algorithms/push"
	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "push") }

// The whole suite again with queues that are full nearly all the time.
func TestSmallQueues(t *testing.T) {
	e, _ := algorithms.Find("push")
	e.New = push.NewSmall
	e.Quiesces = "while the image is written" // as good as: tests that hold the disk up and write are to be left out
	storetest.TestEntry(t, e)
}

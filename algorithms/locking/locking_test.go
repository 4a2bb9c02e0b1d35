package locking_test

import (
	"testing"

	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "locking") }

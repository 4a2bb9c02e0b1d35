package pingpong_test

import (
	"testing"

	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "pingpong") }

func TestDrain(t *testing.T) { storetest.Test(t, "pingpong-drain") }

func TestPartial(t *testing.T) { storetest.Test(t, "ppingpong") }

package zigzag_test

import (
	"testing"

	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "zigzag") }

func TestPartial(t *testing.T) { storetest.Test(t, "pzigzag") }

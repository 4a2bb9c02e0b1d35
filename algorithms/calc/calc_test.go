package calc_test

import (
	"testing"

	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "calc") }

func TestMutex(t *testing.T) { storetest.Test(t, "calc-mutex") }

func TestLate(t *testing.T)    { storetest.Test(t, "calc-late") }
func TestPartial(t *testing.T) { storetest.Test(t, "pcalc") }

func TestPartialHash(t *testing.T) { storetest.Test(t, "pcalc-hash") }

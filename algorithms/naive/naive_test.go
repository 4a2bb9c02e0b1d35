package naive_test

import (
	"testing"

	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "naive") }

func TestCopy(t *testing.T) { storetest.Test(t, "naive-copy") }

func TestPartial(t *testing.T) { storetest.Test(t, "pnaive") }

func TestPartialCopy(t *testing.T) { storetest.Test(t, "pnaive-copy") }

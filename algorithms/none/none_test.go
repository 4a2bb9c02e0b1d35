package none_test

import (
	"testing"

	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "none") }

func TestAgain(t *testing.T) { storetest.Test(t, "none-again") }

package none_test

import (
	"testing"

	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "none") }

func TestLog(t *testing.T) { storetest.Test(t, "none-log") }

func TestAgain(t *testing.T) { storetest.Test(t, "none-again") }

package lineairdb_test

import (
	"testing"

	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "lineairdb") }

func TestEarly(t *testing.T) { storetest.Test(t, "lineairdb-early") }

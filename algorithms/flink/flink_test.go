package flink_test

import (
	"testing"

	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "flink") }

func TestCowWrite(t *testing.T) { storetest.Test(t, "flink-cow-write") }

func TestNested(t *testing.T) { storetest.Test(t, "flink-nested") }

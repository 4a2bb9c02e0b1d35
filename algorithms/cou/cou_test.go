package cou_test

import (
	"testing"

	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "cou") }

func TestBlock(t *testing.T) { storetest.Test(t, "cou-block") }

package cpr_test

import (
	"testing"

	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "cpr") }

func TestVerify(t *testing.T)  { storetest.Test(t, "cpr-verify") }
func TestPartial(t *testing.T) { storetest.Test(t, "pcpr") }

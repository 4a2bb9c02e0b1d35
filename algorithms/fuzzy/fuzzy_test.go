package fuzzy_test

import (
	"testing"

	"ckptbench/algorithms/storetest"
)

func Test(t *testing.T) { storetest.Test(t, "fuzzy-log") }

func TestPartial(t *testing.T) { storetest.Test(t, "pfuzzy-log") }

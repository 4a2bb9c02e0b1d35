package store

import "testing"

// What a table has reserved for records that are not there is no memory of the
// store's or the algorithm's, and no record that an algorithm has to go over.
func TestMemoryIsWhatIsUsed(t *testing.T) {
	const (
		capacity = 1 << 20
		loaded   = 10
		high     = 1024 // of a dense table, which raises its mark in steps
		version  = 32   // bytes of 12 and a value of 16, rounded up
		slot     = 64   // bytes of the head and one version
		pair     = 128  // with another beside it
	)
	var env *Env
	s := openTest(t, func(o *Options) {
		o.Versions = 2
		o.Tables[0].Capacity, o.Tables[1].Capacity = capacity, capacity
		o.New = func(e *Env) (Algorithm, error) {
			env = e
			_, err := e.NewVersions()
			e.CountBits(16)
			return plain{}, err
		}
	})
	check := func(dense, hashed int64) {
		t.Helper()
		const cells = 2 * 16 // bytes of an index that is half full, a record
		own := (dense + hashed) * (pair - slot + version + 2)
		want := Memory{Store: dense*slot + hashed*(slot+8+cells), Own: own, Peak: own}
		if got := s.Memory(); got != want {
			t.Errorf("%d and %d records: %+v, want %+v", dense, hashed, got, want)
		}
		var used []int64
		env.Used(func(from, to uint64) { used = append(used, int64(to-from)) })
		if used[0] != dense || used[1] != hashed {
			t.Errorf("%v records are in use, want %d and %d", used, dense, hashed)
		}
	}
	check(0, 0)
	for table := range 2 {
		err := s.Load(table, loaded, func(i uint64, buf []byte) (uint64, []byte) { return i, buf })
		if err != nil {
			t.Fatal(err)
		}
	}
	check(high, loaded)
	do(t, s.Worker(0), []Access{{Key: high, Mode: Exclusive}, {Table: 1, Key: loaded, Mode: Exclusive}}, func(*Txn) {})
	check(2*high, loaded+1)
}

// The peak is not forgotten with an array that is given back.
func TestMemoryPeakOfFreedVersions(t *testing.T) {
	var env *Env
	var vs *Versions
	s := openTest(t, func(o *Options) {
		o.New = func(e *Env) (a Algorithm, err error) {
			env = e
			vs, err = e.NewVersions()
			return plain{}, err
		}
	})
	if err := s.Load(0, 8, func(i uint64, buf []byte) (uint64, []byte) { return i, buf }); err != nil {
		t.Fatal(err)
	}
	before := s.Memory().Own
	if err := env.FreeVersions(vs); err != nil {
		t.Fatal(err)
	}
	if m := s.Memory(); before == 0 || m.Own != 0 || m.Peak != before {
		t.Errorf("%d bytes before, %+v after", before, m)
	}
}

//go:build linux

package hyper

import (
	"context"
	"encoding/binary"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"ckptbench/algorithms/hyper/internal/fork"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/store"
)

// A meddled is a snapshot that somebody meddles with.
type meddled struct {
	*fork.Snapshot
	taking  func(memory [][]byte) ([][]byte, error) // changes what is to be taken
	reading func(*fork.Snapshot)                    // called before each Read
}

func (m *meddled) Take(ctx context.Context, memory [][]byte) error {
	if m.taking != nil {
		var err error
		if memory, err = m.taking(memory); err != nil {
			return err
		}
	}
	return m.Snapshot.Take(ctx, memory)
}

func (m *meddled) Read(p []byte) error {
	if m.reading != nil {
		m.reading(m.Snapshot)
	}
	return m.Snapshot.Read(p)
}

// A rig is a store whose snapshots are meddled with as the test says.
type rig struct {
	*testing.T
	mem  *fstest.Mem
	s    *store.Store
	next meddled // what becomes of the snapshots taken from now on
	full bool    // the disk refuses to be written
	n    uint64  // transactions so far
}

const (
	folder  = "images"
	records = 4000 // 4 MiB and some: more than fits in the pipe
	origin  = 1 << 40
)

func tables() []store.TableSpec {
	return []store.TableSpec{
		{Name: "dense", ValueSize: 1000, Capacity: records},
		{Name: "hash", ValueSize: 40, Capacity: records, Hash: true},
	}
}

func newRig(t *testing.T) *rig {
	r := &rig{T: t, mem: fstest.NewMem()}
	disk := fstest.Hook(r.mem, func(c fstest.Call) fstest.Outcome {
		if r.full && c.Op == "write" && c.Off > 0 {
			return fstest.NoSpace()
		}
		return fstest.Outcome{}
	})
	build := func(env *store.Env) (store.Algorithm, error) {
		a, err := New(env)
		if err == nil {
			a.(*hyper).snapshot = func() (snapshot, error) {
				s, err := fork.New()
				return &meddled{s, r.next.taking, r.next.reading}, err
			}
		}
		return a, err
	}
	var err error
	r.s, err = store.Open(store.Options{
		Algorithm: "hyper", New: build, Tables: tables(), Workers: 1,
		Images: store.Images{Dir: folder, FS: disk, Streams: 2},
	})
	r.must(err)
	t.Cleanup(func() {
		if err := r.s.Close(); err != nil {
			t.Error(err)
		}
	})
	for table, first := range []uint64{0, origin} {
		r.must(r.s.Load(table, records/2, func(i uint64, buf []byte) (uint64, []byte) { return first + i, buf }))
	}
	r.must(r.s.Start())
	r.files() // the runtime opens files of its own for the first pipe that is waited for
	_, err = r.s.Checkpoint(context.Background())
	r.must(err)
	return r
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// work writes, inserts and deletes records all over both tables, every so
// many.
func (r *rig) work(step uint64) {
	r.Helper()
	var v [8]byte
	for i := r.n % step; i < records; i += step {
		r.n++
		binary.LittleEndian.PutUint64(v[:], r.n)
		r.must(r.s.Worker(0).Do(&store.Request{
			Access: []store.Access{
				{Table: 0, Key: i, Mode: store.Exclusive},
				{Table: 1, Key: origin + (i+r.n)%records, Mode: store.Exclusive},
			},
			Body: func(tx *store.Txn) error {
				tx.Write(0, 8, v[:])
				if r.n%5 == 0 {
					tx.Delete(1)
				} else {
					tx.Write(1, store.Whole, v[:])
				}
				return nil
			},
		}))
	}
}

type place struct {
	table int
	key   uint64
}

// state returns what a store holds, stamps included.
func state(s *store.Store) map[place]string {
	all := map[place]string{}
	s.Each(func(table int, key, stamp uint64, v []byte) {
		all[place{table, key}] = string(binary.LittleEndian.AppendUint64(v, stamp))
	})
	return all
}

// image returns what the newest image holds.
func (r *rig) image() map[place]string {
	r.Helper()
	s, err := store.Open(store.Options{Algorithm: "none", New: none.New, Tables: tables(), Workers: 1})
	r.must(err)
	defer s.Close()
	_, err = s.Recover(context.Background(), store.Source{Images: folder, FS: r.mem, Parallel: 2})
	r.must(err)
	return state(s)
}

// files returns how many files are open, and fails the test when a process is
// left.
func (r *rig) files() int {
	r.Helper()
	if pid, err := unix.Wait4(-1, nil, unix.WALL|unix.WNOHANG, nil); err != unix.ECHILD {
		r.Errorf("a child is left: wait4 returns %d, %v", pid, err)
	}
	names, err := os.ReadDir("/proc/self/fd")
	r.must(err)
	return len(names)
}

package flink

import (
	"unsafe"

	"ckptbench/algorithms/flink/internal/cowmap"
	"ckptbench/algorithms/internal/record"
	"ckptbench/algorithms/store"
)

// The sizes of Flink's heap backend.
const (
	keyGroups  = 128 // Flink's least default
	firstSlots = 128 // of a group's map, as in Flink
)

// groupOf returns a key's group, by another mixer than the map's: murmur's
// finalizer, as in Flink.
func groupOf(key uint64) int {
	key = (key ^ key>>33) * 0xFF51AFD7ED558CCD
	key = (key ^ key>>33) * 0xC4CEB9FE1A85EC53
	return int((key ^ key>>33) % keyGroups)
}

// A state is a version in an allocation of its own, whose size follows from the
// length of the value.

// room returns the bytes of a state whose value has n bytes.
func room(n int) int { return (record.VersionBytes(n) + 15) &^ 15 }

// newState returns a state with room for n bytes. Its memory is words, so that the
// version's atomics are aligned.
func newState(n int) *store.Version {
	words := make([]uint64, room(n)/8)
	return (*store.Version)(unsafe.Pointer(unsafe.SliceData(words)))
}

// fits reports whether v may become a value of n bytes in place.
func fits(v *store.Version, n int) bool { return room(v.Len()) == room(n) }

// bytes is the memory that a state takes.
func bytes(v *store.Version) int64 { return int64(room(v.Len())) }

// deepCopy returns a state of its own with v's value.
func deepCopy(v *store.Version) *store.Version {
	c := newState(v.Len())
	c.CopyFrom(v)
	return c
}

// telling is by how many bytes what a group has may differ from what the meters
// know: all groups share them, so not every access should tell.
const telling = 4096

// tell tells the store's meters what the group has, where that differs by at
// least so many bytes from what they know: of the live state, and of what is
// there for the snapshot's sake. The collector frees the latter some time after
// its release; the meters count what is in use. The caller holds g.mu.
func (g *group) tell(least int64) {
	const head = 8
	live := g.states + int64(cowmap.EntryBytes*g.m.Len()+head*g.m.Slots())
	own := int64(0)
	if g.snap != nil {
		nodes, _ := g.m.Copied()
		own = g.kept + cowmap.EntryBytes*int64(nodes-g.nodes) + int64(head*g.snap.Slots())
	}
	if d := live - g.toldLive; max(d, -d) >= least {
		g.env.Live.Add(d)
		g.toldLive = live
	}
	if d := own - g.toldOwn; max(d, -d) >= least {
		g.env.Meter.Add(d)
		g.toldOwn = own
	}
}

package cowmap

// The sizes of the table, and its pace of growth.
const (
	minSlots = 4
	maxSlots = 1 << 30
	// least is how many entries an access moves, at least, while the map
	// grows: enough to be through long before it has to grow again.
	least = 4
)

// locate moves a rehash on and returns the table and the bucket that a key
// belongs in.
func (m *Map[S]) locate(namespace uint32, key uint64) (t []*entry[S], i int) {
	if m.rehash != nil {
		m.move()
	}
	return m.place(hash(namespace, key))
}

// place returns the table and the bucket that keys of a hash belong in.
func (m *Map[S]) place(h uint64) (t []*entry[S], i int) {
	if i = int(h & uint64(len(m.primary)-1)); i >= m.moved {
		return m.primary, i
	}
	return m.rehash, int(h & uint64(len(m.rehash)-1))
}

// hash scatters keys otherwise than whoever deals them out to maps; otherwise those
// of one map would crowd in a few of its buckets.
func hash(namespace uint32, key uint64) uint64 {
	h := (key ^ uint64(namespace)*0xC2B2AE3D27D4EB4F) * 0x9E3779B97F4A7C15
	return h ^ h>>32
}

// insert adds an entry at the head of the bucket where it belongs now. Where the
// map begins to grow with it that is still the old table's: nothing has moved.
func (m *Map[S]) insert(t []*entry[S], i int, namespace uint32, key uint64, s S) {
	if m.rehash == nil && m.size > len(m.primary)/4*3 && len(m.primary) < maxSlots {
		m.rehash = make([]*entry[S], 2*len(m.primary))
	}
	t[i] = &entry[S]{key: key, state: s, next: t[i], entryVersion: m.version, stateVersion: m.version,
		namespace: namespace}
	m.size++
}

// move moves whole buckets, until it has moved enough entries. A shared node is
// copied, never hung on another chain: a snapshot follows its next pointer.
func (m *Map[S]) move() {
	required := m.required.Load()
	for n := 0; n < least; {
		e := m.primary[m.moved]
		m.primary[m.moved] = nil
		for ; e != nil; n++ {
			next := e.next
			to := &m.rehash[hash(e.namespace, e.key)&uint64(len(m.rehash)-1)]
			if e.entryVersion < required {
				*to = m.copyNode(e, *to)
			} else {
				e.next, *to = *to, e
			}
			e = next
		}
		if m.moved++; m.moved == len(m.primary) {
			m.primary, m.rehash, m.moved = m.rehash, nil, 0
			m.told()
			return
		}
	}
}

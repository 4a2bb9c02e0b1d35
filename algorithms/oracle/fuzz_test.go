package oracle_test

import (
	"encoding/binary"
	"testing"

	"ckptbench/algorithms/oracle"
)

// FuzzCheck feeds arbitrary histories and images: nothing may panic, and the
// verdict may not depend on how the entries are sharded.
func FuzzCheck(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09"), []byte("\x01\x02\x03"), uint64(3), uint8(0))
	f.Add([]byte{0, 9, 17, 33, 40, 7, 3, 1, 1, 5, 6, 250, 251, 252}, []byte{0, 0, 0, 1, 1, 1, 255}, uint64(1), uint8(2))
	f.Fuzz(func(t *testing.T, history, image []byte, cut uint64, level uint8) {
		h, err := fuzzRecorder(history).History(loaded)
		if err != nil {
			t.Fatal(err)
		}
		rules := oracle.Rules{Level: oracle.Level(level % 3), MinIn: 1, MinOut: 1, MinBetween: 1}
		one, two := fuzzState(image, 1), fuzzState(image, 2)
		a := h.CheckImages([]*oracle.Image{{Cut: cut, State: one}}, rules)
		b := h.CheckImages([]*oracle.Image{{Cut: cut, State: two}}, rules)
		if a.OK() != b.OK() {
			t.Errorf("one shard: %v\ntwo: %v", a.Err(), b.Err())
		}
		h.Final(one, rules)
		if _, n := oracle.Equal(one, one, 3); n != 0 {
			t.Errorf("a state differs from itself in %d records", n)
		}
	})
}

// fuzzRecorder takes each byte as an action of one of two workers: small ids,
// stamps and keys, so that they collide.
func fuzzRecorder(script []byte) *oracle.Recorder {
	r := oracle.NewRecorder(2, 0)
	for i, b := range script {
		log := r.Worker(int(b & 1))
		key := uint64(b >> 4 & 7)
		switch b >> 1 & 7 {
		case 0:
			log.Begin()
		case 1:
			log.Abort()
		case 2, 3:
			log.Read(int(b>>7), key, uint64(i)/3)
		case 4, 5:
			log.Write(int(b>>7), key)
		case 6:
			log.Delete(int(b>>7), key)
		case 7:
			log.Commit(uint64(i)/2, uint64(b>>4))
		}
	}
	return r
}

// fuzzState takes every two bytes as an entry; of a repeated record the first
// one counts, so it keeps a record in one shard.
func fuzzState(b []byte, shards int) *oracle.State {
	s := oracle.NewState(shards, nil)
	for ; len(b) >= 2; b = b[2:] {
		x := binary.LittleEndian.Uint16(b)
		key := uint64(x & 7)
		s.Shard(int(key)%shards).Put(int(x>>3&1), key, uint64(x>>5), x>>4&1 == 0, nil)
	}
	return s
}

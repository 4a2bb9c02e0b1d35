package arena

import "testing"

// TestTouchTogether: groups advance in proportion, and every byte counts once.
func TestTouchTogether(t *testing.T) {
	var m Meter
	group := func(sizes ...int) (g []*Arena) {
		for _, n := range sizes {
			a, err := New(n, Options{}, &m)
			if err != nil {
				t.Fatal(err)
			}
			g = append(g, a)
		}
		return g
	}
	a, b := group(6<<20, 0, 3<<20), group(27<<20)
	cs := []cursor{newCursor(a), newCursor(b)}
	if cs[0].size != 9<<20 || cs[1].size != 27<<20 {
		t.Fatalf("sizes %d and %d", cs[0].size, cs[1].size)
	}
	n := 0
	for c := &cs[0]; c.done < c.size; n++ {
		before := c.done
		c.touch()
		if step := c.done - before; step <= 0 || step > chunk {
			t.Fatalf("a step of %d bytes", step)
		}
	}
	if cs[0].done != 9<<20 || n < 5 || n > 7 {
		t.Errorf("%d bytes in %d steps", cs[0].done, n)
	}
	TouchTogether(a, b, nil)
	for _, g := range [][]*Arena{a, b} {
		for _, x := range g {
			for _, v := range x.Bytes() {
				if v != 0 {
					t.Fatal("touching changed a byte")
				}
			}
			if err := x.Free(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestCursor: shares grow to the whole, and no further.
func TestCursor(t *testing.T) {
	var m Meter
	var group []*Arena
	for range 2 {
		a, err := New(5*chunk, Options{}, &m)
		if err != nil {
			t.Fatal(err)
		}
		group = append(group, a)
	}
	c := NewCursor(group)
	for _, share := range []float64{0, 0.1, 0.5, 1, 1} {
		c.To(share)
		if got := c.cursor.share(); got < share || got > share+0.2 {
			t.Errorf("asked for %v, touched %v", share, got)
		}
	}
	if c.cursor.done != c.cursor.size {
		t.Errorf("%d of %d bytes", c.cursor.done, c.cursor.size)
	}
}

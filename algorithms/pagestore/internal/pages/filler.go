package pages

// A Filler stores rows one at a time into a page that it keeps out of the free
// list, but not latched, between them: for who learns of the rows one by one and
// takes other latches meanwhile. It is used by one goroutine.
type Filler struct {
	f    filler
	kept uint32 // the page; 0: none
}

// NewFiller returns a filler, which must be Done in the end.
func (r *Rows) NewFiller() *Filler { return &Filler{f: filler{r: r, more: true}} }

// Insert stores a row and returns its link.
func (k *Filler) Insert(row []byte) (Link, error) {
	k.resume()
	l, err := k.f.add(row)
	k.kept = 0
	if k.f.p != nil {
		k.kept = k.f.i
		k.f.p.Latch.Unlock()
		k.f.p = nil
	}
	return l, err
}

// resume latches the page that was kept.
func (k *Filler) resume() {
	if k.kept != 0 {
		k.f.p, k.f.i = data(k.f.r.space.Lock(k.kept)), k.kept
	}
}

// Done puts the page back. The filler can be used again.
func (k *Filler) Done() {
	k.resume()
	k.kept = 0
	k.f.done()
}

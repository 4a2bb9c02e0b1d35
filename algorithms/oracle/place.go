package oracle

import "fmt"

// A placing sets one image beside the history: which version of every record
// the image carries, and what that says of each transaction.
type placing struct {
	h   *History
	img *Image
	// carried is each record's version in the image; nothing when the image
	// does not say.
	// Versions are numbered over all records.
	carried []uint32
	marks   []mark // per transaction
	chain   []step // per transaction that the closure reached
	report  Report
}

// A mark is what is known of a transaction with regard to an image.
type mark uint8

const (
	in       mark = 1 << iota // a record carries it
	out                       // a record carries an older version than its
	reached                   // it must be in: something that is in depends on it
	reported                  // out, and a violation says so
)

// place joins the image's records with the history's, both sorted.
// It is the one pass over image and history; all checks look at what it leaves.
func (h *History) place(img *Image, rules Rules) *placing {
	p := &placing{h: h, img: img, report: Report{limit: rules.limit()}}
	p.carried = make([]uint32, len(h.records))
	p.marks = make([]mark, len(h.txns))
	j, untouched := 0, 0
	for _, e := range img.State.sorted() {
		for ; j < len(h.records) && e.compare(h.records[j].table, h.records[j].key) > 0; j++ {
			p.placeAbsent(j)
		}
		// A record that both know of, or one that only the image has.
		if j < len(h.records) && e.compare(h.records[j].table, h.records[j].key) == 0 {
			p.placeEntry(j, e)
			j++
		} else if p.placeUntouched(e) {
			untouched++
		}
	}
	for ; j < len(h.records); j++ {
		p.placeAbsent(j)
	}
	// The counts differ only if something is missing, so the search is rare.
	if untouched != h.initial.Len()-h.loaded {
		p.findMissing()
	}
	p.noteShards()
	p.markTransactions()
	return p
}

// placeEntry places record r, which the image has as e.
func (p *placing) placeEntry(r int, e entry) {
	// A record of which the version is not known is no evidence about transactions.
	v, ok := p.h.versionOf(r, e.stamp)
	if !ok {
		p.carried[r] = nothing
		p.add(Stamp, func() string {
			return fmt.Sprintf("%s carries stamp %#x, which no committed transaction gave it%s",
				p.h.recordName(r), e.stamp, p.h.elsewhere(e.stamp))
		})
		return
	}
	p.carried[r] = v
	if present := p.h.writers[v]&gone == 0; present != e.present {
		p.add(Presence, func() string { return p.presence(r, v, present) })
	}
}

// presence is the text of a violation: the image and the history differ on whether record
// r was there in version v.
func (p *placing) presence(r int, v uint32, present bool) string {
	has, left := "present", "absent"
	if present {
		has, left = left, has
	}
	return fmt.Sprintf("%s is %s with stamp %#x, but %s left it %s", p.h.recordName(r), has, p.h.stamps[v],
		p.h.author(v), left)
}

// placeAbsent places record r, of which the image has nothing, not even a
// tombstone: right as long as it never existed.
func (p *placing) placeAbsent(r int) {
	h, first := p.h, p.h.records[r].first
	p.carried[r] = first
	if loaded := h.writers[first]&gone == 0; loaded {
		p.carried[r] = nothing
		p.add(Missing, func() string {
			return fmt.Sprintf("%s was loaded initially; neither it nor its tombstone is in the image", h.recordName(r))
		})
		return
	}
	v := h.versionsEnd(r) - 1
	// Versions from after the claimed cut need not be there.
	for v > first && h.txns[h.writer(v)].seq > p.img.Cut {
		v--
	}
	if v > first && h.writers[v]&gone == 0 {
		p.add(Missing, func() string {
			return fmt.Sprintf("%s is not in the image, but %s (seq %d) wrote it before the claimed cut %d",
				h.recordName(r), h.name(h.writer(v)), h.txns[h.writer(v)].seq, p.img.Cut)
		})
	}
}

// placeUntouched checks an entry no transaction of the history touches and
// reports whether it stands for an initial record.
func (p *placing) placeUntouched(e entry) bool {
	stamp, present := p.h.initial.At(int(e.table), e.key)
	name := recordName(e.table, e.key)
	switch {
	case e.stamp != stamp:
		p.add(Stamp, func() string {
			return fmt.Sprintf("%s carries stamp %#x, but nobody wrote it%s", name, e.stamp, p.h.elsewhere(e.stamp))
		})
	case e.present && !present:
		p.add(Presence, func() string { return name + " is present, but it was neither loaded nor written" })
	case !e.present && present:
		p.add(Presence, func() string { return name + " is absent, but it was loaded and nobody deleted it" })
	}
	return present
}

// findMissing names the initial records that no transaction touched and the
// image lacks.
func (p *placing) findMissing() {
	for table, key := range p.h.initial.All() {
		if _, ok := p.h.find(uint32(table), key); ok {
			continue
		}
		if _, ok := p.img.State.find(uint32(table), key); !ok {
			p.add(Missing, func() string {
				return recordName(uint32(table), key) + " was loaded initially and never written; it is not in the image"
			})
		}
	}
}

// noteShards reports what the readers noticed: repeats and bad contents.
func (p *placing) noteShards() {
	for _, e := range p.img.State.repeats {
		p.add(Repeated, func() string {
			return fmt.Sprintf("%s is in the image again, with stamp %#x", recordName(e.table, e.key), e.stamp)
		})
	}
	for _, s := range p.img.State.shards {
		for _, b := range s.bad {
			p.add(Contents, func() string {
				return fmt.Sprintf("%s with stamp %#x: %v", recordName(b.table, b.key), b.stamp, b.err)
			})
		}
		p.report.counts[Contents] += s.badAll - len(s.bad)
	}
}

// markTransactions turns carried versions into evidence. A version earlier
// than the carried one says nothing by itself.
func (p *placing) markTransactions() {
	for r, v := range p.carried {
		if v == nothing {
			continue
		}
		if w := p.h.writer(v); w != nobody {
			p.marks[w] |= in
		}
		// Every later version of the record is out.
		for end := p.h.versionsEnd(r); v+1 < end; v++ {
			p.marks[p.h.writer(v+1)] |= out
		}
	}
}

// checkTorn reports the transactions of which one record is in the image and another is
// not.
// An image that is torn is wrong whatever it claims.
func (p *placing) checkTorn() {
	for t, m := range p.marks {
		if m&(in|out) == in|out {
			p.add(Torn, func() string {
				return fmt.Sprintf("%s is torn: %s, but %s", p.h.name(uint32(t)), p.whyIn(uint32(t)), p.whyOut(uint32(t)))
			})
		}
	}
}

// isIn and isOut read the marks: whole transactions only, torn ones are
// neither. A free one is in when the closure reached it.
func (m mark) isIn() bool  { return m&out == 0 && m&(in|reached) != 0 }
func (m mark) isOut() bool { return m&(in|out) == out }

// add reports a violation. The text is made only if it is listed.
func (p *placing) add(k Kind, text func() string) { p.report.add(k, p.img.Name, text) }

// whyIn names a record that carries t.
func (p *placing) whyIn(t uint32) string {
	// Only what it wrote can carry it.
	for _, a := range p.h.accessesOf(t) {
		if a == nothing || a&wrote == 0 {
			continue
		}
		if r := p.h.recordOf(a &^ wrote); p.carried[r] == a&^wrote {
			return p.h.recordName(r) + " carries it"
		}
	}
	return "what follows it is in"
}

// whyOut names a record that carries an older version than t's.
func (p *placing) whyOut(t uint32) string {
	for _, a := range p.h.accessesOf(t) {
		if a == nothing || a&wrote == 0 {
			continue
		}
		r := p.h.recordOf(a &^ wrote)
		v := p.carried[r]
		if v == nothing || v >= a&^wrote {
			continue
		}
		rec := p.h.records[r]
		if _, ok := p.img.State.find(rec.table, rec.key); !ok {
			return p.h.recordName(r) + " is not there"
		}
		return p.h.recordName(r) + " carries the older version of " + p.h.author(v)
	}
	return "it depends on one that is out"
}

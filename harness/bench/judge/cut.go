package judge

import "fmt"

// cut returns how many transactions of each worker are in the image, counted from the
// first of its session, or what is wrong with it.
// Of each worker a prefix of its transactions may be in, and no other set.
func (j *Judge) cut(at Moments) ([]uint64, error) {
	s := &sighting{image: j.stamps, model: j.model, out: make([]outside, len(j.sessions))}
	if j.model.Varied {
		s.presence = map[uint64]presence{}
	}
	// Nothing later can be in the image, so nothing later is looked at.
	until := late(at.After)
	// A copy: the model stays where it is.
	read := append([]uint64(nil), j.done...)
	if err := merge(j.fork(), read, until, s.see); err != nil {
		return nil, err
	}
	for i := range read {
		o := &s.out[i]
		if o.n == 0 {
			continue
		}
		read[i] = o.n - 1
		// The first that is out bounds the prefix; it must not have been promised.
		if o.n <= at.Before[i] {
			return nil, fmt.Errorf("%s had committed before the checkpoint was asked for, and is not in the image: %s",
				name(o.id), o.why())
		}
	}
	return read, nil
}

// A sighting looks at transactions in the order of their ids, and finds out which of
// them an image holds.
// The model is of the image before; what changed since is in presence.
type sighting struct {
	image    []uint64            // the id that each record carries
	model    *model              // before the first of them
	presence map[uint64]presence // where it changed; nil where it cannot
	out      []outside           // by worker
}

// presence is whether a record is there, and by which transaction.
type presence struct {
	there bool
	by    uint64
}

// outside is the first transaction of a worker that an image does not hold.
type outside struct {
	n            uint64 // its number in its session, from 1; 0: none was met
	id           uint64
	key, carried uint64 // the record that shows it, and what that carries
}

// why says why the version is outside the cut.
func (o *outside) why() string {
	return fmt.Sprintf("record %d is as %s left it", o.key, author(o.carried))
}

// see looks at a transaction, number n of its worker's session.
// It returns an error where the transaction is torn, or out of its session's order.
func (s *sighting) see(worker int, n uint64, t *Txn) error {
	var in, out *Write // that show it
	for i := range t.Writes {
		w := &t.Writes[i]
		if w.Key >= uint64(len(s.image)) {
			return fmt.Errorf("%s wrote record %d, which there cannot be", name(t.ID), w.Key)
		}
		// A write that found no record did nothing, and shows in no record.
		if s.presence != nil {
			if by, did := s.does(t.ID, w); !did { // it saw what by had done, which is in if this one is
				if s.image[w.Key] < by {
					out = w
				}
				continue
			}
		}
		// Ids ascend on a record, so a later id there covers this write.
		if s.image[w.Key] >= t.ID {
			in = w
		} else {
			out = w
		}
	}
	o := &s.out[worker]
	switch {
	case in != nil && out != nil:
		return fmt.Errorf("%s is torn: record %d is as %s left it, and record %d as %s did, before it",
			name(t.ID), in.Key, author(s.image[in.Key]), out.Key, author(s.image[out.Key]))
	case in != nil && o.n != 0:
		return fmt.Errorf("%s is in the image (record %d is as %s left it), and %s, which came before it in its "+
			"session, is not: %s", name(t.ID), in.Key, author(s.image[in.Key]), name(o.id), o.why())
	case out != nil && o.n == 0:
		*o = outside{n, t.ID, out.Key, s.image[out.Key]}
	}
	return nil
}

// does reports whether a write did something, and notes what it did. If it did nothing,
// by is the transaction that removed the record before; 0 if it never was there.
func (s *sighting) does(id uint64, w *Write) (by uint64, did bool) {
	was, ok := s.presence[w.Key]
	if !ok {
		was = presence{s.model.present(w.Key), s.model.stamps[w.Key]}
	}
	if w.IfPresent && !was.there {
		return was.by, false
	}
	if now := !w.Delete; now != was.there {
		s.presence[w.Key] = presence{now, id}
	}
	return id, true
}

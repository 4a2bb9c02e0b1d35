package wal

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"ckptbench/algorithms/internal/fs"
)

// A segment is a log file with a valid header.
type segment struct {
	header
	path string
}

// A session is what one run of the log left.
type session struct {
	// Session, loggers, prev, base, known and sync are the same in all of them; add checks that.
	header             // of any of its segments, for what they share
	chains [][]segment // per logger, by part
	cut    uint64      // records of later epochs do not count; set by survey.end for the last session
}

// A survey is what is in a folder, by the headers of the files.
// It is made anew for each reading, and belongs to one goroutine.
type survey struct {
	dir      string
	sessions []*session // ascending
	empty    []string   // files that were never begun
	copies   []string   // names of copies that were never finished
	// A new session numbers its files from here on, so that none is overwritten.
	number uint64 // the largest of any file
}

// look reads the headers of all segments in dir.
// Files with other names are passed over. It may run beside an open Log: a file whose header is
// not written yet counts as empty.
func look(fsys fs.FS, dir string) (*survey, error) {
	names, err := fsys.List(dir)
	if err != nil {
		return nil, fmt.Errorf("list log folder: %w", err)
	}
	sv := &survey{dir: dir}
	byID := map[uint64]*session{}
	for _, name := range names {
		logger, number, ok := parseName(name)
		if !ok {
			if isCopy(name) {
				sv.copies = append(sv.copies, name)
			}
			continue
		}
		path := filepath.Join(dir, name)
		// Counting on from it could overflow.
		if number > maxNumber {
			return nil, damaged(path, 0, "impossible number in the name")
		}
		sv.number = max(sv.number, number)
		h, err := readHeader(fsys, path)
		if errors.Is(err, errNoHeader) {
			sv.empty = append(sv.empty, path)
			continue
		}
		if err != nil {
			return nil, err
		}
		// A file under a wrong name was renamed or copied by hand; which one counts nobody can
		// say.
		if h.logger != logger || h.number != number {
			return nil, damaged(path, 0, "the file belongs under the name %s", h.name())
		}
		if err := sv.add(byID, segment{h, path}); err != nil {
			return nil, err
		}
	}
	return sv, sv.order()
}

// readHeader returns errNoHeader for a file that was never begun.
// Any other damage of the header is an error, since the frames behind it may be needed.
func readHeader(fsys fs.FS, path string) (header, error) {
	f, err := fsys.Open(path, false)
	if err != nil {
		return header{}, fmt.Errorf("open log: %w", err)
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return header{}, fmt.Errorf("size of log %s: %w", path, err)
	}
	b := make([]byte, segHeader)
	n, err := readAt(f, path, b, 0)
	if err != nil {
		return header{}, err
	}
	h, err := decodeHeader(b[:n])
	if err == nil {
		return h, nil
	}
	if errors.Is(err, errNoHeader) {
		// Frames come after the header was synced.
		zero, zerr := zeroFrom(f, path, segHeader, size)
		if zerr != nil {
			return header{}, zerr
		}
		if zero {
			return header{}, errNoHeader
		}
	}
	return header{}, damaged(path, 0, "%v", err)
}

// add puts a segment into its session.
func (sv *survey) add(byID map[uint64]*session, seg segment) error {
	s := byID[seg.session]
	if s == nil {
		s = &session{header: seg.header, chains: make([][]segment, seg.loggers)}
		byID[seg.session] = s
		sv.sessions = append(sv.sessions, s)
	}
	if s.base != seg.base || s.known != seg.known || s.prev != seg.prev || s.loggers != seg.loggers || s.sync != seg.sync {
		return damaged(seg.path, 0, "header disagrees with the others of session %d", s.session)
	}
	s.chains[seg.logger] = append(s.chains[seg.logger], seg)
	return nil
}

// order sorts what was found, sets the cuts that later sessions noted, and
// checks that the numbers fit together.
func (sv *survey) order() error {
	slices.SortFunc(sv.sessions, func(a, b *session) int { return cmp.Compare(a.session, b.session) })
	for i, s := range sv.sessions {
		for _, c := range s.chains {
			slices.SortFunc(c, func(a, b segment) int { return cmp.Compare(a.part, b.part) })
			// Parts ascend, and with them what the headers say of earlier parts. Gaps are
			// allowed: they were truncated.
			for j := 1; j < len(c); j++ {
				if c[j].part == c[j-1].part || c[j].first < c[j-1].first || c[j].before < c[j-1].before {
					return damaged(c[j].path, 0, "header does not follow that of %s", c[j-1].path)
				}
			}
		}
		if i == 0 {
			continue
		}
		// The later session noted the cut when it found it, so it is read from its header and
		// not searched for again.
		p := sv.sessions[i-1]
		if p.cut = s.prev; p.cut < p.base {
			return damaged(s.any(), 0, "session begins before session %d", p.session)
		}
	}
	return nil
}

// any returns the path of one of the session's files.
func (s *session) any() string {
	for _, c := range s.chains {
		if len(c) > 0 {
			return c[0].path
		}
	}
	return ""
}

// An end is where the log on disk ends.
// All epochs up to epoch count, none above it does.
type end struct {
	epoch   uint64 // the last mark common to all loggers
	highest uint64 // the largest epoch seen, also in what is cut
	cuts    []Cut
	tails   []tail // of the last session, by logger
}

// end finds the cut of the last session. With stop it is content when the log
// reaches that far.
func (sv *survey) end(fsys fs.FS, stop uint64) (end, error) {
	if len(sv.sessions) == 0 {
		return end{}, nil
	}
	// Earlier sessions have their cut from the next one's header.
	s := sv.sessions[len(sv.sessions)-1]
	e := end{epoch: ^uint64(0), highest: s.base}
	tails := make([]tail, len(s.chains))
	for i, c := range s.chains {
		// A logger without a file counts as one that got nowhere.
		t := tail{path: filepath.Join(sv.dir, fmt.Sprintf("log-%d-*", i)), mark: s.base,
			bad: damaged("", 0, "file is missing")}
		if len(c) > 0 {
			var err error
			if t, err = readTail(fsys, c[len(c)-1], stop); err != nil {
				return end{}, err
			}
		}
		tails[i] = t
		e.epoch, e.highest = min(e.epoch, t.mark), max(e.highest, t.highest, t.mark)
	}
	// The last epoch that all loggers have marked.
	s.cut, e.tails = e.epoch, tails
	if stop != 0 && e.epoch >= stop {
		return e, nil
	}
	return e, e.judge(s, tails)
}

// judge decides whether what stopped the tails is a torn end or damage.
// It is damage if anything was announced, or closed in order, beyond where a chain can be read.
func (e *end) judge(s *session, tails []tail) error {
	// Only what was synced was promised across a power cut: a seal always, a mark with
	// Options.Sync.
	promised := s.base
	for _, t := range tails {
		promised = max(promised, t.sealed)
		if s.sync {
			promised = max(promised, t.confirmed)
		}
	}
	for i, t := range tails {
		if len(s.chains[i]) == 0 && e.highest > s.base { // all files are there before the first frame
			return damaged(t.path, 0, "file of session %d is missing", s.session)
		}
		why := "file ends too early"
		if t.bad != nil {
			why = t.bad.What
		}
		if t.mark < promised {
			return damaged(t.path, t.off,
				"%s; whole up to epoch %d only, and epoch %d was durable", why, t.mark, promised)
		}
		// Torn, and dropped; the caller reports it.
		if t.bad != nil && t.lost > 0 {
			e.cuts = append(e.cuts, Cut{File: t.path, Offset: t.off, Bytes: t.lost, Why: why})
		}
	}
	return nil
}

// need checks that all segments that hold epochs in (from, to] are there, and
// drops from the survey what is not needed for them.
// Damage is what is missing though the numbers say that it was there.
func (sv *survey) need(from, to uint64) error {
	last := uint64(0)
	keep := sv.sessions[:0]
	for _, s := range sv.sessions {
		if s.session != last+1 && s.prev > from {
			return damaged(s.any(), 0, "the log up to epoch %d, before this file, is missing; it is needed from epoch %d on",
				s.prev, from)
		}
		last = s.session
		// The replay would go over epochs that nobody knows.
		if s.known > from && to > s.prev {
			return s.gap().damage(from)
		}
		// A session with none of the epochs is dropped, and so are files whose epochs are all
		// below from.
		s.cut = min(s.cut, to)
		if s.cut <= from || s.cut <= s.base {
			continue
		}
		for i := range s.chains {
			if err := s.needChain(sv.dir, i, from); err != nil {
				return err
			}
		}
		keep = append(keep, s)
	}
	sv.sessions = keep
	return nil
}

// needChain does that for logger i of one session.
func (s *session) needChain(dir string, i int, from uint64) error {
	c := s.chains[i]
	// Everything in the first file is also below from.
	for len(c) > 1 && c[1].before <= from {
		c = c[1:]
	}
	s.chains[i] = c
	if len(c) == 0 {
		return damaged(filepath.Join(dir, fmt.Sprintf("log-%d-*", i)), 0,
			"file of session %d is missing; epochs %d to %d are needed", s.session, from+1, s.cut)
	}
	part := uint64(0)
	for j, seg := range c {
		// The first file may follow one that was truncated, as long as that held nothing above
		// from.
		if seg.part != part && (j > 0 || seg.before > from) {
			return damaged(seg.path, 0, "the file before it is missing; it is needed from epoch %d on", from)
		}
		part = seg.part + 1
	}
	return nil
}

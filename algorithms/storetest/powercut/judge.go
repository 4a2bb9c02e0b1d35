package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/fs/fstest"
	"ckptbench/algorithms/internal/wal"
	"ckptbench/algorithms/store"
)

// A tally counts cuts, and the faults found after them. It belongs to one goroutine.
type tally struct {
	cuts        int
	lost        int      // a transaction that was promised is not there
	torn        int      // the state is none that ever was
	unexplained int      // an error, or a problem that nobody caused
	texts       []string // a line for each fault

	acknowledged int // transactions that clients knew to be durable by an image
}

// add adds another tally.
func (t *tally) add(o tally) {
	t.cuts, t.lost, t.torn, t.unexplained = t.cuts+o.cuts, t.lost+o.lost, t.torn+o.torn, t.unexplained+o.unexplained
	t.texts = append(t.texts, o.texts...)
	t.acknowledged += o.acknowledged
}

// judge recovers what a cut left into a new store. It demands a state that was, with
// all that was promised, and no problem; after damage, that the file is named where it
// was passed over, and that the state before the damaged one did.
// It returns what is wrong, and the count it belongs to; nothing where all is well. It sets what
// the picture found.
func (l *lineage) judge(p *picture) (text string, count *int) {
	damaged, spare := "", false
	var whole store.Recovery // without the damage
	// First without the damage: what recovery would have used tells whether the damage was met
	// at all.
	if p.how == flip {
		_, whole, _ = l.recovered(p.disk.KillClone())
		damaged, spare = flipNewest(p.disk)
	}
	disk := fs.FS(p.disk)
	if p.how == kill { // the next generation is to find what the process left
		disk = p.disk.KillClone()
	}
	got, r, err := l.recovered(disk)
	problems := r.Problems
	switch {
	case errors.Is(err, store.ErrNoImage) && p.promised == 0:
		p.none = true
		return "", nil
	case err != nil && damaged != "" && !spare && strings.Contains(err.Error(), damaged):
		return "", nil // there is nothing else, and it is named
	case err != nil:
		return fmt.Sprintf("recovery: %v (problems %q; damaged %q)", err, problems, damaged), &l.unexplained
	}
	p.found = number([]byte(got[0]), got[0] != "")
	// With a log a damaged image costs nothing, as the log has it all.
	least := p.promised
	if damaged != "" && l.wal == walOff {
		least = p.earlier
	}
	// Wrong beats old: a state that never was is reported as such.
	switch {
	case p.found > p.begun || !maps.Equal(got, l.hist.after(p.found)):
		return fmt.Sprintf("it is recovered to transaction %d of %d, and to a state that never was; problems %q", p.found,
			p.begun, problems), &l.torn
	case p.found < least:
		return fmt.Sprintf("it is recovered to transaction %d, and %d was promised; problems %q", p.found, least, problems),
			&l.lost
	}
	if damaged != "" && (r.Point != whole.Point || r.Own != whole.Own) && len(problems) == 0 {
		return fmt.Sprintf("%s was passed over, and no problem says so: recovered from %v, and undamaged from %v", damaged,
			r.Point, whole.Point), &l.unexplained
	}
	// Recovery may only complain of what was damaged on purpose.
	for _, problem := range problems {
		if damaged == "" || !strings.Contains(problem, damaged) {
			return fmt.Sprintf("a problem that nobody caused: %s", problem), &l.unexplained
		}
	}
	return "", nil
}

// recovered returns the state that a store is recovered to, and from what.
// It goes the way that a program would: open, recover, start.
func (l *lineage) recovered(disk fs.FS) (got state, r store.Recovery, err error) {
	if l.sink == sinkDiscard {
		got, err = replayed(disk)
		return got, r, err
	}
	o := l.options(disk)
	s, err := store.Open(o)
	if err != nil {
		return nil, r, err
	}
	defer s.Close()
	r, err = s.Recover(context.Background(), l.source(o, disk))
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		return nil, r, err
	}
	return stateOf(s), r, s.Err()
}

// replayed returns what the log alone holds.
func replayed(disk fs.FS) (state, error) {
	names, err := disk.List(logDir)
	if err != nil || len(names) == 0 {
		return nil, store.ErrNoImage
	}
	s, stamps := state{}, map[uint64]uint64{}
	_, err = wal.Replay(context.Background(), disk, logDir, 0, 0, 1, func(_ int, c wal.Change) error {
		// Stamps decide, as in recovery; a change may come again.
		if c.Stamp < stamps[c.Key] {
			return nil
		}
		stamps[c.Key] = c.Stamp
		if c.Kind == wal.KindDelete {
			delete(s, c.Key)
		} else {
			s[c.Key] = string(c.Value)
		}
		return nil
	})
	return s, err
}

// flipNewest changes a byte of the newest image, or of the newest file of the
// algorithm's own where there is none. It returns the file's name, empty where there
// is nothing to damage, and whether a state before it is there.
func flipNewest(disk *fstest.Mem) (name string, spare bool) {
	path, spare := newestFile(disk)
	if path == "" {
		return "", false
	}
	b, err := fs.ReadFile(disk, path, 1<<30)
	if err != nil || len(b) < 64 {
		return "", false
	}
	// One bit.
	b[60] ^= 4 // in the header of an image, and of a block of pages; in a row of pairs
	if len(b) > 4200 {
		b[60], b[4150] = b[60]^4, b[4150]^4
	}
	f, err := disk.Create(path, false)
	if err != nil {
		return "", false
	}
	defer f.Close()
	if _, err := f.WriteAt(b, 0); err != nil {
		return "", false
	}
	return filepath.Base(path), spare
}

// newestFile returns the newest file of what is published, in the first folder that has one, and
// whether an older state does without it.
func newestFile(disk *fstest.Mem) (path string, spare bool) {
	for _, dir := range []string{imageDir, filepath.Join(imageDir, "own", "foedus"), filepath.Join(imageDir, "own")} {
		names, _ := disk.List(dir)
		var states, files []string
		for _, n := range names {
			switch {
			case strings.HasSuffix(n, ".tmp"):
			case strings.HasPrefix(n, "image-"), strings.HasPrefix(n, "pages-"), strings.HasPrefix(n, "data-"):
				files = append(files, n)
			case strings.HasPrefix(n, "MANIFEST-"), strings.HasPrefix(n, "snapshot-"), n == "PAIRS":
				states = append(states, n)
			}
		}
		if len(files) == 0 || len(states) == 0 {
			continue
		}
		newest := slices.Max(files)
		return filepath.Join(dir, newest), len(states) > 1 && !shared(disk, dir, newest, states)
	}
	return "", false
}

// shared reports whether the snapshot before the newest has pages in a file, too.
func shared(disk *fstest.Mem, dir, name string, states []string) bool {
	var id, part int
	if n, _ := fmt.Sscanf(name, "pages-%d-%d", &id, &part); n != 2 {
		return false
	}
	slices.Sort(states)
	manifest, err := fs.ReadFile(disk, filepath.Join(dir, states[len(states)-2]), 1<<30)
	return err == nil && strings.Contains(string(manifest), fmt.Sprintf("file %d part %d ", id, part))
}

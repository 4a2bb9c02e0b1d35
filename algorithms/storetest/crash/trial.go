package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/internal/image"
	"ckptbench/algorithms/none"
	"ckptbench/algorithms/store"
)

// A lineage is a store that is killed and recovered, again and again, on one
// folder.
// It belongs to one goroutine. What must be there grows from kill to kill.
type lineage struct {
	order
	exe string // the program that is its own child
	// For the moments of the kills.
	rng     *rand.Rand
	most    time.Duration   // that a child lives once it works
	before  state           // recovered after the last kill; nil before the first
	done    [workers]uint64 // transactions that must be there
	reached [workers]uint64 // that were found, perhaps in the page cache only
	images  uint64          // the number of the newest image that must be there
	power   power           // how the power is cut, where it is
	sure    *account        // what had been acknowledged before a cutter began; nil: the child had not begun
	// the command that takes the file system away and brings it back; empty: the child is killed only
	cutter string
}

// A tally counts the outcomes of some trials.
type tally struct {
	trials, early int // kills; those before the child's workers ran
	cuts          int // disks that were built as after power cuts
	images        uint64
	transactions  uint64
	findings
}

// add adds another tally.
func (t *tally) add(o tally) {
	t.trials, t.early = t.trials+o.trials, t.early+o.early
	t.cuts += o.cuts
	t.images, t.transactions = t.images+o.images, t.transactions+o.transactions
	t.lost, t.mixed = t.lost+o.lost, t.mixed+o.mixed
	t.texts = append(t.texts, o.texts...)
}

// generations is how many kills a lineage goes through: its log is replayed
// from the beginning each time.
// More would make each trial slower, as the state and the log grow.
const generations = 5

// life returns how long a child of an algorithm works, at most, so that it
// takes some images.
func life(e algorithms.Entry) time.Duration {
	if strings.Contains(e.Paper, "LineairDB") {
		return 250 * time.Millisecond // its checkpoints wait for epochs of 40 ms
	}
	return 60 * time.Millisecond
}

// run puts a new lineage in dir through n kills, or fewer if one finds
// something, whose files then stay.
//
// With power cuts in the plan the power is cut as well, at so many moments of each child's
// life.
func (p *plan) run(
	ctx context.Context, dir string, e algorithms.Entry, log bool, seed uint64, n int,
) (t tally, err error) {
	cuts := p.cuts
	l := &lineage{
		order: order{Algorithm: e.Name, Log: log, Dir: dir, Seed: seed, Power: cuts > 0, Notes: cmp.Or(p.notes, dir)},
		exe:   p.exe, cutter: p.cutter, rng: rand.New(rand.NewPCG(seed, 1)), most: life(e), power: newPower(cuts, seed),
	}
	all := ways(e)
	// Seeds that follow each other take the ways in turn.
	l.Way = all[seed%uint64(len(all))]
	for range n {
		// An error ends the lineage: the child failed by itself.
		early, err := l.kill(ctx)
		if err != nil {
			return t, fmt.Errorf("%s, seed %d, trial %d in %s: %w", e.Name, seed, t.trials+1, dir, err)
		}
		t.trials++
		if early {
			t.early++
		}
		judge := func() error { return l.judge(ctx, &t.findings) }
		if l.Power {
			judge = func() error { return l.cutPower(ctx, &t) }
		}
		if err := judge(); err != nil {
			return t, fmt.Errorf("%s, seed %d, trial %d in %s: %w", e.Name, seed, t.trials, dir, err)
		}
		// What was found would spoil what comes after.
		if len(t.texts) > 0 {
			break
		}
	}
	for _, n := range l.done {
		t.transactions += n
	}
	t.images = l.images
	return t, nil
}

// A process is a child under way.
type process struct {
	cmd    *exec.Cmd
	stdin  io.Closer // its end tells the child that its parent is gone
	stdout *bufio.Reader
	stderr bytes.Buffer
}

// start starts a child on the lineage's folder.
func (l *lineage) start(ctx context.Context) (*process, error) {
	text, err := json.Marshal(l.order)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.CommandContext(ctx, l.exe)}
	// By the environment: arguments would be seen by flag.
	p.cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	p.cmd.Stderr = &p.stderr
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.stdout = bufio.NewReader(out)
	return p, p.cmd.Start()
}

// awaitReady returns when the child's workers run, or it has ended.
func (p *process) awaitReady() { _, _ = p.stdout.ReadString('\n') }

// end waits for the child's end and makes nothing of a death by our own hand.
func (p *process) end() error {
	defer p.stdin.Close()
	_, _ = io.Copy(io.Discard, p.stdout)
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		// SIGKILL is ours; any other end is the child's own.
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
			return nil
		}
	}
	return fmt.Errorf("the child ended by itself (%v): %s", err, strings.TrimSpace(p.stderr.String()))
}

// kill starts a child and kills it at a random moment: mostly while it works,
// sometimes while it starts. It is an error if the child ends before.
func (l *lineage) kill(ctx context.Context) (early bool, err error) {
	// A ledger of the child before would be taken for this one's.
	_, _ = os.Remove(l.ledger()), os.Remove(l.journal())
	p, err := l.start(ctx)
	if err != nil {
		return false, err
	}
	// Recovery and the first image are to be interrupted as well.
	if early = l.rng.IntN(8) == 0; early {
		time.Sleep(l.moment(0, 30*time.Millisecond))
	} else {
		p.awaitReady()
		time.Sleep(l.moment(5*time.Millisecond, l.most))
	}
	if l.cutter != "" {
		return early, l.cutBelow(ctx, p)
	}
	_ = p.cmd.Process.Kill() // where it has ended already, end tells
	return early, p.end()
}

// moment draws a time between two.
func (l *lineage) moment(from, to time.Duration) time.Duration {
	return from + time.Duration(l.rng.Int64N(int64(to-from)))
}

// judge recovers what the child left and compares it with what the child had
// acknowledged.
func (l *lineage) judge(ctx context.Context, f *findings) error {
	a, begun, err := readLedger(l.ledger())
	if err != nil {
		return err
	}
	if !begun { // it was killed before it had read what it was to go on from
		a.committed, a.acknowledged = l.reached, l.done
	}
	// What was acknowledged while the file system went is not certain to be there.
	if l.cutter != "" {
		a.acknowledged, a.last = l.done, returned{}
		if l.sure != nil {
			a.acknowledged, a.last = l.sure.acknowledged, l.sure.last
		}
	}
	if r := l.examine(ctx, fs.OS(), a, f); r != nil {
		l.goOn(r)
	}
	return nil
}

// A found is the state recovered from a disk.
type found struct {
	state  state
	done   [workers]uint64
	images uint64 // the newest image's number
}

// goOn takes what was found for what must be there from now on.
func (l *lineage) goOn(r *found) {
	l.before, l.done, l.reached, l.images = r.state, r.done, r.done, r.images
}

// examine recovers what is on a disk and compares it with an account. It returns nil
// where there is nothing to go on from.
func (l *lineage) examine(ctx context.Context, disk fs.FS, a account, f *findings) *found {
	at, seq, st, err := l.recover(ctx, disk, f)
	// That is right as long as no image was ever published.
	if errors.Is(err, store.ErrNoImage) {
		if a.last.image != 0 || l.images != 0 {
			f.lose("image %d was published, and there is none", max(a.last.image, l.images))
		}
		return nil
	}
	if err != nil {
		f.mix("it cannot be recovered: %v", err)
		return nil
	}
	n, err := st.done()
	if err != nil {
		f.mix("%v", err)
		return nil
	}
	// First whether it is a state at all, then whether it is recent enough, then whether nothing
	// went back.
	st.whole(l.Seed, n, f)
	l.compare(a, n, seq, at, f)
	if l.before != nil {
		st.follows(l.before, f)
	}
	return &found{st, n, seq}
}

// compare checks that the n transactions recovered are no fewer than was
// promised, and no more than were begun.
func (l *lineage) compare(a account, n [workers]uint64, seq, point uint64, f *findings) {
	if seq < max(a.last.image, l.images) {
		f.lose("image %d was published, and the newest is %d", max(a.last.image, l.images), seq)
	}
	if seq == a.last.image && point != a.last.point {
		f.mix("image %d stands at %d, its checkpoint said %d", seq, point, a.last.point)
	}
	for w := range workers {
		// With a log everything acknowledged, without one what the last image that returned must
		// hold.
		least := max(l.done[w], a.last.least[w])
		if l.Log {
			least = max(least, a.acknowledged[w])
		}
		if n[w] < least {
			f.lose("worker %d has %d transactions, and %d were promised", w, n[w], least)
		}
		// One transaction may have committed and not been noted.
		most := a.committed[w] + 1
		// The image's own bound: its point is before the checkpoint returned.
		if !l.Log && seq == a.last.image {
			most = min(most, a.last.most[w])
		}
		if n[w] > most {
			f.mix("worker %d has %d transactions, of which only %d can have been in image %d", w, n[w], most, seq)
		}
	}
}

// recover reads what is on the disk into a store under no algorithm. A log that
// is torn at its end is what a kill leaves; anything else that recovery passes
// over is not.
func (l *lineage) recover(ctx context.Context, disk fs.FS, f *findings) (point, seq uint64, st state, err error) {
	if !l.Way.NoImage {
		set, _, err := image.Latest(disk, l.order.images())
		if err != nil {
			return 0, 0, nil, err
		}
		point, seq = set.Newest().Point.Seq, set.Newest().Seq
	}
	s, err := store.Open(store.Options{Algorithm: "none", New: none.New, Tables: tables(), Workers: workers})
	if err != nil {
		return 0, 0, nil, err
	}
	defer s.Close()
	r, err := s.Recover(ctx, l.source(disk))
	if err != nil {
		return 0, 0, nil, err
	}
	for _, p := range r.Problems {
		if !strings.Contains(p, ": cut at byte ") {
			f.mix("recovery met a problem: %s", p)
		}
	}
	if r.Own != l.Way.Own {
		f.mix("recovered from own files: %t, where the way is %+v", r.Own, l.Way)
	}
	return point, seq, stateOf(s), nil
}

// folder returns a new folder for a lineage.
func folder(under string, e algorithms.Entry, seed uint64) (string, error) {
	return os.MkdirTemp(under, fmt.Sprintf("crash-%s-%d-", e.Name, seed))
}

package main

import (
	"time"

	"ckptbench/algorithms"
	"ckptbench/algorithms/internal/fs"
	"ckptbench/algorithms/store"
)

// The folders of a store.
const (
	imageDir = "images"
	logDir   = "log"
)

// How transactions are logged.
const (
	walOff = "off" // transactions are acknowledged by images
	// Written, and not synced: nothing is promised before Close.
	walAsync = "async"
	walSync  = "sync"
)

// Where a checkpoint goes.
const (
	sinkFile    = "file"
	sinkOwn     = "own"     // the algorithm's own files only
	sinkDiscard = "discard" // nowhere: the log is all there is
)

// A setup is an algorithm with what it writes.
type setup struct {
	e         algorithms.Entry
	wal, sink string
}

// setups returns every setup in which anything is promised.
func setups() (all []setup) {
	for _, e := range algorithms.All() {
		if e.Baseline || e.Unsound || e.Unlogged { // what an unlogged one does with a log, its variant does
			continue
		}
		// All three modes, but for an algorithm that needs a log.
		for _, wal := range []string{walOff, walAsync, walSync} {
			if wal == walOff && e.NeedsLog {
				continue
			}
			all = append(all, setup{e, wal, sinkFile})
			switch {
			case !e.Own.None():
				all = append(all, setup{e, wal, sinkOwn})
			case wal != walOff:
				all = append(all, setup{e, wal, sinkDiscard})
			}
		}
	}
	return all
}

const (
	// Small, so that every state can be compared in full.
	pairs   = 6 // of records that every transaction writes alike
	records = 1 + 2*pairs
	size    = 16 // bytes of a value
	workers = 2
)

// options are those of a store on a disk.
func (s setup) options(disk fs.FS) store.Options {
	// Small blocks and frequent merges, so that a short life has all of them.
	o := store.Options{
		Tables:  []store.TableSpec{{Name: "t", ValueSize: size, Capacity: records}},
		Workers: workers,
		Images:  store.Images{Dir: imageDir, FS: disk, BlockSize: 4096, Collapse: 2, Base: true, Discard: s.sink != sinkFile},
	}
	if s.wal != walOff {
		o.Log = store.Log{Dir: logDir, Sync: s.wal == walSync, Loggers: 2, Interval: time.Millisecond}
	}
	s.e.Apply(&o)
	return o
}

// source is where a store of these options is recovered from.
func (s setup) source(o store.Options, disk fs.FS) store.Source {
	src := store.Source{Images: imageDir, FS: disk, Parallel: 2}
	if s.wal != walOff {
		src.Log, src.Own = logDir, o.OwnFiles()
	}
	return src
}

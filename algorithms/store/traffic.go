package store

import (
	"path/filepath"
	"strings"
	"sync/atomic"

	"ckptbench/algorithms/internal/fs"
)

// A traffic counts what an algorithm reads and writes by way of Env.FS, in
// bytes. The image and the log being written are not in it.
type traffic struct {
	logRead, read, written atomic.Int64
}

// count returns fsys with the reads and writes of its files counted.
func (t *traffic) count(fsys fs.FS, logDir string) fs.FS {
	c := &countedFS{FS: fsys, t: t}
	if logDir != "" {
		c.log = filepath.Clean(logDir) + string(filepath.Separator)
	}
	return c
}

// A countedFS counts the bytes read and written through it. It may be used concurrently.
type countedFS struct {
	fs.FS
	t   *traffic
	log string // what the paths of the log's files begin with; empty: no log
}

func (c *countedFS) Create(name string, direct bool) (fs.File, error) {
	f, err := c.FS.Create(name, direct)
	return c.counted(name, f, err)
}

func (c *countedFS) Open(name string, direct bool) (fs.File, error) {
	f, err := c.FS.Open(name, direct)
	return c.counted(name, f, err)
}

// counted wraps an opened file: bytes read of the log and of other files count apart.
func (c *countedFS) counted(name string, f fs.File, err error) (fs.File, error) {
	if err != nil {
		return nil, err
	}
	read := &c.t.read
	if c.log != "" && strings.HasPrefix(filepath.Clean(name), c.log) {
		read = &c.t.logRead
	}
	return &countedFile{f, read, &c.t.written}, nil
}

// A countedFile counts the bytes asked for, also of calls that fail.
type countedFile struct {
	fs.File
	read, written *atomic.Int64
}

func (f *countedFile) ReadAt(p []byte, off int64) (int, error) {
	f.read.Add(int64(len(p)))
	return f.File.ReadAt(p, off)
}

func (f *countedFile) WriteAt(p []byte, off int64) (int, error) {
	f.written.Add(int64(len(p)))
	return f.File.WriteAt(p, off)
}

// A volume is what was read and written up to a moment, in bytes.
type volume struct{ logRead, read, written, log int64 }

// volume returns it for this moment, with the length of the log.
func (s *Store) volume() volume {
	v := volume{logRead: s.traffic.logRead.Load(), read: s.traffic.read.Load(), written: s.traffic.written.Load()}
	if s.log != nil {
		v.log = int64(s.log.Stats().Bytes)
	}
	return v
}

// since sets what of it came after from.
func (r *Report) since(from, to volume) {
	r.LogRead, r.OwnRead, r.OwnWritten = to.logRead-from.logRead, to.read-from.read, to.written-from.written
	r.LogLag = to.log - from.log
}

// ownDir returns the folder for an algorithm's own files: by the images, or by
// the log where images are discarded.
func (o *Options) ownDir() string {
	switch {
	case o.Images.Dir != "":
		return filepath.Join(o.Images.Dir, "own")
	case o.Log.Dir != "":
		return filepath.Join(o.Log.Dir, "own")
	}
	return ""
}

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

// count returns fsys with its reads and writes counted.
func (t *traffic) count(fsys fs.FS, logDir string) fs.FS {
	log := filepath.Clean(logDir) + string(filepath.Separator)
	return fs.Hook(fsys, func(c fs.Call) fs.Outcome {
		switch {
		case c.Op == "write":
			t.written.Add(c.Len)
		case c.Op == "read" && logDir != "" && strings.HasPrefix(filepath.Clean(c.Name), log):
			t.logRead.Add(c.Len)
		case c.Op == "read":
			t.read.Add(c.Len)
		}
		return fs.Outcome{}
	})
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

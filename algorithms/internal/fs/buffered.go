package fs

// Buffered returns fsys without direct I/O: all that is asked of it goes through the page
// cache.
func Buffered(fsys FS) FS { return bufferedFS{fsys} }

// A bufferedFS opens every file without direct I/O.
type bufferedFS struct{ FS }

func (b bufferedFS) Create(name string, _ bool) (File, error) { return b.FS.Create(name, false) }

func (b bufferedFS) Open(name string, _ bool) (File, error) { return b.FS.Open(name, false) }

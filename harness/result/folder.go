package result

import (
	"fmt"
	"strings"
)

// A Folder is what a run wrote to. What is not known is zero.
// It is stored with the result, as figures depend on it.
type Folder struct {
	Use        string `json:"use"`         // what lies in it
	FileSystem string `json:"file_system"` // its type
	Device     string `json:"device,omitempty"`
	Sector     int64  `json:"sector_bytes,omitempty"` // of the device
}

// String describes the folder: "xfs on loop0, sectors of 16384 bytes".
func (f Folder) String() string {
	var b strings.Builder
	b.WriteString(f.FileSystem)
	if f.FileSystem == "" {
		b.WriteString("a file system that is not known")
	}
	if f.Device != "" {
		b.WriteString(" on " + f.Device)
	}
	if f.Sector != 0 {
		fmt.Fprintf(&b, ", sectors of %d bytes", f.Sector)
	}
	return b.String()
}

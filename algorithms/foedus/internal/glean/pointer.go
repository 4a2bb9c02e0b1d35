package glean

import "fmt"

// unit is what file positions are counted in, and what pages are whole
// multiples of: also the alignment of direct I/O.
const unit = 4096

// A Pointer says where a page is: snapshot id 16 bits, partition 8, position
// in the file 40, in units of 4 KiB. 0 is no page; as the first unit of a file
// is its header, no page has it. Ids wrap, so pointers are compared for
// equality only.
// It is stored in pages and in manifests as it is, 8 bytes.
type Pointer uint64

// pointer packs a file and an offset, which must be a multiple of unit.
func pointer(f fileID, off int64) Pointer { return Pointer(f)<<40 | Pointer(off/unit) }

// file and offset unpack a pointer.
func (p Pointer) file() fileID { return fileID(p >> 40) }

func (p Pointer) offset() int64 { return int64(p&(1<<40-1)) * unit }

// String returns the pointer as a person reads it.
func (p Pointer) String() string {
	return fmt.Sprintf("%s at offset %d", p.file().name(), p.offset())
}

// A fileID is the snapshot id, 16 bits, and the partition, 8 bits, of a file.
type fileID uint32

// name is the file's name: the snapshot's id and the partition.
func (f fileID) name() string { return fmt.Sprintf("pages-%05d-%03d", f>>8, f&0xff) }

// parseFile is the inverse of fileID.name.
func parseFile(name string) (fileID, bool) {
	var id uint16
	var part uint8
	if _, err := fmt.Sscanf(name, "pages-%05d-%03d", &id, &part); err != nil {
		return 0, false
	}
	f := fileID(id)<<8 | fileID(part)
	// Round trip: names with other padding are not ours, and neither is id 0.
	return f, f.name() == name && id != 0
}

// after returns the snapshot id that follows: after 65535 comes 1, as 0 is no
// snapshot.
// Ids can be used again after 65,535 snapshots because gleanings that write everything anew make
// old files unneeded; takenIDs says which are not free yet.
func after(id uint16) uint16 {
	if id++; id == 0 {
		id = 1
	}
	return id
}

package wal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ckptbench/algorithms/internal/durable"
)

const (
	// The first bytes of every segment.
	magic   = "ckptwal\x00"
	version = 1
	// Bytes; frames begin there.
	segHeader = 96
	// The bits of flags.
	flagSync   = 1
	flagLost   = 2
	maxLoggers = 1024
	// Logger, then number. The numbers of all loggers' files ascend over all sessions.
	segmentName = "log-%d-%08d"
	// maxNumber bounds epochs, sessions and file numbers, so that counting on
	// from what a file says cannot overflow.
	maxNumber = 1 << 62
)

// A header is the start of a segment; doc.go explains the fields.
// Integers are as on the disk, but for known, which is stored as its distance from base.
type header struct {
	sync                   bool
	logger, loggers        int
	number, session, part  uint64
	prev, base             uint64
	known                  uint64 // see gap.go; 0: nothing before the session is lost
	first, before, durable uint64
}

// name is the file's name.
func (h header) name() string { return fmt.Sprintf(segmentName, h.logger, h.number) }

// encode is the inverse of decodeHeader.
func (h header) encode() []byte {
	b := make([]byte, 0, segHeader)
	b = append(b, magic...)
	flags := uint32(0)
	if h.sync {
		flags |= flagSync
	}
	lead := uint32(0)
	// known is stored as its distance below base, and 0 without the flag.
	if h.known != 0 {
		flags |= flagLost
		lead = uint32(h.base - h.known)
	}
	for _, v := range []uint32{version, flags, uint32(h.logger), uint32(h.loggers)} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for _, v := range []uint64{h.number, h.session, h.part, h.prev, h.base, h.first, h.before, h.durable} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	b = binary.LittleEndian.AppendUint32(b, lead)
	return binary.LittleEndian.AppendUint32(b, durable.Checksum(b))
}

// errNoHeader means that the header was never wholly written.
var errNoHeader = errors.New("bad header checksum")

// decodeHeader reads the first bytes of a segment.
func decodeHeader(b []byte) (h header, err error) {
	if len(b) < segHeader || durable.Checksum(b[:92]) != binary.LittleEndian.Uint32(b[92:]) {
		return h, errNoHeader
	}
	if string(b[:8]) != magic {
		return h, errors.New("not a log segment")
	}
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	u64 := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	if v := u32(8); v != version {
		return h, fmt.Errorf("format version %d, this program reads %d", v, version)
	}
	// The checksum was right, so what follows refuses what another program, or a fault of this
	// one, wrote.
	flags, logger, loggers := u32(12), u32(16), u32(20)
	lead := uint64(u32(88))
	if flags&^(flagSync|flagLost) != 0 || loggers < 1 || loggers > maxLoggers || logger >= loggers ||
		flags&flagLost == 0 && lead != 0 {
		return h, errors.New("impossible header")
	}
	h = header{
		sync: flags&flagSync != 0, logger: int(logger), loggers: int(loggers),
		number: u64(24), session: u64(32), part: u64(40), prev: u64(48), base: u64(56),
		first: u64(64), before: u64(72), durable: u64(80),
	}
	if max(h.number, h.session, h.part, h.first, h.before, h.durable) > maxNumber ||
		h.session < 1 || h.base < h.prev || h.first <= h.base || h.durable < h.base {
		return h, errors.New("impossible numbers in header")
	}
	if flags&flagLost != 0 {
		// known lies above prev and not above base: see Gap.
		if lead >= h.base-h.prev {
			return h, errors.New("impossible numbers in header")
		}
		h.known = h.base - lead
	}
	return h, nil
}

// Owns reports whether a file of that name is one of a log's: a segment, or the copy of one
// that was not finished.
func Owns(name string) bool {
	_, _, segment := parseName(name)
	return segment || isCopy(name)
}

// parseName is the inverse of header.name.
func parseName(name string) (logger int, number uint64, ok bool) {
	rest, ok := strings.CutPrefix(name, "log-")
	l, n, ok2 := strings.Cut(rest, "-")
	if !ok || !ok2 {
		return 0, 0, false
	}
	logger, err := strconv.Atoi(l)
	number, err2 := strconv.ParseUint(n, 10, 64)
	h := header{logger: logger, number: number}
	if err != nil || err2 != nil || logger < 0 || h.name() != name {
		return 0, 0, false
	}
	return logger, number, true
}

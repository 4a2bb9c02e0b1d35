package durable

import (
	"bytes"
	"fmt"
	"strings"
)

// crcLine is the length of the last line of a manifest.
const crcLine = len("crc 01234567\n")

// SealText ends a manifest, which is text, with a line that holds its checksum.
func SealText(b []byte) []byte { return fmt.Appendf(b, "crc %08x\n", Checksum(b)) }

// OpenText reads a manifest that SealText ended: it checks the checksum and the title,
// which is the first line, and hands the lines between them to line, each with its
// newline, numbered from 0. It is a *Damage if line returns an error, or if any byte
// differs from what encode writes after the last line.
func (k *Kind) OpenText(file, title string, b []byte, line func(i int, s string) error, encode func() []byte) error {
	at := len(b) - crcLine
	if at < len(title) {
		return k.Damage(file, 0, "%d bytes are left, the shortest manifest has %d", len(b), len(title)+crcLine)
	}
	if want := SealText(b[:at:at])[at:]; !bytes.Equal(b[at:], want) {
		return k.Damage(file, int64(at), "it ends with %q, its bytes give %q", b[at:], want)
	}
	text, ok := strings.CutPrefix(string(b[:at]), title)
	if !ok {
		return k.Damage(file, 0, "line 1: %.40q, a manifest begins with %q", b[:at], title)
	}
	i, off := 0, len(title)
	for s := range strings.Lines(text) {
		if err := line(i, s); err != nil {
			return k.Damage(file, int64(off), "line %d: %v", i+2, err)
		}
		i, off = i+1, off+len(s)
	}
	if !bytes.Equal(encode(), b) {
		return k.Damage(file, 0, "it is not as a writer writes it, though its checksum is right")
	}
	return nil
}

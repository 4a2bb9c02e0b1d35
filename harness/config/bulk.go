package config

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"ckptbench/workload"
)

// pageSize is a size that is an int where it is kept.
type pageSize int

func (p *pageSize) UnmarshalText(text []byte) error {
	var s Size
	if err := s.UnmarshalText(text); err != nil {
		return err
	}
	if s > 1<<30 {
		return errors.New("is larger than any page")
	}
	*p = pageSize(s)
	return nil
}

func (p *pageSize) MarshalText() ([]byte, error) { return Size(*p).MarshalText() }

// spanField reads the numbers of a span as other numbers are read.
type spanField struct{ *workload.Span }

// UnmarshalText reads a length or a range of lengths, with what YAML allows in a whole number.
func (f spanField) UnmarshalText(text []byte) error {
	parts := strings.Split(string(text), "-")
	for i, part := range parts {
		d, err := parseDecimal(part)
		if err != nil {
			return f.Span.UnmarshalText(text)
		}
		n, err := d.whole(1)
		if err != nil {
			return err
		}
		parts[i] = strconv.FormatInt(n, 10)
	}
	return f.Span.UnmarshalText([]byte(strings.Join(parts, "-")))
}

// checkBulk judges what a workload of messages needs of the rest.
func (e *Experiment) checkBulk(c *checker, w workload.Spec) {
	c.add(!slices.Equal(e.Algorithms, []string{"none"}), algorithmsKey, "workload.name",
		"bulk has no transactions and no checkpoints: write [none]; how rows are put is workload.put")
	c.add(Count(w.Keys) > e.Records, "workload.keys", "records",
		"a message of %d rows needs as many records, there are %s", w.Keys, e.Records)
	c.add(e.Records > maxBulk, "records", "workload.name", "%s must be at most %s with workload bulk", e.Records,
		Count(maxBulk))
}

// maxBulk is the most records of bulk: what they come to is kept beside them.
const maxBulk = 1_000_000_000

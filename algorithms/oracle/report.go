package oracle

import (
	"errors"
	"fmt"
	"strings"
)

// A Kind classifies a violation.
type Kind uint8

// The kinds of violation. The first group concerns single records of an image,
// the second its transactions, the third the history itself.
const (
	Stamp      Kind = iota // a record carries a stamp no committed transaction gave it
	Presence               // a deleted record is present, or a written one absent
	Missing                // a record that must be there is not
	Repeated               // a record is in the image twice
	Contents               // the value does not fit the record or its stamp
	Torn                   // a transaction is partly in and partly out
	WriteRead              // a transaction is in, one whose write it read is out
	WriteWrite             // a transaction is in, one whose write it overwrote is out
	ReadWrite              // a transaction is in, one that read what it overwrote is out
	SessionGap             // a transaction is in, an earlier one of its worker is out
	RealTime               // a transaction is in, one that ended before it began is out
	Claim                  // a transaction is in beyond the claimed cut, or out before it
	Lost                   // a final state lacks a committed transaction
	Progress               // too few transactions in, out or between images to prove anything
	DirtyRead              // a transaction read a stamp no committed transaction gave the record
	BadID                  // an id is 0, given twice, or not above the stamp its record started with
	Cycle                  // the transactions are not strictly serializable
	SeqOrder               // seq disagrees with a dependency
	kinds
)

// kindNames are the names of the kinds in reports.
// Short, for the first line of a report.
var kindNames = [kinds]string{
	"stamp", "presence", "missing", "repeated", "contents", "torn", "write-read", "write-write", "read-write",
	"session gap", "real time", "claim", "lost", "progress", "dirty read", "bad id", "cycle", "seq order",
}

// Kinds returns all kinds, in their order.
// It is a new slice.
func Kinds() []Kind {
	all := make([]Kind, kinds)
	for k := range all {
		all[k] = Kind(k)
	}
	return all
}

// Meaning says in one line what a fault of the kind is, to somebody whose algorithm has it.
func (k Kind) Meaning() string {
	meanings := [kinds]string{
		Stamp:    "a record carries a stamp that no committed transaction gave it",
		Presence: "a deleted record is present, or a written one absent",
		Missing:  "a record that must be in the image is not: every record belongs there, deleted ones with their stamp",
		Repeated: "a record is in the image twice",
		Contents: "a value does not fit its record or stamp: half of a write was copied, or one version's bytes stand " +
			"under another's stamp",
		Torn:       "a transaction is partly in the image and partly out",
		WriteRead:  "a transaction is in the image, and one whose write it read is not",
		WriteWrite: "a transaction is in the image, and one whose write it overwrote is not",
		ReadWrite:  "a transaction is in the image, and one that had read what it overwrote is not",
		SessionGap: "a transaction is in the image, and an earlier one of its worker is not",
		RealTime:   "a transaction is in the image, and one that had ended before it began is not",
		Claim: "the image holds a transaction with a Seq above that of the point which Checkpoint returned, or " +
			"lacks one up to it",
		Lost:      "a final state lacks a committed transaction",
		Progress:  "too few transactions are in the image, out of it or between two images: the point does not move on",
		DirtyRead: "a transaction read a stamp that no committed transaction gave the record",
		BadID:     "an id is 0, given twice, or not above the stamp that its record started with",
		Cycle:     "the transactions are not strictly serializable",
		SeqOrder:  "Seq disagrees with a dependency between two transactions",
	}
	if k < kinds {
		return meanings[k]
	}
	return ""
}

// String returns the kind's name.
func (k Kind) String() string {
	if k < kinds {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// A Violation is one fault, explained to a person.
type Violation struct {
	Kind  Kind
	Image string // the image's name; "" for a fault of the history
	// It names transactions, records and versions.
	Text string
}

// String returns the violation in one line.
func (v Violation) String() string {
	if v.Image == "" {
		return fmt.Sprintf("%v: %s", v.Kind, v.Text)
	}
	return fmt.Sprintf("%s: %v: %s", v.Image, v.Kind, v.Text)
}

// A Report is the outcome of a check. The zero value is a clean one.
type Report struct {
	Violations []Violation // the first few of each kind
	Images     []Tally     // one per image
	// All of them, listed or not.
	counts [kinds]int
	limit  int // per kind and report
}

// A Tally counts the writing transactions of the history that an image shows
// in and out.
type Tally struct {
	Image string
	// Torn ones are in neither.
	In, Out int
}

// defaultLimit is how many violations of a kind are explained.
const defaultLimit = 5

// Count returns how many violations of a kind were found, listed or not. A
// transaction that is out counts once for an image, under the plainest edges.
func (r *Report) Count(k Kind) int {
	if k >= kinds {
		return 0
	}
	return r.counts[k]
}

// OK reports whether nothing was found.
func (r *Report) OK() bool { return r.counts == [kinds]int{} }

// Only reports whether violations were found, and all of them are of kind k.
func (r *Report) Only(k Kind) bool {
	rest := r.counts
	rest[k] = 0
	return !r.OK() && rest == [kinds]int{}
}

// Err returns nil when nothing was found, otherwise an error of the counts and the
// listed violations, one per line.
func (r *Report) Err() error {
	if r.OK() {
		return nil
	}
	var b strings.Builder
	b.WriteString("oracle:")
	sep := " "
	for k, n := range r.counts {
		if n > 0 {
			fmt.Fprintf(&b, "%s%d %v", sep, n, Kind(k))
			sep = ", "
		}
	}
	for _, v := range r.Violations {
		fmt.Fprintf(&b, "\n\t%v", v)
	}
	return errors.New(b.String())
}

// add counts a violation and lists it while there is room. The text is built
// only then: a broken image has a violation for every record.
func (r *Report) add(k Kind, image string, text func() string) {
	r.counts[k]++
	if r.counts[k] <= r.limit {
		r.Violations = append(r.Violations, Violation{k, image, text()})
	}
}

// merge adds another report to this one.
// Counts are added up; violations are listed up to the limit of r.
func (r *Report) merge(o *Report) {
	room := r.limit
	listed := [kinds]int{}
	for _, v := range r.Violations {
		listed[v.Kind]++
	}
	for _, v := range o.Violations {
		if listed[v.Kind]++; listed[v.Kind] <= room {
			r.Violations = append(r.Violations, v)
		}
	}
	for k, n := range o.counts {
		r.counts[k] += n
	}
	r.Images = append(r.Images, o.Images...)
}

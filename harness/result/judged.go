package result

import "strings"

// What is known of a trial's images.
const (
	Right      = "right"       // every one was read back and right
	Wrong      = "wrong"       // one was not, or the recovered state
	NotChecked = "not checked" // not all were read back
	NoImages   = "no images"   // none was published
)

// Judged says what is known of t's images: Right, Wrong, NotChecked or NoImages.
// Nothing counts as right that was not looked at: neither with verify: off nor in
// a trial that was interrupted, or failed, before its images were read back.
func (t *Trial) Judged() string {
	switch {
	case t.Status == Failed && !t.Verdict.OK && t.Verdict.Detail != "":
		return Wrong
	case t.Status == OK && t.Verdict.NotJudged != "":
		return NotChecked
	case t.Status == OK && !t.Verdict.OK && t.Verdict.Mode != ModeOff:
		return Wrong
	case t.Status == OK && t.Verdict.Images == 0 && (t.Verdict.Mode != ModeOff || len(complete(t.Checkpoints)) == 0) &&
		t.Verdict.Mode != ModelVerdict:
		return NoImages
	case t.Status != OK || t.Verdict.Mode == ModeOff || t.Verdict.Mode == "":
		return NotChecked
	}
	return Right
}

// Idle reports whether nothing committed in t, though it ran to its end: it has no
// figures then, whatever its pauses were.
func (t *Trial) Idle() bool {
	return t.Status == OK && t.Committed == 0 && t.Bulk == nil && (t.Throughput == nil || *t.Throughput == 0)
}

// WhyNotChecked says in a few words why the images of t were not checked.
func (t *Trial) WhyNotChecked() string {
	switch {
	case t.Status == Partial:
		return "interrupted"
	case t.Status == Failed:
		return "failed"
	case t.Verdict.NotJudged != "":
		return "not judged: " + firstLine(t.Verdict.NotJudged)
	}
	return "verify: off"
}

// firstLine is s up to its first line end.
func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

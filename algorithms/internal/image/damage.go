package image

import (
	"errors"
	"fmt"
	"path/filepath"

	"ckptbench/algorithms/internal/durable"
)

// ErrNoImage is returned by Latest for a directory in which no image was ever
// published: there is nothing to recover, and nothing is wrong.
var ErrNoImage = errors.New("no image")

// ErrDamaged is wrapped by every *durable.Damage of an image or a manifest. What to do
// about it is the reader's: an older image is used.
var ErrDamaged = &durable.Kind{Name: "image"}

// damaged returns a Damage outside of any block.
func damaged(file string, off int64, format string, a ...any) *durable.Damage {
	return ErrDamaged.Damage(file, off, format, a...)
}

// A Problem is something that was passed over on the way to a usable image.
type Problem struct {
	File string
	Err  error // often a *durable.Damage
}

// passedOver returns the problems that damaged manifests are.
// Only damage gets there: another error has ended the reading.
func passedOver(damaged []error) (problems []Problem) {
	for _, err := range damaged {
		var d *durable.Damage
		errors.As(err, &d)
		problems = append(problems, Problem{d.File, err})
	}
	return problems
}

// Error makes a Problem an error, so that several can be joined.
func (p Problem) Error() string { return fmt.Sprintf("%s: %v", filepath.Base(p.File), p.Err) }

// Unwrap returns Err.
func (p Problem) Unwrap() error { return p.Err }

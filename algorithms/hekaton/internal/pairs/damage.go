package pairs

import "ckptbench/algorithms/internal/durable"

// ErrDamaged is wrapped by every *durable.Damage of a pair or a manifest.
var ErrDamaged = &durable.Kind{Name: "pair", Remedy: "move the folder away, and recover from an image and the log"}

// damaged is the *durable.Damage of a place in a file: off in bytes, then what is wrong there.
func damaged(file string, off int64, format string, a ...any) *durable.Damage {
	return ErrDamaged.Damage(file, off, format, a...)
}

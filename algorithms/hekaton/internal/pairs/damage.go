package pairs

import "ckptbench/algorithms/internal/durable"

// ErrDamaged is wrapped by every *durable.Damage of a pair or a manifest.
var ErrDamaged = &durable.Kind{Name: "pair", Remedy: "move the folder away, and recover from an image and the log"}

func damaged(file string, off int64, format string, a ...any) *durable.Damage {
	return ErrDamaged.Damage(file, off, format, a...)
}

package push

import "ckptbench/algorithms/store"

// NewSmall returns the algorithm with queues as small as they can be, so that
// writers wait at every turn.
func NewSmall(env *store.Env) (store.Algorithm, error) { return build(env, 0) }

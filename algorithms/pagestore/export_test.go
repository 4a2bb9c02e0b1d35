package pagestore

import "ckptbench/algorithms/store"

// NewSmall returns a page store of the smallest pages.
func NewSmall(env *store.Env) (store.Algorithm, error) { return build(env, 1024) }

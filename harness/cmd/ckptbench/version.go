package main

import (
	"fmt"

	"ckptbench/harness/bench"
)

// A versionCommand says which build this is, as a result's machine.json does.
type versionCommand struct{}

// Run prints one line.
func (versionCommand) Run(t terminal) error {
	_, err := fmt.Fprintln(t.out, versionText())
	return err
}

// versionText is the commit and the version of Go.
func versionText() string { return "ckptbench " + bench.Version() }

package main

import (
	"errors"
	"fmt"

	"ckptbench/harness/compare/merge"
)

// A mergeCommand makes one result of its shards.
type mergeCommand struct {
	Out            string   `arg:"" help:"Folder of the whole, which is not there yet, such as results/default."`
	Parts          []string `arg:"" name:"dir" help:"Result folders of the parts, such as results/default.shard-*."`
	AcrossMachines bool     `help:"The parts ran on different machines, and that is meant."`
	Partial        bool     `help:"Put together what there is, though trials are missing."`
	Plots          string   `default:"plots" help:"Folder of the charts; empty draws none."`
	Format         []string `default:"svg,png,pdf,tex" enum:"svg,png,pdf,tex" help:"Formats of the charts."`
}

// Run puts parts together and shows the whole as run does.
func (c *mergeCommand) Run(t terminal) error {
	o := merge.Options{AcrossMachines: c.AcrossMachines, Partial: c.Partial, Known: known()}
	if err := merge.Merge(c.Out, current(t, c.Parts), o); err != nil {
		return fmt.Errorf("%w (%w)", err, errUsage)
	}
	var err error
	if c.Plots != "" {
		err = errors.Join(draw(t, c.Out, c.Plots, c.Format), savePage(t, c.Out))
	}
	return errors.Join(err, summarise(t.out, c.Out, "table"))
}

package main

import (
	"errors"
	"fmt"
	"strings"

	"ckptbench/harness/compare/regress"
	"ckptbench/harness/result"
)

// A compareCommand compares two results, or writes a baseline of one.
type compareCommand struct {
	Base           string `arg:"" help:"Result folder, several with commas between them, or a baseline's file."`
	Head           string `arg:"" optional:"" help:"Result folder, or several with commas between them."`
	Threshold      string `default:"5%" help:"How much worse a throughput may be, above 0 and at most 30%."`
	AcrossMachines bool   `help:"Compare results of different machines, by ratios to none and exact figures."`
	IgnoreConfig   bool   `help:"The configurations differ on purpose."`
	Format         string `default:"table" enum:"table,markdown,json" help:"table, markdown or json."`
	WriteBaseline  string `placeholder:"FILE" help:"Write what of a single result holds on other machines, to be a BASE."`
	Export         string `placeholder:"DIR" help:"${help_compare_export}"`
}

// errRegressed is the one error of the command that is not about its input.
var errRegressed = errors.New("head is worse than base")

// Run compares. Whatever goes wrong is the input's fault, so that a damaged
// result never looks like a regression.
func (c *compareCommand) Run(t terminal) error {
	err := c.run(t)
	if err != nil && !errors.Is(err, errRegressed) {
		return fmt.Errorf("%w (%w)", err, errUsage)
	}
	return err
}

// run compares, and prints the report. It returns errRegressed where head is worse.
func (c *compareCommand) run(t terminal) error {
	threshold, ok := result.Quantity(strings.ReplaceAll(c.Threshold, " ", ""))
	if !ok || !(threshold > 0 && threshold <= 0.3) {
		return fmt.Errorf("--threshold %q: want a share above 0 and at most 30%%, such as 5%%", c.Threshold)
	}
	if c.Head == "" {
		return c.single()
	}
	if c.WriteBaseline != "" {
		return errors.New("--write-baseline takes a single result")
	}
	base, err := regress.Open(c.Base)
	if err != nil {
		return err
	}
	head, err := regress.Open(c.Head)
	if err != nil {
		return err
	}
	report, err := regress.Compare(base, head, regress.Options{Threshold: threshold,
		AcrossMachines: c.AcrossMachines, IgnoreConfig: c.IgnoreConfig, Order: order()})
	if err != nil {
		return err
	}
	if c.Export != "" {
		if err := regress.Export(head.Experiment, c.Export); err != nil {
			return err
		}
	}
	if err := report.Write(t.out, c.Format); err != nil {
		return err
	}
	if report.Regressed() {
		return errRegressed
	}
	return nil
}

// single writes what can be had of one result.
func (c *compareCommand) single() error {
	if c.WriteBaseline == "" && c.Export == "" {
		return errors.New("compare: no HEAD given; name BASE and HEAD: a single result is for --write-baseline and --export")
	}
	s, err := regress.Open(c.Base)
	if err != nil {
		return err
	}
	if s.Stored {
		return fmt.Errorf("%s is a baseline; name the folder of a result", c.Base)
	}
	if c.WriteBaseline != "" {
		if err := regress.SaveBaseline(c.WriteBaseline, s); err != nil {
			return err
		}
	}
	if c.Export != "" {
		return regress.Export(s.Experiment, c.Export)
	}
	return nil
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ckptbench/harness/config"
	"ckptbench/harness/render/chart"
	"ckptbench/harness/render/page"
	"ckptbench/harness/result"
)

// A plotCommand draws the charts of results.
type plotCommand struct {
	Results []string `arg:"" optional:"" name:"results" help:"Result folders, such as results/default."`
	Out     string   `default:"plots" help:"Folder of the charts."`
	Format  []string `default:"svg,png,pdf,tex" enum:"svg,png,pdf,tex" help:"${help_show_format}"`
	Figures string   `placeholder:"FILE" help:"${help_plot_figures}"`
	FigureFlags
}

// Run draws each result into Out: every chart, and the figures that its config asks for, or
// else the figure that flags ask for, or those of a file.
func (c *plotCommand) Run(t terminal) error {
	if len(c.Results) == 0 {
		return noResult("plot")
	}
	fig, asked := c.figure()
	figures := []config.Figure{fig}
	switch {
	case c.Figures != "" && asked:
		return fmt.Errorf("--figures: the file says how its figures are drawn: leave the other options out (%w)", errUsage)
	case c.Figures != "":
		data, err := os.ReadFile(c.Figures)
		if err != nil {
			return fmt.Errorf("--figures: %w", err)
		}
		if figures, err = config.Figures(c.Figures, data, false); err != nil {
			return err
		}
	case !asked:
		var errs []error
		for _, dir := range current(t, c.Results) {
			errs = append(errs, draw(t, dir, c.Out, c.Format))
		}
		return errors.Join(errs...)
	}
	var exps []*result.Experiment
	for _, dir := range current(t, c.Results) {
		e, err := result.Load(dir)
		if err != nil {
			return err
		}
		exps = append(exps, e)
	}
	for _, f := range figures {
		if err := drawFigure(t, f, exps, c.Out, c.Format); err != nil {
			return err
		}
	}
	return nil
}

// current passes over what results/* names beside the results, and says so: results that
// were set aside, and files and folders that are no result.
func current(t terminal, dirs []string) []string {
	other := func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && (!info.IsDir() || !result.Begun(path)) // one that is not there is an error
	}
	// Where there is nothing but others, they are named in an error further on.
	if results := slices.DeleteFunc(slices.Clone(dirs), other); len(results) > 0 && len(results) < len(dirs) {
		fmt.Fprintf(t.err, "passed over %d files and folders that are no results\n", len(dirs)-len(results))
		dirs = results
	}
	dirs, passed := result.Current(dirs)
	if passed > 0 {
		fmt.Fprintf(t.err, "passed over %d results that were set aside (.before); name one alone to have it\n", passed)
	}
	return dirs
}

// draw draws every chart of a result, and its table where LaTeX is wanted, and
// names what it wrote. The same result gives the same bytes.
func draw(t terminal, dir, out string, formats []string) error {
	e, err := result.Load(dir)
	if err != nil {
		return err
	}
	files, err := chart.Draw(e, out, formats, chart.NewStyle(order()))
	if err != nil {
		return err
	}
	nameFiles(t, files, formats)
	if err := drawOwn(t, dir, e, out, formats); err != nil {
		return err
	}
	if !slices.Contains(formats, "tex") {
		return nil
	}
	var table bytes.Buffer
	if err := page.Write(&table, e, "latex", page.Options{Order: order()}); err != nil {
		return err
	}
	name := filepath.Join(out, chart.FileName(e, "table", "tex"))
	if err := os.WriteFile(name, table.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	fmt.Fprintln(t.err, name)
	return nil
}

// drawOwn draws the figures that a result asks for itself.
func drawOwn(t terminal, dir string, e *result.Experiment, out string, formats []string) error {
	figures, err := figuresOf(dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range figures {
		errs = append(errs, drawFigure(t, f, []*result.Experiment{e}, out, formats))
	}
	return errors.Join(errs...)
}

// noResult is the error of a command that was given no result.
func noResult(what string) error {
	hint := "there is no result yet: ckptbench run makes one"
	if dirs := result.Dirs("results"); len(dirs) > 0 {
		hint = "there are " + strings.Join(dirs, ", ")
	}
	return fmt.Errorf("%s: no result given; name the folder of one: %s (%w)", what, hint, errUsage)
}

// A reportCommand prints the tables of results.
type reportCommand struct {
	Results []string `arg:"" optional:"" name:"results" help:"Result folders."`
	Format  string   `default:"table" enum:"table,markdown,csv,latex,html" help:"table, markdown, csv, latex or html."`
}

// Run prints one table after another; of HTML and CSV one page or table of all results.
func (c *reportCommand) Run(t terminal) error {
	if len(c.Results) == 0 {
		return noResult("report")
	}
	dirs := current(t, c.Results)
	switch c.Format {
	case "html":
		return writePage(t.out, dirs...)
	case "csv":
		var exps []*result.Experiment
		for _, dir := range dirs {
			e, err := result.Load(dir)
			if err != nil {
				return err
			}
			exps = append(exps, e)
		}
		return page.WriteCSV(t.out, exps, page.Options{Order: order()})
	}
	for _, dir := range dirs {
		if err := summarise(t.out, dir, c.Format); err != nil {
			return err
		}
	}
	return nil
}

// summarise prints the table of one result.
func summarise(w io.Writer, dir, format string) error {
	e, err := result.Load(dir)
	if err != nil {
		return err
	}
	return page.Write(w, e, format, page.Options{Order: order(), Colour: coloured(w)})
}

// A validateCommand checks experiment files without running them.
type validateCommand struct {
	Configs []string `arg:"" optional:"" name:"config" help:"Experiment files."`
}

// Run checks every file and reports all problems, not only the first.
func (c *validateCommand) Run(t terminal) error {
	if len(c.Configs) == 0 {
		return noConfig("validate")
	}
	var all config.Problems
	for _, path := range c.Configs {
		e, err := loadConfig(path, nil)
		var ps config.Problems
		switch {
		case err == nil:
			for _, n := range e.Notes() {
				fmt.Fprintln(t.err, n)
			}
			fmt.Fprintf(t.out, "%s: ok\n", path)
		case errors.As(err, &ps):
			all = append(all, ps...)
		default:
			return err
		}
	}
	if len(all) > 0 {
		return all
	}
	return nil
}

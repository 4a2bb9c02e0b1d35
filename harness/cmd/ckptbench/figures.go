package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ckptbench/harness/config"
	"ckptbench/harness/render/chart"
	"ckptbench/harness/render/figure"
	"ckptbench/harness/render/page"
	"ckptbench/harness/result"
)

// FigureFlags ask for a figure as a config's figures do, by the same names.
type FigureFlags struct {
	Name      string   `placeholder:"NAME" help:"${help_figure_name}"`
	Chart     []string `placeholder:"KIND,..." help:"${help_figure_chart}"`
	Panels    []string `placeholder:"PANEL,..." help:"${help_figure_panels}"`
	Only      []string `placeholder:"ALGORITHM,..." help:"${help_figure_only}"`
	Points    []string `sep:"none" placeholder:"KEY=VALUE,..." help:"${help_figure_points}"`
	Label     []string `sep:"none" placeholder:"NAME=TEXT" help:"${help_figure_label}"`
	Width     string   `placeholder:"WIDTH" help:"${help_figure_width}"`
	YRange    string   `placeholder:"LOW:HIGH" help:"${help_figure_y_range}"`
	TimeRange string   `placeholder:"FROM:TO" help:"${help_figure_time_range}"`
	LogY      bool     `help:"${help_figure_log_y}"`
	FontSize  string   `placeholder:"POINTS" help:"${help_figure_font_size}"`
	Color     []string `sep:"none" placeholder:"ALGORITHM=#RGB" help:"${help_figure_color}"`
	Marker    []string `sep:"none" placeholder:"ALGORITHM=SHAPE" help:"${help_figure_marker}"`
	Columns   []string `placeholder:"COLUMN,..." help:"${help_figure_columns}"`
	Intervals bool     `help:"${help_figure_intervals}"`
	NoFooter  bool     `help:"${help_figure_no_footer}"`
}

// figure is what the flags ask for; asked is false where none is given.
func (f FigureFlags) figure() (fig config.Figure, asked bool) {
	fig = config.Figure{Name: f.Name, Chart: f.Chart, Panels: f.Panels, Only: f.Only, Points: f.Points, Label: f.Label,
		Color: f.Color, Marker: f.Marker, Width: f.Width, YRange: f.YRange, TimeRange: f.TimeRange, FontSize: f.FontSize,
		LogY: f.LogY, NoFooter: f.NoFooter, Columns: f.Columns, Intervals: f.Intervals}
	lists := len(f.Chart) + len(f.Panels) + len(f.Only) + len(f.Points) + len(f.Label) + len(f.Color) + len(f.Marker) +
		len(f.Columns)
	texts := f.Name + f.Width + f.YRange + f.TimeRange + f.FontSize
	return fig, lists > 0 || texts != "" || f.LogY || f.NoFooter || f.Intervals
}

// figureHelp adds the texts of the flags of figures, which are those of a config's keys, to texts.
func figureHelp(texts map[string]string) {
	for _, k := range config.FigureKeys() {
		texts["help_figure_"+k.Name] = k.Doc
	}
}

// drawFigure draws a figure of every result that has what it shows. A kind of chart that none of
// them has is an error.
func drawFigure(t terminal, f config.Figure, exps []*result.Experiment, out string, formats []string) error {
	style, err := figure.Style(f, order(), exps...)
	if err != nil {
		return fmt.Errorf("%w (%w)", err, errUsage)
	}
	if len(f.Columns) > 0 {
		return writeTables(t, f, style, exps, out)
	}
	var drawn, files []string
	for _, e := range exps {
		for _, c := range chart.Charts(e, style) {
			drawn = append(drawn, chart.KindOf(c.Name).Name)
		}
		written, err := chart.Draw(e, out, formats, style)
		if files = append(files, written...); err != nil {
			return err
		}
	}
	nameFiles(t, files, formats)
	for _, k := range f.Chart {
		if !slices.Contains(drawn, k) {
			wrong := &figure.Error{At: f.At, Option: "chart", Text: "no result has what " + k + " shows: " +
				chart.KindOf(k).Shows + " ckptbench plot without options draws all there are"}
			return fmt.Errorf("%w (%w)", wrong, errUsage)
		}
	}
	return nil
}

// writeTables writes a table of each result.
func writeTables(t terminal, f config.Figure, style chart.Style, exps []*result.Experiment, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("make the folder of the tables: %w", err)
	}
	name := f.Name
	if name == "" {
		name = "table"
	}
	for _, e := range exps {
		var b bytes.Buffer
		err := page.WritePaper(&b, e, page.Paper{Order: order(), Columns: f.Columns, Only: f.Only, Points: style.Points,
			Label: style.Label, Ranges: f.Intervals})
		if err != nil {
			return err
		}
		path := filepath.Join(out, chart.FileName(e, chart.Stem(name), "tex"))
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			return fmt.Errorf("write the table: %w", err)
		}
		fmt.Fprintln(t.err, path)
	}
	return nil
}

// nameFiles names what was written, once where there are several formats.
func nameFiles(t terminal, files, formats []string) {
	for _, f := range files {
		if filepath.Ext(f) == ".png" || len(formats) == 1 {
			fmt.Fprintln(t.err, f)
		}
	}
}

// figuresFile is the file in a result's folder that lists figures of it. One there replaces
// that of the config by its name.
const figuresFile = "figures.yaml"

// figuresOf are the figures that a result's configuration and its file of figures ask for.
func figuresOf(dir string) ([]config.Figure, error) {
	all, err := figuresIn(filepath.Join(dir, "resolved.yaml"), true)
	if err != nil {
		return nil, err
	}
	more, err := figuresIn(filepath.Join(dir, figuresFile), false)
	for _, f := range more {
		if i := slices.IndexFunc(all, func(o config.Figure) bool { return o.Name == f.Name }); i >= 0 {
			all[i] = f
		} else {
			all = append(all, f)
		}
	}
	return all, err
}

// figuresIn reads a file's figures, none where it is not there.
func figuresIn(path string, isConfig bool) ([]config.Figure, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the figures: %w", err)
	}
	if isConfig && !strings.Contains("\n"+string(data), "\nfigures:") {
		return nil, nil
	}
	return config.Figures(path, data, isConfig)
}

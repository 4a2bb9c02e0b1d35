package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/config/cost"
	"ckptbench/harness/internal/nearest"
	"ckptbench/harness/render/chart"
	"ckptbench/harness/render/page"
	"ckptbench/harness/render/table"
	"ckptbench/harness/units"
	"ckptbench/workload"
)

// A listCommand lists what there is to choose from: as a table or, for programs, JSON.
type listCommand struct {
	What    string `arg:"" optional:"" default:"" enum:"${listings}" help:"${help_list_what}"`
	Filter  string `arg:"" optional:"" help:"${help_list_filter}"`
	JSON    bool   `help:"As JSON."`
	Configs string `default:"configs" help:"Folder of the experiments."`
}

// listings are what can be listed, in their order.
var listings = []struct {
	name string
	make func(c *listCommand) (table.Grid, error)
}{
	{"algorithms", func(*listCommand) (table.Grid, error) { return listAlgorithms(), nil }},
	{"workloads", func(*listCommand) (table.Grid, error) { return listWorkloads(), nil }},
	{"experiments", func(c *listCommand) (table.Grid, error) { return listExperiments(c.Configs) }},
	{"charts", func(*listCommand) (table.Grid, error) { return listCharts(), nil }},
	{"columns", func(*listCommand) (table.Grid, error) { return listColumns(), nil }},
	{"formats", func(*listCommand) (table.Grid, error) { return listFormats(), nil }},
	{"keys", func(*listCommand) (table.Grid, error) { return listKeys(), nil }},
	{"claims", func(*listCommand) (table.Grid, error) { return listClaims(), nil }},
}

// Run prints one listing, or with everything all of them in one JSON object.
func (c *listCommand) Run(t terminal) error {
	if c.What == "" && !c.JSON {
		fmt.Fprintln(t.err, "(list can also say: workloads, experiments, charts, columns, formats, keys, claims, everything)")
	}
	everything := map[string][]map[string]string{}
	for _, what := range listings {
		if c.What != "everything" && what.name != cmp.Or(c.What, "algorithms") {
			continue
		}
		l, err := what.make(c)
		if err == nil {
			l, err = c.filtered(l, what.name)
		}
		switch {
		case err != nil:
			return err
		case c.What != "everything" && c.JSON:
			return writeJSON(t, l.Objects())
		case c.What != "everything":
			return writeTable(t, l)
		case c.JSON:
			everything[what.name] = l.Objects()
			continue
		}
		fmt.Fprintf(t.out, "# %s\n\n", what.name)
		if err := writeTable(t, l); err != nil {
			return err
		}
		fmt.Fprintln(t.out)
	}
	if c.JSON {
		return writeJSON(t, everything)
	}
	return nil
}

// filtered keeps the rows whose first cell has Filter in it, or, where none has, any cell. To
// have none is an error, unless everything is listed.
func (c *listCommand) filtered(g table.Grid, what string) (table.Grid, error) {
	if c.Filter == "" {
		return g, nil
	}
	has := func(cell string) bool { return strings.Contains(strings.ToLower(cell), strings.ToLower(c.Filter)) }
	var first, all []table.Row
	var names []string
	for _, r := range g.Rows {
		names = append(names, r.Cells[0])
		if has(r.Cells[0]) {
			first = append(first, r)
		}
		if slices.ContainsFunc(r.Cells, has) {
			all = append(all, r)
		}
	}
	if len(first) > 0 {
		all = first
	}
	if len(all) == 0 && c.What != "everything" {
		near := nearest.Some(c.Filter, names, nearNames)
		return g, fmt.Errorf("list: none of the %s has %q in it; the nearest are %s (%w)", what, c.Filter,
			strings.Join(near, ", "), errUsage)
	}
	g.Rows = all
	return g, nil
}

func listWorkloads() table.Grid {
	l := table.Grid{Columns: table.Words("workload", "summary")}
	for _, name := range workload.All() {
		l.Add(name, workload.Describe(name))
	}
	return l
}

func listKeys() table.Grid {
	l := table.Grid{Columns: table.Words("key", "value", "default", "meaning")}
	for _, k := range config.Keys() {
		l.Add(k.Name, k.Type, k.Default, k.Doc)
	}
	return l
}

func listCharts() table.Grid {
	l := table.Grid{Columns: table.Words("chart", "shows")}
	for _, k := range chart.Kinds() {
		l.Add(k.Name, k.Shows)
	}
	return l
}

// listColumns lists the columns of the tables.
func listColumns() table.Grid {
	l := table.Grid{Columns: table.Words("column", "unit", "what it is")}
	for _, c := range page.Columns() {
		l.Add(c.Name, c.Unit, c.Doc)
	}
	return l
}

func listFormats() table.Grid {
	l := table.Grid{Columns: table.Words("format", "of", "for")}
	for _, f := range [][]string{
		{"svg", "plot", "pages"}, {"png", "plot", "slides, 300 dpi"}, {"pdf", "plot", "papers"},
		{"tex", "plot", "papers: a pgfpicture to be \\input, and the table for booktabs"},
		{"table", "report, compare", "terminals and logs"}, {"markdown", "report, compare", "pull requests"},
		{"csv", "report", "programs: every figure with its range, in base units"}, {"latex", "report", "papers: booktabs"},
		{"html", "report", "a page that stands alone, charts in it"}, {"json", "compare", "programs"},
		{"trial.json", "run", "a trial's figures"},
		{"timeline.csv, events.csv", "run", "a trial's buckets, and the moments of its checkpoints"},
		{"durable.hgrm", "run", "the listing of the times until a transaction was durable, by a log or by an image"},
		{"latency.hgrm, latency.hlog", "run", "HdrHistogram's percentile listing, and its log by interval"},
		{"bench.txt", "run", "benchstat"},
	} {
		l.Add(f...)
	}
	return l
}

func listAlgorithms() table.Grid {
	l := table.Grid{Columns: table.Words("name", "variant_of", "consistency", "keeps_transactions_out", "copies",
		"needs_log", "aborts", "variable_length", "go_heap", "paper", "summary")}
	for _, e := range algorithms.All() {
		consistency := e.Oracle.String()
		switch {
		case e.Baseline:
			consistency = "-"
		case e.Unsound:
			consistency = "none: wrong on purpose"
		case e.Unlogged:
			consistency = "fuzzy, log not charged"
		case e.Mixed:
			consistency = "fuzzy + log"
		}
		l.Add(e.Name, e.Variant, consistency, e.Quiesces, e.Copies,
			yes(e.NeedsLog), yes(e.Aborts), yes(e.Variable), yes(e.Heap), e.Paper, e.Summary)
	}
	return l
}

// yes is a boolean for a table.
func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func listExperiments(dir string) (table.Grid, error) {
	l := table.Grid{Columns: table.Words("experiment", "trials", "minutes", "disk", "about")}
	for _, path := range experimentsIn(dir) {
		e, err := config.Load(path, nil, known())
		if err != nil {
			return l, err
		}
		minutes, disk, trials := costs(e)
		l.Add(path, trials, minutes, disk, e.Info.About)
	}
	if len(l.Rows) == 0 {
		return l, fmt.Errorf("no experiment in %s; name the folder with --configs", dir)
	}
	return l, nil
}

// costs are what an experiment takes: as somebody found it, or, with a ~, as it is
// estimated.
func costs(e *config.Experiment) (minutes, disk, trials string) {
	est := cost.Of(e, copies)
	minutes, disk = fmt.Sprintf("~%.3g", max(1, est.Time.Round(time.Minute).Minutes())), "~"+units.Size(est.Disk)
	if x := e.Info.Expect; x.Minutes > 0 {
		minutes = fmt.Sprintf("%g", float64(x.Minutes))
	}
	if x := e.Info.Expect; x.Disk > 0 {
		disk = units.Size(int64(x.Disk))
	}
	return minutes, disk, strconv.Itoa(est.Trials)
}

func writeJSON(t terminal, v any) error {
	enc := json.NewEncoder(t.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// writeTable writes a listing for people, as wide as their terminal. The names of its columns are those of JSON, with
// lines for blanks.
func writeTable(t terminal, g table.Grid) error {
	columns := slices.Clone(g.Columns)
	for i := range columns {
		columns[i].Name = strings.ReplaceAll(columns[i].Name, "_", " ")
	}
	text, err := table.Grid{Columns: columns, Rows: g.Rows}.Fit(widthOf(t.out))
	if err != nil {
		return err
	}
	_, err = io.WriteString(t.out, text)
	return err
}

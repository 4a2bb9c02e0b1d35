package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/harness/render/page"
	"ckptbench/harness/units"
	"ckptbench/workload"
)

type listCommand struct {
	What    string `arg:"" optional:"" default:"" enum:"algorithms,workloads,experiments,charts,columns,formats,keys,claims,everything," help:"algorithms (where nothing is said), workloads, experiments, charts, columns, formats, keys, claims, or everything."`
	JSON    bool   `help:"As JSON."`
	Configs string `default:"configs" help:"Folder of the experiments."`
}

// A listing is a table with a name for each column.
type listing struct {
	columns []string
	rows    [][]string
}

// listings are what can be listed, in their order.
var listings = []struct {
	name string
	make func(c *listCommand) (listing, error)
}{
	{"algorithms", func(*listCommand) (listing, error) { return listAlgorithms(), nil }},
	{"workloads", func(*listCommand) (listing, error) { return listWorkloads(), nil }},
	{"experiments", func(c *listCommand) (listing, error) { return listExperiments(c.Configs) }},
	{"charts", func(*listCommand) (listing, error) { return listCharts(), nil }},
	{"columns", func(*listCommand) (listing, error) { return listColumns(), nil }},
	{"formats", func(*listCommand) (listing, error) { return listFormats(), nil }},
	{"keys", func(*listCommand) (listing, error) { return listKeys(), nil }},
	{"claims", func(*listCommand) (listing, error) { return listClaims(), nil }},
}

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
		switch {
		case err != nil:
			return err
		case c.What != "everything" && c.JSON:
			return writeJSON(t, l.objects())
		case c.What != "everything":
			return l.table(t)
		case c.JSON:
			everything[what.name] = l.objects()
			continue
		}
		fmt.Fprintf(t.out, "# %s\n\n", what.name)
		if err := l.table(t); err != nil {
			return err
		}
		fmt.Fprintln(t.out)
	}
	if c.JSON {
		return writeJSON(t, everything)
	}
	return nil
}

func listWorkloads() listing {
	l := listing{columns: []string{"workload", "summary"}}
	for _, name := range workload.All() {
		l.rows = append(l.rows, []string{name, workload.Describe(name)})
	}
	return l
}

func listKeys() listing {
	l := listing{columns: []string{"key", "value", "default", "meaning"}}
	for _, k := range config.Keys() {
		l.rows = append(l.rows, []string{k.Name, k.Type, k.Default, k.Doc})
	}
	return l
}

func listCharts() listing {
	l := listing{columns: []string{"chart", "shows"}}
	for _, c := range captions {
		l.rows = append(l.rows, []string{c.name, c.text})
	}
	return l
}

// listColumns lists the columns of the tables.
func listColumns() listing {
	l := listing{columns: []string{"column", "unit", "what it is"}}
	for _, c := range page.Columns() {
		l.rows = append(l.rows, []string{c.Name, c.Unit, c.Doc})
	}
	return l
}

func listFormats() listing {
	return listing{columns: []string{"format", "of", "for"}, rows: [][]string{
		{"svg", "plot", "pages"}, {"png", "plot", "slides, 300 dpi"}, {"pdf", "plot", "papers"},
		{"tex", "plot", "papers: a pgfpicture to be \\input, and the table for booktabs"},
		{"table", "report, compare", "terminals and logs"}, {"markdown", "report, compare", "pull requests"},
		{"csv", "report", "programs: every figure with its range, in base units"}, {"latex", "report", "papers: booktabs"},
		{"html", "report", "a page that stands alone, charts in it"}, {"json", "compare", "programs"},
		{"trial.json", "run", "a trial's figures"}, {"timeline.csv, events.csv", "run", "a trial's buckets, and the moments of its checkpoints"},
		{"durable.hgrm", "run", "the listing of the times until a transaction was durable, by a log or by an image"},
		{"latency.hgrm, latency.hlog", "run", "HdrHistogram's percentile listing, and its log by interval"},
		{"bench.txt", "run", "benchstat"},
	}}
}

func listAlgorithms() listing {
	l := listing{columns: []string{"name", "variant_of", "consistency", "keeps_transactions_out", "copies", "needs_log", "aborts", "variable_length", "go_heap", "paper", "summary"}}
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
		l.rows = append(l.rows, []string{e.Name, e.Variant, consistency, e.Quiesces, e.Copies,
			yes(e.NeedsLog), yes(e.Aborts), yes(e.Variable), yes(e.Heap), e.Paper, e.Summary})
	}
	return l
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func listExperiments(dir string) (listing, error) {
	l := listing{columns: []string{"experiment", "trials", "minutes", "disk", "about"}}
	for _, path := range experimentsIn(dir) {
		e, err := config.Load(path, nil, known())
		if err != nil {
			return l, err
		}
		minutes, disk, trials := costs(e)
		l.rows = append(l.rows, []string{path, trials, minutes, disk, e.Info.About})
	}
	if len(l.rows) == 0 {
		return l, fmt.Errorf("no experiment in %s; name the folder with --configs", dir)
	}
	return l, nil
}

// costs are what an experiment takes: as somebody found it, or, with a ~, as it is
// estimated.
func costs(e *config.Experiment) (minutes, disk, trials string) {
	est := e.Estimate(copies)
	minutes, disk = fmt.Sprintf("~%.3g", max(1, est.Time.Round(time.Minute).Minutes())), "~"+units.Size(est.Disk)
	if x := e.Info.Expect; x.Minutes > 0 {
		minutes = fmt.Sprintf("%g", float64(x.Minutes))
	}
	if x := e.Info.Expect; x.Disk > 0 {
		disk = units.Size(int64(x.Disk))
	}
	return minutes, disk, strconv.Itoa(est.Trials)
}

func (l listing) objects() []map[string]string {
	var objects []map[string]string
	for _, row := range l.rows {
		o := map[string]string{}
		for i, name := range l.columns {
			o[name] = row[i]
		}
		objects = append(objects, o)
	}
	return objects
}

func writeJSON(t terminal, v any) error {
	enc := json.NewEncoder(t.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func (l listing) table(t terminal) error {
	var b strings.Builder
	table := tablewriter.NewTable(&b, tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAlignment(tw.AlignLeft), tablewriter.WithRowAlignment(tw.AlignLeft),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.BorderNone, Symbols: tw.NewSymbols(tw.StyleASCII),
			Settings: tw.Settings{Separators: tw.Separators{BetweenColumns: tw.Off}},
		})),
		tablewriter.WithPadding(tw.Padding{Right: "  ", Overwrite: true}))
	head := make([]any, len(l.columns))
	for i, c := range l.columns {
		head[i] = strings.ReplaceAll(c, "_", " ")
	}
	table.Header(head...)
	if err := table.Bulk(l.rows); err != nil {
		return err
	}
	if err := table.Render(); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(t.out, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

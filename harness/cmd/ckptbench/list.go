package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"ckptbench/algorithms"
	"ckptbench/harness/config"
	"ckptbench/workload"
)

type listCommand struct {
	What    string `arg:"" default:"algorithms" enum:"algorithms,workloads,experiments,keys" help:"algorithms, workloads, experiments or keys."`
	JSON    bool   `help:"As JSON."`
	Configs string `default:"configs" help:"Folder of the experiments."`
}

// A listing is a table with a name for each column.
type listing struct {
	columns []string
	rows    [][]string
}

func (c *listCommand) Run(t terminal) error {
	var l listing
	var err error
	switch c.What {
	case "algorithms":
		l = listAlgorithms()
	case "workloads":
		l.columns = []string{"workload", "summary"}
		for _, name := range workload.Names() {
			l.rows = append(l.rows, []string{name, workload.Describe(name)})
		}
	case "experiments":
		l, err = listExperiments(c.Configs)
	case "keys":
		l.columns = []string{"key", "value", "default", "meaning"}
		for _, k := range config.Keys() {
			l.rows = append(l.rows, []string{k.Name, k.Type, k.Default, k.Doc})
		}
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return l.json(t)
	}
	return l.table(t)
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
	l := listing{columns: []string{"experiment", "about"}}
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return l, err
	}
	more, err := filepath.Glob(filepath.Join(dir, "*", "*.yaml"))
	if err != nil {
		return l, err
	}
	for _, path := range append(paths, more...) {
		e, err := config.Load(path, nil, known())
		if err != nil {
			return l, err
		}
		l.rows = append(l.rows, []string{path, e.Info.About})
	}
	if len(l.rows) == 0 {
		return l, fmt.Errorf("no experiment in %s; name the folder with --configs", dir)
	}
	return l, nil
}

func (l listing) json(t terminal) error {
	var objects []map[string]string
	for _, row := range l.rows {
		o := map[string]string{}
		for i, name := range l.columns {
			o[name] = row[i]
		}
		objects = append(objects, o)
	}
	enc := json.NewEncoder(t.out)
	enc.SetIndent("", "  ")
	return enc.Encode(objects)
}

func (l listing) table(t terminal) error {
	table := tablewriter.NewTable(t.out, tablewriter.WithHeaderAutoFormat(tw.Off),
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
	return table.Render()
}

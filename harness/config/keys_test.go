package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"ckptbench/workload"
)

// The table of keys is complete: it has the yaml tags of the structs, in their
// order and no others.
func TestKeysAreTheStruct(t *testing.T) {
	var want []string
	tags(reflect.TypeFor[Experiment](), "", &want)
	var got []string
	for _, k := range Keys() {
		got = append(got, k.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table has\n%q\nthe struct has\n%q", got, want)
	}
}

func tags(s reflect.Type, prefix string, names *[]string) {
	for f := range s.Fields() {
		tag, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			tags(f.Type, prefix, names)
		case tag == "":
		case f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[Rate]() && f.Type != reflect.TypeFor[Seed]() &&
			f.Type != reflect.TypeFor[Scale]() && f.Type != reflect.TypeFor[workload.Span]() &&
			f.Type != reflect.TypeFor[Sizes]():
			tags(f.Type, prefix+tag+".", names)
		default:
			*names = append(*names, prefix+tag)
		}
	}
}

func TestKeyDocs(t *testing.T) {
	for _, k := range Keys() {
		if k.Type == "" || !strings.HasSuffix(k.Doc, ".") {
			t.Errorf("%+v lacks a type or a sentence", k)
		}
	}
	if _, err := (workload.Spec{Name: defaultPreset}).Resolve(); err != nil {
		t.Errorf("the default preset does not resolve: %v", err)
	}
}

// Every key can be set, to something that is not its default, and the value
// arrives in the field that the struct gives that name.
func TestEveryKeyIsSettable(t *testing.T) {
	values := map[string]string{
		"experiment.name": "other", "experiment.about": "why", "experiment.paper": "CALC",
		"experiment.expect.minutes": "7", "experiment.expect.disk": "3GiB", "experiment.expect.notes": "n",
		"algorithms": "calc,none", "scale": "0.5 applied", "records": "2M", "record_size": "20B-256B", "large.share": "0.02",
		"large.size": "100KB-2MB", "index": "hash", "locks": "nowait",
		"workers": "3", "huge_pages": "true",
		"workload.name": "calc", "workload.read": "0.25", "workload.update": "0.25", "workload.write": "0.25",
		"workload.rmw": "0.25", "workload.insert": "0.25", "workload.delete": "0.25", "workload.scan": "0.25",
		"workload.keys": "4", "workload.mix": "constant-sum", "workload.warehouses": "7", "workload.put": "find",
		"workload.row_size": "44-104", "workload.page_size": "8KiB", "workload.passes": "5",
		"workload.updates_per_tick": "55", "workload.field_distribution": "zipf", "workload.distribution": "hotspot",
		"workload.theta":        "0.5",
		"workload.hot_fraction": "0.1", "workload.hot_share": "0.7", "workload.key_order": "ordered",
		"workload.fields": "5", "workload.max_scan": "50", "workload.scan_distribution": "zipf",
		"workload.abort": "0.1", "workload.long.share": "0.01", "workload.long.keys": "77", "workload.long.every": "3s",
		"workload.long.hold": "3s", "workload.long.apart": "0.02",
		"rate": "70%", "rate_of": "own",
		"memory_budget": "64MiB", "arrivals": "fixed", "duration": "33s", "warmup": "1s", "bucket": "50ms",
		"checkpoint.first": "1s", "checkpoint.interval": "7s", "checkpoint.count": "3", "checkpoint.streams": "2",
		"checkpoint.disk_rate": "5MiB/s", "checkpoint.sink": "discard", "checkpoint.direct": "false", "checkpoint.dir": "/d",
		"checkpoint.collapse": "3", "checkpoint.collapse_base": "false", "checkpoint.collapse_rate": "7MiB/s",
		"wal": "sync", "durability": "checkpoint", "verify": "full", "verify_duration": "4s", "verify_records": "200k",
		"recover": "false", "restore": "rows", "keep_images": "true",
		"trials": "2", "pair.most": "9", "pair.least": "3", "pair.until": "0.02", "pair.slice": "20ms", "pair.lead": "7ms",
		"pair.quads": "8", "seed": "9", "matrix": "{wal: [async, sync]}",
		"figures": "[{name: a, chart: sweep}]",
	}
	// What a value needs beside it.
	with := map[string][]string{
		"workload.theta":        {"workload.distribution=zipf"},
		"workload.hot_fraction": {"workload.distribution=hotspot"},
		"workload.hot_share":    {"workload.distribution=hotspot"},
		"workload.key_order":    {"workload.distribution=zipf"},
		"checkpoint.sink":       {"recover=false"},
		"arrivals":              {"rate=10k/s"},
		"rate_of":               {"rate=10%"},
		"memory_budget":         {"algorithms=push"},
		"restore":               {"algorithms=pagestore"},
		"durability":            {"algorithms=none,calc"},
	}
	beside := func(key string) []string {
		switch {
		case key == "workload.name":
			return nil
		case key == "workload.mix":
			return []string{"workload.name=smallbank"}
		case key == "workload.warehouses":
			return []string{"workload.name=tpcc"}
		case key == "workload.put", key == "workload.row_size", key == "workload.page_size", key == "workload.passes":
			return []string{"workload.name=bulk", "algorithms=none"}
		case key == "workload.updates_per_tick":
			return []string{"workload.name=ticks"}
		case key == "workload.read":
			return []string{"workload.update=0.75"}
		case isShareOfMix(key):
			return []string{"workload.read=0.75"}
		}
		return append([]string{"workload.read=1"}, with[key]...)
	}
	for _, k := range Keys() {
		v, ok := values[k.Name]
		if !ok || v == k.Default {
			t.Errorf("%s: the test has no value that is not the default", k.Name)
			continue
		}
		e, untouched := parse(t, "{}"), parse(t, "{}")
		sets := beside(k.Name)
		if err := e.Set(append(sets, k.Name+"="+v)...); err != nil {
			t.Errorf("%s: %v", k.Name, err)
			continue
		}
		if r := rowOf(k.Name); r.at != nil {
			if text, _ := r.at(e.view()).MarshalText(); string(text) != v {
				t.Errorf("%s reads %q, was set to %q", k.Name, text, v)
			}
		}
		if !isShareOfMix(k.Name) { // they are right only together
			if err := untouched.Set(sets...); err != nil {
				t.Errorf("beside %s: %v", k.Name, err)
			}
		}
		path := strings.Split(k.Name, ".")
		if got := fieldOf(reflect.ValueOf(*e), path); reflect.DeepEqual(got, fieldOf(reflect.ValueOf(*untouched), path)) {
			t.Errorf("%s: its field stays %v", k.Name, got)
		}
	}
}

func isShareOfMix(key string) bool {
	var names []string
	tags(reflect.TypeFor[workload.Mix](), "workload.", &names)
	return slices.Contains(names, key)
}

// fieldOf follows yaml tags to the value.
func fieldOf(v reflect.Value, path []string) any {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			if got := fieldOf(v.Field(i), path); got != nil {
				return got
			}
		case tag == path[0] && len(path) > 1:
			return fieldOf(v.Field(i), path[1:])
		case tag == path[0]:
			return v.Field(i).Interface()
		}
	}
	return nil
}

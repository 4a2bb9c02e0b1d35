package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"ckptbench/harness/config/ycsbfile"
)

// Parse reads one experiment. The name is its file's: messages carry it, and
// its stem names the experiment unless the file does. The error is Problems,
// with everything that is wrong.
func Parse(name string, data []byte, known Known) (*Experiment, error) {
	return read(name, data, nil, known)
}

// Load reads the file at path and lays sets, each key=value, over it. The
// error is Problems, or that of the file system.
func Load(path string, sets []string, known Known) (*Experiment, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return read(path, data, sets, known)
}

// Set lays values over the experiment, each key=value with any key of the file,
// dotted, and as strict. A list is written [a, b] or a,b, of algorithms also all
// or default; matrix.KEY=a,b sweeps a key, setting a swept key ends its sweep, and matrix={} ends them all. The
// experiment is validated when all are set; on an error, which is Problems, it
// stays as it was.
func (e *Experiment) Set(sets ...string) error {
	r := reader{file: e.file, settings: e.settings.clone()}
	for _, s := range sets {
		r.set(s)
	}
	changed, err := build(e.file, r.settings, e.known, r.problems)
	if err != nil {
		return err
	}
	changed.data, changed.foreign, changed.notes = e.data, e.foreign, e.notes
	*e = *changed
	return nil
}

// read reads a file in either format and lays sets over it. It returns Problems, with all
// faults of the file, where there are any.
func read(name string, data []byte, sets []string, known Known) (*Experiment, error) {
	if ycsbfile.Is(name, data[:min(len(data), maxFile)]) {
		return readForeign(name, data, sets, known)
	}
	root, problems := decodeYAML(name, data)
	r := reader{file: name, settings: settings{keys: map[string]setting{}}, problems: problems}
	switch {
	case root.kind == mapping:
		r.mapping("", root)
	case len(problems) == 0:
		r.report(place{file: name, line: root.line}, `is %s: an experiment is a mapping of keys, as in "records: 1M"`,
			root.kind)
	}
	for _, s := range sets {
		r.set(s)
	}
	e, err := build(name, r.settings, known, r.problems)
	if err != nil {
		return nil, err
	}
	e.data = data
	return e, nil
}

// readForeign reads one of YCSB's workload files.
func readForeign(name string, data []byte, sets []string, known Known) (*Experiment, error) {
	w, problems := ycsbfile.Read(name, data, ycsbfile.Limits{
		Bytes: maxFile, Records: maxRecords, RecordSize: maxRecordSize,
		OwnKey: func(key string) bool { return rowOf(key) != nil || isGroup(key) },
	})
	r := reader{file: name, settings: settings{keys: map[string]setting{}}}
	for _, p := range problems {
		r.problems = append(r.problems, Problem{File: name, Line: p.Line, Text: p.Text})
	}
	for _, s := range w.Settings {
		r.settings.put(s.Key, setting{place{file: name, line: s.Line}, value{text: s.Text, line: s.Line}})
	}
	for _, text := range sets {
		r.set(text)
	}
	e, err := build(name, r.settings, known, r.problems)
	if err != nil {
		return nil, err
	}
	e.data, e.foreign, e.notes = data, true, w.Notes
	return e, nil
}

// Notes say what of a foreign file means nothing here, or what else to know of
// it; a configuration in YAML has none.
func (e *Experiment) Notes() []string { return e.notes }

// Given is e's configuration for the results. It is the file as it was read, without the
// keys that Set changed. A file that is not YAML stands in comments, before the YAML that
// it was read as.
// The caller must not change it.
func (e *Experiment) Given() ([]byte, error) {
	if !e.foreign {
		return e.data, nil
	}
	resolved, err := e.Resolved()
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s, a workload file of YCSB's:\n#\n", filepath.Base(e.file))
	for line := range strings.Lines(string(e.data)) {
		b.WriteString("#   " + strings.Map(commented, strings.TrimRight(line, " \t\r\n")) + "\n")
	}
	b.WriteString("\n# Read as:\n\n")
	b.Write(resolved)
	return []byte(b.String()), nil
}

// commented keeps what may stand in a comment of YAML.
func commented(r rune) rune {
	if r != '\t' && !unicode.IsPrint(r) || r == unicode.ReplacementChar {
		return '?'
	}
	return r
}

// A reader takes values out of a file or a --set and files them under their
// keys. What they say is not its business.
type reader struct {
	file     string
	override string // the --set being read, which wins over what is there
	settings settings
	problems Problems
}

// report notes a problem.
func (r *reader) report(at place, format string, args ...any) {
	r.problems = append(r.problems, at.problem(format, args...))
}

// set reads key=value.
func (r *reader) set(text string) {
	at := place{set: text}
	key, raw, ok := strings.Cut(text, "=")
	key = strings.TrimSpace(key)
	if !ok || key == "" {
		r.report(at, "write key=value")
		return
	}
	// A single value is taken as it stands, so that no text needs quoting twice.
	v := value{text: raw}
	if known := rowOf(key); known == nil || known.at == nil {
		var problems Problems
		if v, problems = decodeFlow(at, raw); len(problems) > 0 {
			r.problems = append(r.problems, problems...)
			return
		}
	}
	path := strings.Split(key, ".")
	if swept, ok := strings.CutPrefix(key, matrixKey+"."); ok {
		path = []string{matrixKey, swept}
	}
	if key == algorithmsKey && v.text != allAlgorithms && v.text != defaultAlgorithms ||
		path[0] == matrixKey && len(path) > 1 {
		v = commas(v)
	}
	root := value{kind: mapping}
	root.add(path, v)
	r.override = text
	r.mapping("", root)
	r.override = ""
}

// commas makes a list of a,b.
func commas(v value) value {
	if v.kind != scalar {
		return v
	}
	l := value{kind: list}
	for _, item := range strings.Split(v.text, ",") {
		l.items = append(l.items, value{text: strings.TrimSpace(item)})
	}
	return l
}

// mapping files the entries of a mapping, whose own key and a dot are prefix.
// The matrix comes last, wherever it stands: it has to know what else is given.
func (r *reader) mapping(prefix string, v value) {
	isMatrix := func(e entry) bool { return prefix+e.key == matrixKey }
	if i := slices.IndexFunc(v.entries, isMatrix); i >= 0 {
		m := v.entries[i]
		v.entries = append(slices.Delete(slices.Clone(v.entries), i, i+1), m)
	}
	for _, entry := range v.entries {
		key, at := prefix+entry.key, place{file: r.file, line: entry.line, set: r.override}
		switch given := entry.value; {
		case key == schemaKey && r.override == "":
			// It is for editors.
		case strings.Contains(entry.key, ".") || rowOf(key) == nil && !isGroup(key):
			r.report(at, "%s", unknownKey(prefix, entry.key))
		case given.kind == null:
			r.report(at, "%s has no value: give one or remove the line", key)
		case key == matrixKey:
			r.matrix(at, given)
		case rowOf(key) != nil:
			r.settings.put(key, setting{at, given})
		case given.kind != mapping:
			r.report(at, "%s is %s: it takes keys of its own (%s)", key, given.kind, strings.Join(childrenOf(key+"."), ", "))
		default:
			r.mapping(key+".", given)
		}
	}
}

// matrix files the sweeps. In a file a key is either given or swept; a --set
// changes which.
func (r *reader) matrix(at place, v value) {
	if v.kind != mapping {
		r.report(at, "matrix is %s: it takes keys, each with the list of its values, as in workload.theta: [0, 0.99]", v.kind)
		return
	}
	if r.override != "" && len(v.entries) == 0 {
		r.settings.sweeps = nil
	}
	for _, entry := range v.entries {
		at := place{file: r.file, line: entry.line, set: r.override}
		given, both := r.settings.keys[entry.key]
		switch row := rowOf(entry.key); {
		case row == nil && isGroup(entry.key):
			r.report(at, `matrix: %s is no single value: name its keys with dots, as in "%s.%s: [...]"`,
				entry.key, entry.key, childrenOf(entry.key + ".")[0])
		case row == nil:
			r.report(at, "matrix: %s", unknownKey("", entry.key))
		case !row.sweepable():
			r.report(at, "matrix: %s cannot be swept: it is the same for all of an experiment", entry.key)
		case both && given.at.set == "" && r.override == "":
			r.report(at, "matrix: %s is given on line %d as well: remove one of them", entry.key, given.at.line)
		default:
			r.settings.sweep(entry.key, setting{at, entry.value})
		}
	}
}

// schemaKey names, in a file, the JSON Schema that editors hold it against.
const schemaKey = "$schema"

// stemOf is a file's name without directories and extension.
func stemOf(file string) string {
	base := filepath.Base(file)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

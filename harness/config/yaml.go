package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	// All YAML is in this file: gopkg.in/yaml.v3 is archived, and its maintained
	// successor go.yaml.in/yaml/v3 is a change of this line.
	"gopkg.in/yaml.v3"
)

// maxFile bounds what is read as a configuration, in bytes.
const maxFile = 256 << 10

// decodeYAML reads the one document of data. It reports all that it finds wrong
// with it; with any problem the value is not to be used.
//
// Note: the decoder fills no struct here. Its strictness ends at the first type
// with its own UnmarshalYAML, it cuts 1.5 to 1, takes 010 for 8, and ignores a
// second document; the node tree has the text as it was written.
func decodeYAML(file string, data []byte) (value, Problems) {
	where := place{file: file}
	if len(data) > maxFile {
		return value{}, Problems{where.problem("has %d bytes: a configuration has at most %d", len(data), maxFile)}
	}
	if line := notText(data); line > 0 {
		where.line = line
		return value{}, Problems{where.problem("is not text in UTF-8 from here on: save it as that")}
	}
	// The library refuses the directive of the version that it reads, and no value here has another meaning in it.
	data = directive.ReplaceAll(data, []byte("${1}%YAML 1.1"))
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) || err == nil && blank(&doc) {
		return value{}, Problems{where.problem(`is empty: an experiment has at least one key, as in "records: 1M"`)}
	}
	if err != nil {
		return value{}, Problems{syntaxProblem(where, data, err)}
	}
	c := converter{file: file}
	root := c.convert(doc.Content[0])
	var second yaml.Node
	switch err := dec.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		c.problems = append(c.problems, syntaxProblem(where, data, err))
	default:
		c.report(second.Line, "a second document starts here: one file is one experiment")
	}
	return root, c.problems
}

// decodeFlow reads the right side of --set key=value.
func decodeFlow(where place, text string) (value, Problems) {
	var doc yaml.Node
	err := yaml.Unmarshal([]byte(text), &doc)
	if err != nil {
		return value{}, Problems{
			where.problem("the value is not valid YAML: %s", syntaxLine.ReplaceAllString(err.Error(), "")),
		}
	}
	if doc.Kind == 0 {
		return value{kind: null}, nil
	}
	c := converter{set: where.set}
	return c.convert(doc.Content[0]), c.problems
}

// blank tells whether a document holds nothing but an unwritten null.
func blank(doc *yaml.Node) bool {
	return len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null" && doc.Content[0].Value == ""
}

var (
	syntaxLine = regexp.MustCompile(`^yaml: (line (\d+): )?`)
	leadingTab = regexp.MustCompile(`^[ \t]*\t`)
	directive  = regexp.MustCompile(`\A(\x{FEFF}?(?:[ \t]*(?:#[^\n]*)?\n)*)%YAML 1\.2`)
)

// notText is the first line of data that is not UTF-8; 0: all of it is.
func notText(data []byte) int {
	n := 1
	for line := range bytes.Lines(data) {
		if !utf8.Valid(line) {
			return n
		}
		n++
	}
	return 0
}

// tabbed is the first line that a tab indents, and whether the tabs are what is wrong: with
// blanks in their place the file is YAML. Within a block of text a tab is allowed.
func tabbed(data []byte) (line int, wrong bool) {
	lines := strings.Split(string(data), "\n")
	for i, text := range lines {
		if leadingTab.MatchString(text) && strings.TrimSpace(text) != "" {
			if line == 0 {
				line = i + 1
			}
			rest := strings.TrimLeft(text, " \t")
			lines[i] = strings.ReplaceAll(text[:len(text)-len(rest)], "\t", "  ") + rest
		}
	}
	var doc yaml.Node
	return line, line > 0 && yaml.Unmarshal([]byte(strings.Join(lines, "\n")), &doc) == nil
}

// syntaxProblem says where a file stops being YAML. The line that the parser
// names can be one off; a tab, the usual cause, is looked up.
func syntaxProblem(where place, data []byte, err error) Problem {
	tab, wrong := tabbed(data)
	if wrong || tab > 0 && strings.Contains(err.Error(), "cannot start any token") {
		where.line = tab
		return where.problem("indented with a tab: YAML takes spaces only")
	}
	text := syntaxLine.ReplaceAllString(err.Error(), "")
	if m := syntaxLine.FindStringSubmatch(err.Error()); m != nil && m[2] != "" {
		where.line, _ = strconv.Atoi(m[2])
		return where.problem("not valid YAML here or on the next line: %s", text)
	}
	if strings.Contains(text, "incompatible YAML document") {
		return where.problem("has a %%YAML line of a version that is not read here: remove the line")
	}
	where.line = 1 // the only one that the parser does not name
	return where.problem("not valid YAML here: %s", text)
}

// A converter turns the library's nodes into values.
type converter struct {
	file, set string
	problems  Problems
}

// report notes a problem at a line.
func (c *converter) report(line int, format string, args ...any) {
	c.problems = append(c.problems, place{file: c.file, line: line, set: c.set}.problem(format, args...))
}

// convert refuses what a configuration has no need of and which would let its
// text differ from what it says: anchors, aliases, merges and tags.
func (c *converter) convert(n *yaml.Node) value {
	switch {
	case n.Kind == yaml.AliasNode:
		c.report(n.Line, "aliases (*%s) are not supported: write the value out", n.Value)
		return value{kind: refused}
	case n.Anchor != "":
		c.report(n.Line, "anchors (&%s) are not supported: write the value out where it is used", n.Anchor)
	case n.Style&yaml.TaggedStyle != 0:
		c.report(n.Line, "tags (%s) are not supported: remove it", n.Tag)
	}
	v := value{line: n.Line, text: n.Value}
	switch n.Kind {
	case yaml.MappingNode:
		v.kind = mapping
		v.entries = c.entries(n)
	case yaml.SequenceNode:
		v.kind = list
		for _, item := range n.Content {
			if converted := c.convert(item); converted.kind != refused {
				v.items = append(v.items, converted)
			}
		}
	default:
		if n.ShortTag() == "!!null" {
			v.kind = null
		}
	}
	return v
}

// entries converts a mapping; each key may stand once.
func (c *converter) entries(n *yaml.Node) []entry {
	var entries []entry
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		switch line, seen := first[k.Value]; {
		case k.Kind != yaml.ScalarNode:
			c.report(k.Line, "a key must be a name, not a list, a mapping or an alias")
			continue
		case k.ShortTag() == "!!merge":
			c.report(k.Line, "merges (<<) are not supported: write the keys out")
			continue
		case seen:
			c.report(k.Line, "duplicate key %q: it is on line %d already", k.Value, line)
			continue
		}
		first[k.Value] = k.Line
		if v := c.convert(n.Content[i+1]); v.kind != refused {
			entries = append(entries, entry{key: k.Value, line: k.Line, value: v})
		}
	}
	return entries
}

// encodeYAML writes a mapping, its entries in their order.
func encodeYAML(v value) ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	err := enc.Encode(v.node())
	if err == nil {
		err = enc.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("write the configuration as YAML: %w", err)
	}
	return b.Bytes(), nil
}

// plainText is what can be written in YAML without quotes.
var plainText = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.%/-]*$`)

// What readers of YAML 1.1 or 1.2 take for something else than a text.
var (
	otherwise   = regexp.MustCompile(`(?i)^(null|y|n|yes|no|on|off)$`)
	word        = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]*$`)
	booleanWord = regexp.MustCompile(`(?i)^(true|false)$`)
	exponential = regexp.MustCompile(`^([0-9]+)e([+-]?[0-9]+)$`)
)

// pointed is a number with the point that YAML 1.1 wants before an exponent: 1.0e-20.
func pointed(text string) string { return exponential.ReplaceAllString(text, "${1}.0e${2}") }

// likeNumber reports whether a text reads like a number, a date or a boolean.
func likeNumber(text string) bool { return !word.MatchString(text) || booleanWord.MatchString(text) }

// node turns a value back to YAML, for the resolved configuration.
func (v value) node() *yaml.Node {
	switch v.kind {
	case mapping:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, e := range v.entries {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: e.key}, e.value.node())
		}
		return n
	case list:
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range v.items {
			n.Content = append(n.Content, item.node())
		}
		return n
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: v.text}
	if !plainText.MatchString(v.text) || otherwise.MatchString(v.text) || v.words && likeNumber(v.text) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

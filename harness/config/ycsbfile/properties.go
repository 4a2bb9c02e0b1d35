package ycsbfile

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A property is a line of a Java property file.
type property struct {
	key, value string
	line       int // 1-based; of the first of the lines that make it
}

// nameLetters are those that a property's name may have.
const nameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

// Is tells whether a file is one of YCSB's workloads rather than a
// configuration in YAML: it ends in .properties, or it does not end in .yaml or .yml and the
// first line that tells has = before any colon, or one of YCSB's names before a colon or blank.
func Is(name string, data []byte) bool {
	switch s := strings.ToLower(name); {
	case strings.HasSuffix(s, ".yaml") || strings.HasSuffix(s, ".yml"):
		return false
	case strings.HasSuffix(s, ".properties"):
		return true
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	for line := range strings.Lines(strings.ReplaceAll(string(data), "\r", "\n")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		i := strings.IndexAny(line, "=:")
		if i > 0 && line[i] == '=' {
			return strings.Trim(line[:i], nameLetters+"\\ \t") == ""
		}
		key, _, _ := cutProperty(line)
		switch {
		case key == "workload": // a key of both
		case isKnown(key):
			return true
		default:
			return false
		}
	}
	return false
}

// isKnown tells whether YCSB has a property of that name.
func isKnown(key string) bool {
	_, idle := idle[key]
	return idle || slices.Contains(keys, key) ||
		slices.ContainsFunc(fixed, func(f struct{ key, want, why string }) bool { return f.key == key })
}

// byteOrderMark begins files that some editors write.
const byteOrderMark = "\ufeff"

// decode reads a property file as java.util.Properties does: comments
// begin with # or !, a key ends at =, : or blank, a backslash at a line's end
// continues it. Blanks at a value's end, which Java keeps, are cut. A key may
// stand once, where Java would take the last without a word.
func decode(data []byte, most int) (ps []property, problems []Problem) {
	if len(data) > most {
		return nil, []Problem{{Text: fmt.Sprintf("has %d bytes: a workload has at most %d", len(data), most)}}
	}
	first := map[string]int{}
	text := strings.TrimPrefix(string(data), byteOrderMark)
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	for i := 0; i < len(lines); i++ {
		line := i + 1
		text := strings.TrimLeft(lines[i], " \t\f")
		if text == "" || text[0] == '#' || text[0] == '!' {
			continue
		}
		for continued(text) && i+1 < len(lines) {
			i++
			text = text[:len(text)-1] + strings.TrimLeft(lines[i], " \t\f")
		}
		key, value, err := cutProperty(text)
		switch before, twice := first[key]; {
		case err != "":
		case key == "":
			err = fmt.Sprintf("%q has no name before it", cut(text))
		case twice:
			err = fmt.Sprintf("%s is on line %d already", cut(key), before)
		default:
			first[key] = line
			ps = append(ps, property{key, value, line})
		}
		if err != "" {
			problems = append(problems, Problem{line, err})
		}
	}
	return ps, problems
}

// continued tells whether a line ends in an odd number of backslashes.
func continued(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// cutProperty cuts a whole line at its first separator that is not escaped.
func cutProperty(text string) (key, value, bad string) {
	end := 0
	for end < len(text) && !strings.ContainsRune("=: \t\f", rune(text[end])) {
		if text[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end, len(text))
	rest := strings.TrimLeft(text[end:], " \t\f")
	if rest != "" && (rest[0] == '=' || rest[0] == ':') {
		rest = rest[1:]
	}
	key, bad = unescapeProperty(text[:end])
	if bad == "" {
		value, bad = unescapeProperty(strings.TrimSpace(rest))
	}
	return key, value, bad
}

// unescapeProperty takes backslashes out.
func unescapeProperty(s string) (text, bad string) {
	if !utf8.ValidString(s) {
		return "", "is not text in UTF-8"
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			break // the file ends in a backslash
		}
		switch c := s[i]; c {
		case 't':
			b.WriteByte('\t')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 'f':
			b.WriteByte('\f')
		case 'u':
			code, err := strconv.ParseUint(s[i+1:min(i+5, len(s))], 16, 16)
			if err != nil || i+5 > len(s) {
				return "", `has \u without four hexadecimal digits`
			}
			b.WriteRune(rune(code))
			i += 4
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

package config

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Pieces of patterns, as parseDecimal, splitUnit and time.ParseDuration read them.
const (
	digitsText  = `[0-9]+(_[0-9]+)*`
	wholeText   = `(0|[1-9][0-9]*(_[0-9]+)*)`
	decimalText = `\+?(` + wholeText + `(\.(` + digitsText + `)?)?|\.` + digitsText + `)`
	numberText  = decimalText + `([eE][+-]?[0-9]{1,2})?`
	powerText   = `[eE]\+?[0-9]{1,2}` // of what is whole
	smallText   = `[eE]-[0-9]{1,2}`   // of what is at most one
	partText    = `(\+?(0?\.` + digitsText + `|0\.?|1(\.0*)?)|` + decimalText + smallText + `)`
	percentText = `(\+?([1-9]?[0-9](\.(` + digitsText + `)?)?|\.` + digitsText + `|100(\.0*)?)|` + decimalText +
		smallText + `) ?%`
	durationText = `\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+`
	zeroText     = `\+?(0(\.0*)?|\.0+)`
)

// timesText is a number that is whole times a power of ten: it has so many decimals at most, or
// a power, of which Parse says whether that is enough.
func timesText(decimals int) string {
	n := strconv.Itoa(decimals)
	return `(\+?(` + wholeText + `(\.[0-9]{0,` + n + `}0*)?|\.[0-9]{1,` + n + `}0*)|\+?` + wholeText +
		`(\.[0-9]*)?` + powerText + `)`
}

// wholes is a number that is whole as it stands.
func wholes() string { return `\+?` + wholeText + `(\.0*|(\.[0-9]*)?` + powerText + `)?` }

// countText is a count, as parseCount reads it.
func countText() string {
	return `(` + wholes() + ` ?|` + timesText(3) + ` ?[kK]|` + timesText(6) + ` ?M|` + timesText(9) + ` ?G)`
}

// sizeText is a size, as parseSize reads it. Which decimals a power of two takes up is for Parse
// to say.
func sizeText() string {
	return `(` + wholes() + ` ?B?|` + timesText(3) + ` ?[kK]B|` + timesText(6) + ` ?MB|` + timesText(9) + ` ?GB|` +
		timesText(12) + ` ?TB|` + timesText(40) + ` ?[KMGT]iB)`
}

// typePatterns are the parts of a KeyDoc's Type that stand for more than themselves, as patterns
// of JSON Schema. Whatever is not there is a word to be written as it is.
//
// Note: the patterns say what a value looks like; whether it makes sense beside
// others (shares that add up) is for Parse, with better messages. A schema sees numbers and not
// how they are written: hexadecimal ones, and those with zeros before them, only Parse refuses.
func typePatterns() map[string]any {
	flag := func(v bool, words ...any) any { return object("enum", append(words, v)) }
	amount := object("type", "number", "minimum", 0)
	word := object("type", []any{"string", "number", "boolean"})
	return map[string]any{
		"count":         anyOf(integer(), pattern(countText())),
		"size":          anyOf(integer(), pattern(sizeText())),
		"size-size":     pattern(sizeText() + `-` + sizeText()),
		"size/s":        pattern(sizeText() + `/s`),
		"count/s":       anyOf(integer(), pattern(countText()+`( txn)?(/s)?`)),
		"percent":       pattern(numberText + ` ?%`),
		"bytes":         integer(),
		"low-high":      pattern(wholes() + `(-` + wholes() + `)?`),
		"duration":      anyOf(object("const", 0), pattern(durationText+`|`+zeroText)),
		"share":         anyOf(object("type", "number", "minimum", 0, "maximum", 1), pattern(partText+` ?|`+percentText)),
		"share applied": pattern(`(` + partText + ` ?|` + percentText + `) applied`),
		"number":        anyOf(amount, pattern(numberText)),
		"whole number":  anyOf(integer(), pattern(wholes())),
		"true":          flag(true, "true", "True", "TRUE"),
		"false":         flag(false, "false", "False", "FALSE"),
		"name":          anyOf(amount, object("type", "boolean"), pattern(`[A-Za-z0-9][A-Za-z0-9._-]{0,99}`)),
		"text":          word,
		"path":          word,
	}
}

// atLeastOne are the keys of which 0 is refused, beside those whose field says so.
var atLeastOne = []string{"records", "trials", "record_size", "duration", "bucket", "scale", "checkpoint.disk_rate",
	"checkpoint.collapse_rate", "rate", "workload.row_size"}

// zeros are the values that are 0, however they are written.
func zeros() any {
	return object("not", anyOf(object("const", 0), object("type", "string", "pattern", `^\+?[0._]+ ?([%A-Za-zµμ/ ]*)$`)))
}

// integer is the schema of a number without a unit.
func integer() map[string]any {
	return object("type", "integer", "minimum", 0, "maximum", uint64(math.MaxUint64))
}

// pattern is the schema of a text that matches p as a whole.
func pattern(p string) any { return object("type", "string", "pattern", "^("+p+")$") }

// anyOf is the schema of what matches one of schemas.
func anyOf(schemas ...any) map[string]any { return object("anyOf", schemas) }

// object makes a JSON object of names and values in turn.
func object(pairs ...any) map[string]any {
	o := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i].(string)] = pairs[i+1]
	}
	return o
}

// Schema returns the JSON Schema (draft 2020-12) of a configuration, for
// editors, indented. Keys are as strict in it as in Parse.
func Schema(k Known) ([]byte, error) {
	root := object("$schema", "https://json-schema.org/draft/2020-12/schema",
		"title", "ckptbench experiment", "type", "object", "additionalProperties", false,
		"properties", map[string]any{})
	swept := map[string]any{}
	e, types := defaults("", Known{}), typePatterns()
	for i, doc := range Keys() {
		s := typeSchema(doc, k, swept, types)
		if refusesZero(&rows[i], &e) {
			s = object("allOf", []any{s, zeros()})
		}
		described := maps.Clone(s)
		described["description"] = describe(doc)
		nest(root, strings.Split(doc.Name, "."), described)
		if rows[i].sweepable() {
			swept[doc.Name] = object("type", "array", "minItems", 1, "items", s)
		}
	}
	root["properties"].(map[string]any)[schemaKey] = object("type", "string",
		"description", "Where this schema is, for editors.")
	return json.MarshalIndent(root, "", "  ")
}

// describe is the text that an editor shows for a key.
func describe(doc KeyDoc) string {
	if doc.Default == "" {
		return doc.Doc
	}
	return doc.Doc + " Default: " + strings.Trim(doc.Default, "()") + "."
}

// refusesZero tells whether 0 is no value of a key.
func refusesZero(r *row, e *Experiment) bool {
	if slices.Contains(atLeastOne, r.name) {
		return true
	}
	if r.at == nil {
		return false
	}
	_, is := r.at(e).(positive)
	return is
}

// typeSchema returns the schema of one key's value. swept are the schemas of the lists that a
// matrix may have, by key, and types those of the parts of types.
func typeSchema(doc KeyDoc, k Known, swept, types map[string]any) map[string]any {
	switch doc.Name {
	case algorithmsKey:
		list := object("type", "array", "items", object("enum", k.Names()), "uniqueItems", true, "minItems", 1)
		return anyOf(list, object("enum", []string{"all", "default"}))
	case figuresKey:
		return figuresSchema(k)
	case matrixKey:
		return object("type", "object", "properties", swept, "additionalProperties", false)
	}
	var any, words []any
	for part := range strings.SplitSeq(doc.Type, "|") {
		if s, ok := types[part]; ok {
			any = append(any, s)
		} else {
			words = append(words, part)
		}
	}
	if len(words) > 0 {
		if slices.Contains(words, "off") { // YAML 1.1 reads it as a boolean
			words = append(words, false, "false", "False", "FALSE")
		}
		any = append(any, object("enum", words))
	}
	return object("anyOf", any)
}

// figuresSchema returns the schema of the list of figures.
func figuresSchema(k Known) map[string]any {
	text := anyOf(object("type", "string"), object("type", "number"), object("type", "boolean"))
	texts := anyOf(text, object("type", "array", "minItems", 1, "items", text))
	properties := map[string]any{}
	for _, row := range figureRows() {
		switch {
		case row.name == "only":
			name := object("enum", k.Names())
			properties[row.name] = anyOf(name, object("type", "array", "minItems", 1, "items", name))
		case row.typ == mappingType:
			properties[row.name] = object("type", "object", "additionalProperties", texts)
		case row.list != nil:
			properties[row.name] = texts
		case row.truth != nil:
			properties[row.name] = object("type", "boolean")
		default:
			properties[row.name] = text
		}
		described := maps.Clone(properties[row.name].(map[string]any))
		described["description"] = row.doc
		properties[row.name] = described
	}
	return object("type", "array", "items", object("type", "object", "additionalProperties", false,
		"required", []string{"name"}, "properties", properties))
}

// nest puts a schema where its dotted name says, making the objects on the way.
func nest(o map[string]any, path []string, s any) {
	properties := o["properties"].(map[string]any)
	if len(path) == 1 {
		properties[path[0]] = s
		return
	}
	next, ok := properties[path[0]].(map[string]any)
	if !ok {
		next = object("type", "object", "additionalProperties", false, "properties", map[string]any{})
		properties[path[0]] = next
	}
	nest(next, path[1:], s)
}

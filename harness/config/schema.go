package config

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// The parts of a KeyDoc's Type that stand for more than themselves, as patterns
// of JSON Schema. Whatever is not here is a word to be written as it is.
//
// Note: the patterns say what a value looks like; whether it makes sense (a
// share of at most 1, shares that add up) is for Parse, with better messages.
var typePatterns = map[string]any{
	"count": anyOf(integer, pattern(`^[0-9][0-9_]*(\.[0-9]+)?([eE]\+?[0-9]+)?[kKMG]?$`)),
	"size":  anyOf(integer, pattern(`^[0-9][0-9_]*(\.[0-9]+)?([eE]\+?[0-9]+)? ?([KMGT]i?)?B?$`)),
	"size-size": pattern(`^[0-9][0-9_]*(\.[0-9]+)?([eE]\+?[0-9]+)? ` +
		`?([KMGT]i?)?B?-[0-9][0-9_]*(\.[0-9]+)?([eE]\+?[0-9]+)? ?([KMGT]i?)?B?$`),
	"size/s":        anyOf(integer, pattern(`^[0-9][0-9_]*(\.[0-9]+)? ?([KMGT]i?)?B(/s)?$`)),
	"count/s":       pattern(`^[0-9][0-9_]*(\.[0-9]+)?([eE]\+?[0-9]+)?[kKMG]?/s$`),
	"percent":       pattern(`^[0-9]+(\.[0-9]+)? ?%$`),
	"bytes":         integer,
	"low-high":      pattern(`^[0-9]+-[0-9]+$`),
	"duration":      anyOf(object("const", 0), pattern(`^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$`)),
	"share":         anyOf(object("type", "number", "minimum", 0, "maximum", 1), pattern(`^[0-9]+(\.[0-9]+)? ?%$`)),
	"share applied": pattern(`^[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?%? applied$`),
	"number":        object("type", "number"),
	"whole number":  integer,
	"true":          object("const", true),
	"false":         object("const", false),
	"name":          object("type", "string", "minLength", 1),
	"text":          object("type", "string"),
	"path":          object("type", "string"),
}

// integer is the schema of a number without a unit.
var integer = object("type", "integer", "minimum", 0)

// pattern is the schema of a text that matches p.
func pattern(p string) any { return object("type", "string", "pattern", p) }

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
	var swept []string
	for i, doc := range Keys() {
		s := typeSchema(doc, k, swept)
		s["description"] = describe(doc)
		nest(root, strings.Split(doc.Name, "."), s)
		if rows[i].sweepable() {
			swept = append(swept, doc.Name)
		}
	}
	return json.MarshalIndent(root, "", "  ")
}

// describe is the text that an editor shows for a key.
func describe(doc KeyDoc) string {
	if doc.Default == "" {
		return doc.Doc
	}
	return doc.Doc + " Default: " + strings.Trim(doc.Default, "()") + "."
}

// typeSchema returns the schema of one key's value. swept are the keys that a
// matrix may have.
func typeSchema(doc KeyDoc, k Known, swept []string) map[string]any {
	switch doc.Name {
	case algorithmsKey:
		list := object("type", "array", "items", object("enum", k.Names()), "uniqueItems", true)
		return anyOf(list, object("enum", []string{"all", "default"}))
	case figuresKey:
		return figuresSchema(k)
	case matrixKey:
		return object("type", "object", "propertyNames", object("enum", swept),
			"additionalProperties", object("type", "array", "minItems", 1))
	}
	var any, words []any
	for part := range strings.SplitSeq(doc.Type, "|") {
		if s, ok := typePatterns[part]; ok {
			any = append(any, s)
		} else {
			words = append(words, part)
		}
	}
	if len(words) > 0 {
		if slices.Contains(words, "off") { // YAML 1.1 reads it as a boolean
			words = append(words, false)
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

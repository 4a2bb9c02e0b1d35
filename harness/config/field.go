package config

import (
	"encoding"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"ckptbench/harness/internal/nearest"
)

// A field is one value of an Experiment as text. An empty text of MarshalText
// means that there is none.
type field interface {
	encoding.TextMarshaler
	encoding.TextUnmarshaler
}

// seconds is short for a Duration of n seconds.
func seconds(n int) Duration { return Duration(time.Duration(n) * time.Second) }

// boolean reads true and false as YAML 1.2 has them, and not 1.1's yes and on.
type boolean bool

func (b *boolean) UnmarshalText(text []byte) error {
	switch string(text) {
	case "true", "True", "TRUE":
		*b = true
	case "false", "False", "FALSE":
		*b = false
	default:
		return errors.New("is neither true nor false")
	}
	return nil
}

func (b *boolean) MarshalText() ([]byte, error) { return fmt.Append(nil, bool(*b)), nil }

// prose is any text for a person; no control characters but line breaks.
type prose string

func (p *prose) UnmarshalText(text []byte) error {
	for _, r := range string(text) {
		if unicode.IsControl(r) && r != '\n' || r == unicode.ReplacementChar {
			return fmt.Errorf("has the character %U, which is no text", r)
		}
	}
	*p = prose(text)
	return nil
}

func (p *prose) MarshalText() ([]byte, error) { return []byte(*p), nil }

// stem is a name that may be a file's.
type stem string

func (s *stem) UnmarshalText(text []byte) error {
	if len(text) == 0 || len(text) > 100 || strings.Trim(string(text), stemLetters) != "" ||
		strings.Contains("._-", string(text[:1])) {
		return errors.New("is no name for files: use up to 100 letters, digits and . _ - after the first")
	}
	if reservedName.Match(text) {
		return errors.New("ends as the folders of results that were set aside, or of shards, do: give it another name")
	}
	*s = stem(text)
	return nil
}

func (s *stem) MarshalText() ([]byte, error) { return []byte(*s), nil }

// reservedName matches the names that result folders of other experiments may have:
// NAME.before-1 and NAME.shard-1-of-2.
var reservedName = regexp.MustCompile(`\.(before(-[0-9]+)?|shard-[0-9]+-of-[0-9]+)$`)

// stemLetters are those that a name may have: it becomes a folder's.
const stemLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

// oneOf is a text out of a list.
type oneOf[S ~string] struct {
	p       *S
	allowed []S
}

// offWord is the word that YAML 1.1 has for false.
const offWord = "off"

// choice is a field that takes one of a few words.
func choice[S ~string](p *S, allowed ...S) field { return oneOf[S]{p, allowed} }

// UnmarshalText reads one of the words. What readers of YAML 1.1 made of off is off.
func (f oneOf[S]) UnmarshalText(text []byte) error {
	if s := strings.ToLower(string(text)); s == "false" && slices.Contains(f.allowed, offWord) {
		*f.p = offWord
		return nil
	}
	names := make([]string, len(f.allowed))
	for i, a := range f.allowed {
		if S(text) == a {
			*f.p = a
			return nil
		}
		names[i] = string(a)
	}
	hint := ""
	if n := nearest.Of(string(text), names); n != "" {
		hint = fmt.Sprintf(": did you mean %q?", n)
	}
	return fmt.Errorf("is not one of %s%s", strings.Join(names, ", "), hint)
}

func (f oneOf[S]) MarshalText() ([]byte, error) { return []byte(*f.p), nil }

// zeroNamed gives the zero value of a field a word of its own.
type zeroNamed struct {
	field
	word, zero string // zero is how the field itself writes it
}

func (f zeroNamed) UnmarshalText(text []byte) error {
	if string(text) == f.word {
		text = []byte(f.zero)
	}
	return f.field.UnmarshalText(text)
}

func (f zeroNamed) MarshalText() ([]byte, error) {
	text, err := f.field.MarshalText()
	if string(text) == f.zero {
		text = []byte(f.word)
	}
	return text, err
}

// positive is a field whose zero means that nothing was given.
type positive struct{ field }

func (f positive) UnmarshalText(text []byte) error {
	number, _ := splitUnit(string(text))
	if d, err := parseDecimal(number); err == nil && d.coefficient == 0 {
		return errors.New("must be more than 0")
	}
	return f.field.UnmarshalText(text)
}

func (f positive) MarshalText() ([]byte, error) {
	text, err := f.field.MarshalText()
	if s := string(text); s == "0" || s == "0B" {
		return nil, err
	}
	return text, err
}

// optional is a pointer that is nil where nothing was given.
type optional[T any] struct {
	p  **T
	as func(*T) field
}

func (f optional[T]) UnmarshalText(text []byte) error {
	v := new(T) // never in place: copies of an Experiment share what the pointer points to
	if err := f.as(v).UnmarshalText(text); err != nil {
		return err
	}
	*f.p = v
	return nil
}

func (f optional[T]) MarshalText() ([]byte, error) {
	if *f.p == nil {
		return nil, nil
	}
	return f.as(*f.p).MarshalText()
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ckptbench/harness/config"
	"ckptbench/harness/internal/nearest"
	"ckptbench/harness/render/figure"
)

// configsDir is where experiments are looked for that were not found.
const configsDir = "configs"

// nearNames is how many names a message suggests at most: more are for list.
const nearNames = 5

// loadConfig loads an experiment; - is standard input. Where there is none it says what may
// have been meant.
func loadConfig(path string, sets []string) (*config.Experiment, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a folder: name an experiment%s (%w)", path, among(experimentsIn(path)), errUsage)
	}
	if path == "-" {
		path = "/dev/stdin"
	}
	e, err := config.Load(path, sets, known())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w%s", err, meant(path))
	}
	if err != nil {
		return nil, err
	}
	for _, f := range e.Figures {
		// of all algorithms and not of e's: run --only leaves some out
		if err := figure.Check(f, known().Names()); err != nil {
			return nil, fmt.Errorf("%w (%w)", err, errUsage)
		}
	}
	return e, nil
}

// noConfig is the error of a command that was given no experiment.
func noConfig(what string) error {
	return fmt.Errorf("%s: no experiment given%s; ckptbench list experiments says what each asks (%w)",
		what, among(experimentsIn(configsDir)), errUsage)
}

// experimentsIn returns the experiments in a folder and in those in it.
func experimentsIn(dir string) []string {
	var paths []string
	for _, pattern := range []string{"*.yaml", "*.yml", "*/*.yaml", "*/*.yml"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern)) // the pattern is well formed, unless dir is not
		paths = append(paths, found...)
	}
	return paths
}

// among completes a message by the files there are, for somebody who gave none.
func among(paths []string) string {
	switch {
	case len(paths) == 0:
		return ""
	case len(paths) > nearNames:
		return fmt.Sprintf(": there are %s and %d more", strings.Join(paths[:nearNames], ", "), len(paths)-nearNames)
	}
	return ": there are " + strings.Join(paths, ", ")
}

// meant finds the experiment whose file or name is nearest to a path that is not
// there, in the path's own folder and in configs.
func meant(path string) string {
	paths := append(experimentsIn(filepath.Dir(path)), experimentsIn(configsDir)...)
	byName := map[string]string{}
	var names []string
	for _, p := range paths {
		name := strings.TrimSuffix(filepath.Base(p), filepath.Ext(p))
		if byName[name] == "" {
			byName[name], names = p, append(names, name)
		}
	}
	base := filepath.Base(path)
	for _, ext := range []string{".yaml", ".yml"} {
		base = strings.TrimSuffix(base, ext)
	}
	if near := nearest.Of(base, names); near != "" && len(base) > 1 {
		return ": did you mean " + byName[near] + "?"
	}
	var near []string
	for _, name := range nearest.Some(base, names, nearNames) {
		near = append(near, byName[name])
	}
	if len(near) == 0 {
		return ""
	}
	return ": the nearest names are " + strings.Join(near, ", ") + "; ckptbench list experiments has all of configs"
}

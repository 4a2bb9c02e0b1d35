package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// nodeMajors are the first majors of GitHub's own actions that are made for the Node its runners have.
var nodeMajors = map[string]int{"checkout": 5, "setup-go": 6, "upload-artifact": 6, "download-artifact": 7, "cache": 5}

// TestWorkflows: the workflows call commands that there are, with flags that there are; their actions are of majors
// that run; and what compare exports is fed to somebody.
func TestWorkflows(t *testing.T) {
	t.Chdir("../../..")
	paths, err := filepath.Glob(".github/workflows/*.yml")
	if err != nil || len(paths) < 4 {
		t.Fatalf("%d workflows, %v", len(paths), err)
	}
	called, fed := 0, ""
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var flow struct {
			Jobs map[string]struct {
				Steps []struct {
					Uses, Run string
					With      map[string]string
				}
			}
		}
		if err := yaml.Unmarshal(data, &flow); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, job := range flow.Jobs {
			for _, s := range job.Steps {
				checkAction(t, path, s.Uses)
				for _, args := range calls(s.Run) {
					called++
					checkCommand(t, path, args)
				}
				fed += s.With["output-file-path"] + s.Run
			}
		}
	}
	if called < 6 {
		t.Errorf("%d calls of the command in %v", called, paths)
	}
	for _, file := range []string{"bigger-is-better.json", "smaller-is-better.json", "bencher.json"} {
		if !strings.Contains(fed, "tracked/"+file) {
			t.Errorf("nothing takes %s, which compare --export writes", file)
		}
	}
}

// checkAction checks the major of one of GitHub's own actions.
func checkAction(t *testing.T, path, uses string) {
	t.Helper()
	name, version, _ := strings.Cut(strings.TrimPrefix(uses, "actions/"), "@v")
	least, known := nodeMajors[name]
	if strings.HasPrefix(uses, "actions/") && !known {
		t.Errorf("%s: %s is not among those that were looked up", path, uses)
	}
	major := 0
	for _, c := range version {
		major = 10*major + int(c-'0')
	}
	if known && major < least {
		t.Errorf("%s: %s is of a Node that runners no longer have; v%d is the first that is not", path, uses, least)
	}
}

// variable matches what a shell or GitHub puts in place.
var variable = regexp.MustCompile(`"?\$\{\{[^}]*\}\}[^ ]*|"?\$[^ ]*`)

// calls are the command's arguments in the lines of a script, up to where a pipe or a redirection begins. Names of
// files in place of variables would not be there, so only flags are checked of commands that measure.
func calls(script string) (all [][]string) {
	for line := range strings.Lines(script) {
		_, rest, ok := strings.Cut(line, "./ckptbench ")
		if !ok {
			continue
		}
		args := strings.Fields(variable.ReplaceAllString(rest, "x"))
		if i := slices.IndexFunc(args, func(a string) bool { return strings.ContainsAny(a, "|>") }); i >= 0 {
			args = args[:i]
		}
		if args[0] == "run" {
			args = append(args, `\`) // not to be tried: the folder and the config are variables
		}
		all = append(all, args)
	}
	return all
}

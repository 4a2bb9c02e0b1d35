// Command ckptbench runs checkpoint experiments and draws what they measured.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"ckptbench/harness/config"
)

// Exit statuses, beside 0.
const (
	exitWrong       = 1   // something measured or read is wrong, or could not be
	exitUsage       = 2   // the command line or a config is
	exitInterrupted = 130 // Ctrl-C
)

func main() {
	ctx, stop := interruptible(os.Stderr)
	defer stop()
	os.Exit(ckptbench(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// commands is the command line.
type commands struct {
	Run      runCommand      `cmd:"" help:"Run experiments: measure every algorithm, check every image, draw the charts."`
	Merge    mergeCommand    `cmd:"" help:"Put the shards of an experiment together, into a new folder."`
	Plot     plotCommand     `cmd:"" help:"Draw the charts of results again."`
	Report   reportCommand   `cmd:"" help:"Print the summary table of results."`
	Regress  regressCommand  `cmd:"" help:"${help_command_regress}"`
	Compare  compareCommand  `cmd:"" help:"Compare two results: exit 0 same or better, 1 regressed, 2 cannot compare."`
	Claims   claimsCommand   `cmd:"" help:"Hold what the papers claim against results: held, not held, or what to run."`
	Verify   verifyCommand   `cmd:"" help:"${help_command_verify}"`
	List     listCommand     `cmd:"" help:"${help_command_list}"`
	Validate validateCommand `cmd:"" help:"Check configs without running them."`
	Doctor   doctorCommand   `cmd:"" help:"${help_command_doctor}"`
	Schema   schemaCommand   `cmd:"" help:"Print the JSON Schema of configs, for editors."`
	Version  versionCommand  `cmd:"" help:"Print which build this is."`

	Trial      trialCommand      `cmd:"" hidden:"" help:"Run one trial, described on stdin, for run --isolate."`
	Slices     slicesCommand     `cmd:"" hidden:"" help:"Run a store in slices, asked for on stdin, for regress."`
	Completion completionCommand `cmd:"" help:"Print the completion script of a shell: bash, zsh or fish."`
}

// A terminal is where a command writes.
type terminal struct{ out, err io.Writer }

// ckptbench is main without the process around it. It returns the exit status.
func ckptbench(ctx context.Context, args []string, out, errOut io.Writer) int {
	// Made anew for each call: nothing is kept between two.
	var c commands
	// Still so where kong did not ask to exit.
	status := -1
	k, err := kong.New(&c, kong.Name("ckptbench"),
		kong.Description("What a checkpoint algorithm costs a main-memory database, and what it buys."),
		kong.UsageOnError(), kong.Writers(out, errOut), helpTexts(),
		kong.Exit(func(s int) { status = s }),
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(errOut, "ckptbench:", err)
		return exitUsage
	}
	// Nothing to do is no error.
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := k.Parse(args)
	if status >= 0 { // --help
		return status
	}
	if err != nil {
		fmt.Fprintf(errOut, "ckptbench: %v; see ckptbench --help\n", err)
		return exitUsage
	}
	err = parsed.Run(terminal{out: out, err: errOut})
	return say(err, errOut)
}

// say prints an error and returns the exit status that goes with it.
func say(err error, w io.Writer) int {
	var problems config.Problems
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, "ckptbench: interrupted; what was measured is kept, marked partial (--resume goes on from there)")
		return exitInterrupted
	case errors.As(err, &problems):
		fmt.Fprintln(w, problems)
		return exitUsage
	}
	fmt.Fprintln(w, "ckptbench:", err)
	if errors.Is(err, errUsage) || errors.Is(err, os.ErrNotExist) {
		return exitUsage
	}
	return exitWrong
}

// errUsage marks errors of the command line.
var errUsage = errors.New("see ckptbench --help")

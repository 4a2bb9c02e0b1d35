package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"ckptbench/harness/doctor"
	"ckptbench/harness/host"
)

// The exit status is 0 on a quiet machine, 1 on one that is not, 2 for a mistake
// in the command line and 130 after Ctrl-C.
func TestDoctorStatus(t *testing.T) {
	quiet := doctor.Findings{Cores: 2, GOMAXPROCS: 2, Span: 3 * time.Second,
		Sight: host.Sight{Span: time.Second, Known: true}}
	limited := quiet
	limited.Limits = host.Limits{Cores: 0.2}
	for _, c := range []struct {
		name     string
		seconds  int
		findings doctor.Findings
		err      error
		want     int
		says     string
	}{
		{"quiet", 3, quiet, nil, 0, "Verdict: quiet."},
		{"not quiet", 3, limited, nil, 1, "- the container may use 0.20 processors"},
		{"no time", 0, quiet, nil, 2, "--seconds 0: want 1 to 600"},
		{"too long", 601, quiet, nil, 2, "--seconds 601"},
		{"interrupted", 3, quiet, context.Canceled, 130, "interrupted"},
	} {
		cmd := doctorCommand{Seconds: c.seconds,
			examine: func(_ context.Context, span time.Duration) (doctor.Findings, error) {
				if span != time.Duration(c.seconds)*time.Second {
					t.Errorf("%s: looked for %v", c.name, span)
				}
				return c.findings, c.err
			}}
		var out bytes.Buffer
		if got := say(cmd.Run(t.Context(), terminal{out: &out, err: &out}), &out); got != c.want ||
			!strings.Contains(out.String(), c.says) {
			t.Errorf("%s: status %d, want %d\n%s", c.name, got, c.want, out.String())
		}
	}
	var out bytes.Buffer
	if got := ckptbench(t.Context(), []string{"doctor", "--seconds", "-1"}, &out, &out); got != 2 {
		t.Errorf("--seconds -1: status %d\n%s", got, out.String())
	}
}

// How often a disturbed trial is run again cannot be negative, and no run begins.
func TestRepeatNoisyIsChecked(t *testing.T) {
	var out bytes.Buffer
	args := []string{"run", "../../../configs/smoke.yaml", "--repeat-noisy=-1", "--out", t.TempDir(), "--plots", ""}
	if got := ckptbench(t.Context(), args, &out, &out); got != 2 ||
		!strings.Contains(out.String(), "--repeat-noisy -1: want") {
		t.Errorf("status %d\n%s", got, out.String())
	}
}

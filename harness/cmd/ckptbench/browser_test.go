package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"ckptbench/harness/result"
)

// browse loads a file in a headless browser and returns the document as it then
// is, and what its console said.
func browse(t *testing.T, browser, path string) (dom, console string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+t.TempDir(), "--enable-logging=stderr", "--dump-dom", "file://"+path)
	var out, log bytes.Buffer
	c.Stdout, c.Stderr = &out, &log
	if err := c.Run(); err != nil {
		t.Skipf("%s does not run here: %v\n%s", browser, err, &log)
	}
	for line := range strings.SplitSeq(log.String(), "\n") {
		if strings.Contains(line, "CONSOLE") {
			console += line + "\n"
		}
	}
	return out.String(), console
}

var (
	figureRow = regexp.MustCompile(`(?s)<table class="figures">.*?</table>`)
	cells     = regexp.MustCompile(`<tr><td>([^<]*)</td><td>([^<]*)</td>`)
)

// A result's page loads in a real browser without a word on its console, and its
// table holds the figures of the trials.
func TestPageInABrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		if browser, err = exec.LookPath("google-chrome"); err != nil {
			t.Skip("no chromium and no google-chrome")
		}
	}
	out := t.TempDir()
	good := write(t, "page.yaml", tiny)
	if status, _, said := command(t, "run", good, "--out", out, "--plots", filepath.Join(out, "plots"), "--format", "svg",
		"--only", "none,naive,calc", "-q"); status != 0 {
		t.Fatalf("status %d: %s", status, said)
	}
	dir := filepath.Join(out, "page")
	dom, console := browse(t, browser, filepath.Join(dir, "report.html"))
	if console != "" {
		t.Errorf("the console says:\n%s", console)
	}
	e, err := result.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]float64{}
	for _, m := range cells.FindAllStringSubmatch(figureRow.FindString(dom), -1) {
		v, err := strconv.ParseFloat(strings.ReplaceAll(m[2], ",", ""), 64)
		if err != nil {
			t.Fatalf("%s: %v", m[1], err)
		}
		seen[m[1]] = v
	}
	for _, tr := range e.Trials {
		if got := seen[tr.Algorithm]; got < *tr.Throughput-1 || got > *tr.Throughput+1 {
			t.Errorf("%s: the page says %v, the result %v", tr.Algorithm, got, *tr.Throughput)
		}
	}
	if n := strings.Count(dom, "<svg"); n < 5 {
		t.Errorf("%d charts", n)
	}
}

// A console's words are seen, or the test above could not fail.
func TestBrowserTells(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium")
	}
	path := filepath.Join(t.TempDir(), "bad.html")
	if err := os.WriteFile(path, []byte("<script>nothing.at.all()</script>"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, console := browse(t, browser, path); !strings.Contains(console, "nothing") {
		t.Errorf("the console says %q", console)
	}
}

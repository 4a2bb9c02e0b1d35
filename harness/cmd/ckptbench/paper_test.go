package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ckptbench/harness/config"
	"ckptbench/harness/config/cost"
	"ckptbench/harness/units"
)

// paperConfigs are the experiments of the published figures.
func paperConfigs(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../../../configs/paper/*.yaml")
	if err != nil || len(paths) < 15 {
		t.Fatalf("%d configs of papers, %v", len(paths), err)
	}
	return paths
}

// Every figure's experiment says what it follows and what it takes.
func TestPaperConfigsSayWhatTheyTake(t *testing.T) {
	for _, path := range paperConfigs(t) {
		e, err := config.Load(path, nil, known())
		if err != nil {
			t.Error(err)
			continue
		}
		i := e.Info
		if i.About == "" || i.Paper == "" || i.Expect.Minutes == 0 || i.Expect.Disk == 0 || i.Expect.Notes == "" {
			t.Errorf("%s: about, paper or expect is incomplete: %+v", path, i)
		}
		est := cost.Of(e, copies)
		if said := time.Duration(float64(i.Expect.Minutes) * float64(time.Minute)); said < est.Time/2 ||
			said > 3*est.Time+time.Minute {
			t.Errorf("%s: expects %s, the estimate is %s", path, said, est.Time)
		}
		if int64(i.Expect.Disk) < est.Disk/2 {
			t.Errorf("%s: expects %s of disk, the estimate is %d bytes", path, i.Expect.Disk, est.Disk)
		}
	}
}

// At a hundredth every one of them fits a small machine: minutes, and less than
// 4 GiB.
func TestPaperConfigsScale(t *testing.T) {
	for _, path := range paperConfigs(t) {
		full, err := config.Load(path, nil, known())
		if err != nil {
			t.Error(err)
			continue
		}
		e, err := config.Load(path, []string{"scale=0.01"}, known())
		if err != nil {
			t.Error(err)
			continue
		}
		est, whole := cost.Of(e, copies), cost.Of(full, copies)
		if est.Points != whole.Points || est.Trials != whole.Trials {
			t.Errorf("%s: scaled it has %d points and %d trials, else %d and %d", path, est.Points, est.Trials, whole.Points,
				whole.Trials)
		}
		if est.Time > 6*time.Minute || est.Memory > 4<<30 || est.Time >= whole.Time {
			t.Errorf("%s: scaled it takes %s and %s", path, est.Time, units.Size(est.Memory))
		}
		status, said, errOut := command(t, "run", "--dry-run", "--out", t.TempDir(), "--set", "scale=0.01", path)
		if status != 0 || !strings.Contains(said, "trials of") {
			t.Errorf("%s: status %d, %s", path, status, errOut)
		}
	}
}

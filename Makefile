# Everything needs Go, make and git only.
GO       ?= go
# A built binary and not "go run", which turns every exit code into 1.
CKPT      = ./ckptbench
CONFIG   ?= configs/default.yaml
BASELINE ?= results/baseline/regress.json

FUZZ     ?= 3000x
LONG      = ./harness/bench ./harness/cmd/ckptbench
# what is run with points that pause
SCHED    ?= ./algorithms/...

.PHONY: ckptbench reproduce bench test fuzz sample race sched lint smoke figures plots regress regress-power baseline mutants crash crash-short disks

# without cgo: its threads have four mappings each, which a clone of the process (hyper) copies
ckptbench: ; CGO_ENABLED=0 $(GO) build -o ckptbench ./harness/cmd/ckptbench
bench: ckptbench ; $(CKPT) run $(CONFIG)
# the longest packages first, so that the others run beside them
test: ; $(GO) vet ./... && $(GO) test $(LONG) ./... && $(MAKE) --no-print-directory fuzz sample
# two at a time: to build one and to begin takes as long as its inputs
fuzz: ; @grep -rhE '^func Fuzz' --include='*_test.go' -H . | sed -E 's,^(.*)/[^/]*:func (Fuzz[A-Za-z]*).*,\1 \2,' | xargs -n 2 -P 2 sh -c '$(GO) test -run "^$$" -fuzz "^$$1$$" -fuzztime $(FUZZ) -fuzzminimizetime 100x $$0 || exit 255'
# a tenth of the mutants, others each time: as many of them as there is time for. The tests have passed without any.
sample: ; $(GO) run ./algorithms/storetest/mutants -sample 10 -within 30s -jobs 2 -healthy=false
race: ; $(GO) test -race -short -timeout 20m $(LONG) ./...
sched: ; $(GO) test -tags sched -short $(SCHED)
lint: ; test -z "$$(gofmt -l .)" && $(GO) vet ./... && $(GO) tool staticcheck ./...
smoke: ckptbench ; $(CKPT) run configs/smoke.yaml
# the papers' experiments at a twentieth of their size, and which claims hold: results/scorecard.md. About 40 minutes;
# the next call goes on where it stopped. FOR=5m: for so long.
reproduce: ckptbench ; @CKPT=$(CKPT) FOR=$(FOR) harness/reproduce.sh
# every chart and the LaTeX table of every result that is there, the same bytes each time
figures plots: ckptbench ; $(CKPT) plot $(patsubst %/,%,$(dir $(wildcard results/*/trials)))
# the working tree against the baseline's commit, or BASE=<revision>; make itself fails with 2, whatever the command's code
regress: ckptbench ; $(CKPT) regress --baseline $(BASELINE) $(if $(BASE),--base $(BASE))
baseline: ckptbench ; $(CKPT) regress --write-baseline $(BASELINE)
# what make regress finds and what it only believes to find: FOUND runs with a planted 5 %, SAME of the same code
regress-power: ckptbench ; harness/compare/regress/power.sh
# file systems and disks of other kinds, as root; what this machine does not allow is skipped
disks: ; harness/disks.sh
mutants: ; $(GO) run ./algorithms/storetest/mutants
crash:
	$(GO) run ./algorithms/storetest/crash -trials 200
	$(GO) run ./algorithms/storetest/crash -trials 24 -power 20
	$(GO) run ./algorithms/storetest/powercut -cuts 20000
	$(GO) run ./algorithms/storetest/powercut -every
	$(GO) run ./algorithms/storetest/powercut -turns
# a few of them, for every change
crash-short:
	$(GO) run ./algorithms/storetest/crash -trials 2
	$(GO) run ./algorithms/storetest/powercut -cuts 500

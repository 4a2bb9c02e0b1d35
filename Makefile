# Everything needs Go, make and git only.
GO       ?= go
CKPT      = $(GO) run ./harness/cmd/ckptbench
CONFIG   ?= configs/default.yaml
BASELINE ?= results/baseline/regress.json

FUZZ     ?= 3000x

.PHONY: bench test fuzz race sched lint smoke figures plots regress baseline mutants crash

bench: ; $(CKPT) run $(CONFIG)
test: ; $(GO) vet ./... && $(GO) test ./... && $(MAKE) --no-print-directory fuzz
fuzz: ; @grep -rhE '^func Fuzz' --include='*_test.go' -H . | sed -E 's,^(.*)/[^/]*:func (Fuzz[A-Za-z]*).*,\1 \2,' | while read -r dir f; do $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZ) -fuzzminimizetime 100x $$dir || exit 1; done
race: ; $(GO) test -race -short -timeout 20m ./...
sched: ; $(GO) test -tags sched -short ./algorithms/...
lint: ; test -z "$$(gofmt -l .)" && $(GO) vet ./... && $(GO) tool staticcheck ./...
smoke: ; $(CKPT) run configs/smoke.yaml
# every chart and the LaTeX table of every result that is there, the same bytes each time
figures plots: ; $(CKPT) plot $(patsubst %/,%,$(dir $(wildcard results/*/trials)))
regress: ; $(CKPT) run configs/regress.yaml && $(CKPT) compare $(BASELINE) results/regress --across-machines --threshold 10%
baseline: ; $(CKPT) run configs/regress.yaml && $(CKPT) compare results/regress --write-baseline $(BASELINE)
mutants: ; $(GO) run ./algorithms/storetest/mutants
crash:
	$(GO) run ./algorithms/storetest/crash -trials 200
	$(GO) run ./algorithms/storetest/powercut -cuts 20000

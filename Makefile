# Everything needs Go, make and git only.
GO       ?= go
CKPT      = $(GO) run ./harness/cmd/ckptbench
CONFIG   ?= configs/default.yaml
BASELINE ?= results/baseline/regress.json

.PHONY: bench test race lint smoke plots regress mutants

bench: ; $(CKPT) run $(CONFIG)
test: ; $(GO) vet ./... && $(GO) test ./...
race: ; $(GO) test -race -short ./...
lint: ; test -z "$$(gofmt -l .)" && $(GO) vet ./... && $(GO) tool staticcheck ./...
smoke: ; $(CKPT) run configs/smoke.yaml
plots: ; $(CKPT) plot $(sort $(dir $(wildcard results/*/machine.json)))

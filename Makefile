# What one needs of Schism, one word each. `make help` lists them.

SCHISM := bin/schism
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT := mvdan.cc/gofumpt@v0.12.0

.PHONY: help demo test bench bench-checker counterexamples lint build clean

help: ## list what make can do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 15

build: ## build bin/schism
	go build -o $(SCHISM) ./cmd/schism

demo: build ## two minutes with Schism; Go is enough, with Java it drives real servers too
	@echo "== every scenario in the model, two seeds each"
	$(SCHISM) run all --seeds 2 --out out/demo
	@echo
	@echo "== a bug planted in the model: a leader that commits without a quorum; this must be a violation"
	$(SCHISM) run leader-partition --seed 1 --bug minority-commit --out out/demo; test $$? -eq 1
	@echo
	@if $(SCHISM) doctor --world local >/dev/null 2>&1; then \
		echo "== the same story on real ZooKeeper servers" && \
		$(SCHISM) run leader-partition --seed 1 --world local --out out/demo && \
		echo && echo "open $(CURDIR)/out/demo/leader-partition/local-1/report.html"; \
	else \
		echo "left out: real servers; schism doctor says what is missing:"; \
		$(SCHISM) doctor | sed -n '/^no/p'; \
	fi
	@echo "open $(CURDIR)/out/demo/leader-partition/sim-1/report.html"

test: ## vet, all tests, every scenario in every world that this machine can run
	go vet ./...
	go run ./internal/suite

bench: build ## how fast the model, the logs and the checks are
	go test -run '^$$' -bench . -benchmem ./plan ./runlog ./paxos/... ./zookeeper ./sim ./checker ./campaign
	$(SCHISM) run all --seeds 20 --out out/bench

bench-checker: ## the checks against a million calls, and porcupine on the same histories
	go test -run '^$$' -bench . -benchtime 1x -timeout 30m ./checker/witness

counterexamples: build ## how well every kind of bad run is explained, with 20 seeds; half an hour
	$(SCHISM) counterexamples --seeds 20

lint: ## formatting, vet and staticcheck, in pinned versions
	@test -z "$$(go run $(GOFUMPT) -l .)" || { go run $(GOFUMPT) -l .; echo "these files are not formatted: go run $(GOFUMPT) -w ."; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

clean: ## remove what was built, run folders, and what killed runs have left
	@if test -x $(SCHISM); then $(SCHISM) doctor --clean | sed -n '/^removed/p'; fi
	rm -rf bin out

# Every target does all the set-up that it needs by itself; what is there already is found within a second.
PORT ?= 8080

# What the page is made of. Folders count too, so that a deleted file leads to a new build.
SOURCES := $(shell find src style assets samples scripts/build.sh scripts/finish-dist.mjs index.html Cargo.toml Cargo.lock Trunk.toml .cargo 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help serve build test scorecard bench lint fmt clean missing

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

serve: build ## build the page and serve it at http://127.0.0.1:8080/ (another port: make serve PORT=9000)
	@node scripts/serve.mjs --port $(PORT) dist

build: target/dist.stamp ## build the page into dist/, static files that work under any path

# The stamp bears the time of the build's start, so that what is edited during a build is built the next time.
target/dist.stamp: $(SOURCES) $(if $(wildcard dist/index.html),,missing)
	@mkdir -p target && touch target/dist.started
	@scripts/build.sh
	@mv target/dist.started $@

test: ## run every check and test, cheapest first
	@scripts/test.sh

scorecard: ## measure detectors and scores on labelled runs and write SCORECARD.md
	@SCORECARD=write cargo test --locked --test scorecard the_bars -- --nocapture

bench: ## print throughput and peak memory per format, natively and in the browser
	@scripts/bench.sh

lint: ## check format and lints
	@scripts/test.sh lint

fmt: ## format the code
	@cargo fmt --all

clean: ## remove everything that was built here
	@rm -rf target dist node_modules test-results webdriver.json

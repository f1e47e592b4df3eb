# Every routine of the project. `make run` starts it, `make test` proves it.
# What a target needs from npm it installs from the committed lock files.

GO      ?= go
NPM     ?= npm
NPM_CI   = $(NPM) ci --ignore-scripts --no-audit --no-fund
PACKAGES = $$($(GO) list ./... | grep -v '/conformance')
FUZZTIME ?= 30s

.PHONY: help run build page check test conformance crash fuzz bench vuln documents screenshots clean

help: ## This list.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: page ## Build the page and run the gateway.
	$(GO) run ./cmd/dragoman serve

build: page ## Build bin/dragoman with the page in it.
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o bin/dragoman ./cmd/dragoman

page: web/node_modules sdk/zim/node_modules
	cd sdk/zim && $(NPM) run --silent build
	cd web && $(NPM) run --silent build

%/node_modules: %/package-lock.json
	cd $* && $(NPM_CI)
	@touch $@

check: ## Formatting, vet, staticcheck, tidiness, and all Go tests with the race detector.
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'not formatted: the files above'; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff
	$(GO) test -race -shuffle=on -timeout 25m $(PACKAGES)

test: ## Install what tests need, then everything: check, and the real clients.
	@bash .ci/packages
	@node .ci/test.mjs

conformance: conformance/node_modules page ## The real clients alone.
	cd conformance && $(NPM) test

crash: ## kill -9 in the middle of sends, again and again.
	$(GO) test -count=1 -v ./conformance/crash

fuzz: ## Each fuzz target for FUZZTIME (30s).
	@set -e; git ls-files '*_test.go' | xargs grep -oE '^func Fuzz[A-Za-z0-9]+' | sed 's/:func /:/' | while IFS=: read -r file name; do \
		echo "$$name in $$(dirname $$file)"; \
		$(GO) test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x ./$$(dirname $$file); \
	done

bench: ## Messages per second and per CPU second, latency, memory of idle sessions; the cost of one stanza.
	$(GO) run ./conformance/bench
	$(GO) test ./protocols/xmpp/xmppwire -run '^$$' -bench Stanza -benchmem

vuln: ## Known vulnerabilities; its database must be within reach.
	$(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

documents: conformance/node_modules ## Rewrite what is generated: configs/dragoman.yaml, docs/protocols/zim-asyncapi.json, docs/mapping.md, docs/protocols/xmpp.md, a table in docs/protocols/webim.md.
	$(GO) test ./cmd/dragoman -run Documented -update
	cd conformance && node webim/methods.mjs --write
	$(GO) test ./protocols/zim -run AsyncAPI -update
	$(GO) test ./protocols/xmpp -run Documented -update

screenshots: conformance/node_modules page ## Make the pictures in docs/images anew.
	cd conformance && node screenshots.mjs

clean: ## Remove what was built.
	rm -rf bin web/dist sdk/zim/dist

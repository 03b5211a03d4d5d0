# `make run` and `make test` need Debian 12, a Swift 6.3 toolchain, git and make, and nothing else.

SHELL := /bin/sh
SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
ARGS ?=

release := .build/release/lathe
# The runtime, ncurses and SQLite travel in the binary: it starts sooner and runs where they are missing.
# Stripped by the linker: stripping afterwards would make every later build link again.
static := --static-swift-stdlib -Xlinker -s $(shell Scripts/static-libraries)

.PHONY: help run build test lint format bench install uninstall clean setup
.DEFAULT_GOAL := help

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo '  ARGS are passed on to bench and to the run of "make run | cat": ARGS="-p learning_rate=0.03".'
	@echo '  PREFIX (/usr/local) and DESTDIR tell install and uninstall where.'

run: build ## Open the workbench; without a terminal, train the digits and print the curve
	@LATHE=$(release) Scripts/run $(ARGS)

build: setup ## Build the release binary, .build/release/lathe
	@$(SWIFT) build -c release --product lathe $(static) >&2

test: setup ## Build and run every test
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

lint: ## Check the format
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift

format: ## Format every source
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

bench: build ## Measure what is promised, beside peers where they are installed (ARGS="--only curves")
	@python3 Benchmarks/bench.py --lathe $(release) $(ARGS)

install: ## Install under PREFIX (/usr/local): binary, gallery, man page, completions
	@test -x $(release) || { echo "error: There is no release binary yet." >&2; echo " next: make build" >&2; exit 2; }
	@Scripts/install $(release) "$(DESTDIR)$(PREFIX)"

uninstall: ## Remove what install put under PREFIX
	@Scripts/install --remove "$(DESTDIR)$(PREFIX)"

clean: ## Remove what was built
	rm -rf .build

setup:
	@Scripts/setup

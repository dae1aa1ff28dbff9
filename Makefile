# `make demo` and `make test` do all the set-up by themselves on Debian or Ubuntu with Python 3.11 or newer.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
SCREEN := xvfb-run -a -s "-screen 0 1600x1000x24"
DEMO ?= demo-project

.PHONY: help install demo test check screenshots system clean

help:
	@echo "make demo          open the window on a labelled demo project (without a display: screenshots)"
	@echo "make install       system libraries and virtual environment only (the others do it too)"
	@echo "make test          run every test"
	@echo "make check         linters, types, import rules"
	@echo "make screenshots   make the pictures of the docs again"

system:
	@bash .ci/system-packages

# Installed again whenever what it installs from changes.
$(BIN)/.installed: pyproject.toml constraints.txt | system
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with: make $(or $(MAKECMDGOALS),demo) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

install: system $(BIN)/.installed

demo: install
	@if [ -n "$$DISPLAY" ]; then $(BIN)/gapro-annotator demo $(DEMO); \
	else echo "No display: running under Xvfb and saving screenshots."; \
	$(SCREEN) $(BIN)/gapro-annotator demo $(DEMO) --screenshots demo-screenshots; fi

# A process a core, a file of tests at a time; each opens a screen of its own. A single process: make test TESTS="tests/ui -n 0"
test: install
	$(SCREEN) $(BIN)/python -m pytest -n auto --maxprocesses 4 --max-worker-restart 0 --dist loadfile $(TESTS)

check: install
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright
	$(BIN)/lint-imports

screenshots: install
	$(SCREEN) $(BIN)/gapro-annotator demo $(DEMO) --screenshots docs/images

clean:
	rm -rf .venv demo-project demo-screenshots

# make setup      the environment: .venv/bin/rgrl-bench and what the tests need
# make bench      RGRL on Cora, the result table
# make test       lint, types and the fast tests
# make test-all   the slow tests as well: clean-environment install, downloads
# make docs       the site: docs/_build/html/index.html
# make notebooks  the examples as notebooks, run and kept with their outputs
# make clean      remove the environment
#
# PYTHON=...      the interpreter to build the environment with (3.11 or newer)
# TORCH_INDEX=... a wheel index to take torch from, such as PyTorch's index of CPU builds

PYTHON ?= python3
TORCH_INDEX ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
PYTEST := $(BIN)/python -m pytest
SOURCES := rgrl tests benchmarks examples docs/conf.py docs/_ext

.PHONY: setup bench check test test-slow test-all format docs notebooks clean

bench: $(VENV)/.base
	$(BIN)/rgrl-bench run cora

setup: $(VENV)/.test

$(VENV)/.base: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: $$($(PYTHON) --version) is too old: pass PYTHON=... of 3.11 or newer" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch
	$(PIP) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.base
	$(PIP) --editable '.[test]'
	@touch $@

$(VENV)/.slow: $(VENV)/.test
	$(PIP) --editable '.[test,test-slow]'
	@touch $@

$(VENV)/.docs: $(VENV)/.base
	$(PIP) --editable '.[docs]'
	@touch $@

check: $(VENV)/.test
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy

test: check
	OMP_NUM_THREADS=1 $(PYTEST) -m "not slow" -n 2  # one thread for each of the two workers

test-slow: $(VENV)/.slow
	OMP_NUM_THREADS=1 $(PYTEST) -m slow -n 2

test-all: test test-slow

format: $(VENV)/.test
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

docs: $(VENV)/.docs
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

notebooks: $(VENV)/.slow
	$(BIN)/python examples/build_notebooks.py

clean:
	rm -rf $(VENV) docs/_build

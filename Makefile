# What one runs before a commit: `make check`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: check docs lint types test lock bench

check: lint types test

$(BIN)/pytest: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -e '.[local,analysis,dev]'
	touch $@

lint: $(BIN)/pytest
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(BIN)/pytest
	$(BIN)/pyright --pythonpath $(BIN)/python

test: $(BIN)/pytest
	$(BIN)/pytest

$(BIN)/sphinx-build: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -e '.[docs]'
	touch $@

# The site: build/docs/index.html.
docs: $(BIN)/sphinx-build
	$(BIN)/sphinx-build -W --keep-going -q docs build/docs

lock:
	uv lock

bench: $(BIN)/pytest
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/tui.py
	$(BIN)/python benchmarks/review.py
	$(BIN)/python benchmarks/embedded.py
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/cached.py
	$(BIN)/python benchmarks/rescore.py
	$(BIN)/python benchmarks/merge.py
	$(BIN)/python benchmarks/import.py
	$(BIN)/python benchmarks/near_duplicates.py
	$(BIN)/python benchmarks/compare.py
	$(BIN)/python benchmarks/shrink.py
	$(BIN)/python benchmarks/distill.py
	$(BIN)/python benchmarks/scaling.py
	$(BIN)/python benchmarks/faults.py
	$(BIN)/python benchmarks/hostile.py
	$(BIN)/python benchmarks/checks.py

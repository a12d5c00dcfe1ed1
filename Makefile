# Needs make and Python 3.11 to 3.13, nothing else. `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# The portfolio that `make nightly` simulates in a home without deliveries.
DAYS ?= 120
PER_DAY ?= 250
SEED ?= 1

# What `make fuzz` tries.
FILES ?= 100000
FUZZ_SEED ?= 1

# The suite's processes; a file's tests stay together, for they share homes that take long to make.
PROCESSES ?= 3

# A home belongs to one origin: simulated rows and those of LOANWATCH_SOURCE live apart.
LOANWATCH_SOURCE ?=
LOANWATCH_HOME ?= $(if $(strip $(LOANWATCH_SOURCE)),var-source,var)
export LOANWATCH_HOME

LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

.DEFAULT_GOAL := help
.PHONY: help nightly test check faults concurrency fuzz audit score-only dask bench profile up docs lock format clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r target text; do printf '%-14s %s\n' "$$target" "$$text"; done

nightly: $(STAMP)  ## one night: simulates and trains first where there is nothing (LOANWATCH_SOURCE=DIR: real Home Credit tables)
	@PATH="$(CURDIR)/$(BIN):$$PATH" LOANWATCH_SOURCE="$(LOANWATCH_SOURCE)" DAYS="$(DAYS)" PER_DAY="$(PER_DAY)" SEED="$(SEED)" sh scripts/nightly.sh

test: $(STAMP)  ## the whole test suite on three processes (ARGS="-k name" narrows it, PROCESSES=0 runs it in one)
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile $(ARGS)

check: $(STAMP)  ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

faults: $(STAMP)  ## kills Loanwatch 500 times and compares with homes that were left alone (ARGS="--kills 20 --cli 0")
	$(BIN)/python -m tests.faults.kill_harness $(ARGS)

fuzz: $(STAMP)  ## made-up deliveries and policies through the parsers (FILES=100000 FUZZ_SEED=1); 10 to 20 minutes
	$(BIN)/python -m tests.faults.fuzz --files $(FILES) --seed $(FUZZ_SEED)

audit: $(STAMP)  ## whether what is installed is what the lock names, file by file; offline
	$(BIN)/python scripts/audit_packages.py

score-only: $(STAMP)  ## proves that the score extra alone ingests and scores (an environment of its own in a scratch folder)
	$(BIN)/python scripts/prove_score_only.py

concurrency: $(STAMP)  ## writers at once and 1,000 queries during three nights (ARGS="--queries 100")
	$(BIN)/python -m tests.faults.concurrency $(ARGS)

dask: $(STAMP)  ## nights and a training on a local Dask cluster of two processes, one of them killed
	$(BIN)/python -m pytest -m dask tests/flows/test_dask.py tests/flows/test_partitions.py --durations=10 $(ARGS)

bench: $(STAMP)  ## measures against peers, writes docs/performance.md and docs/scale.md (SIZES="10000 1000000" RUNS=5 BENCHMARKS="features night")
	@SIZES="$(SIZES)" RUNS="$(RUNS)" BENCHMARKS="$(BENCHMARKS)" sh scripts/bench.sh $(BIN)/python

profile: $(STAMP)  ## where a night's time goes (ARGS="--applicants 100000")
	$(BIN)/python -m benchmarks.profile_night $(ARGS)

up: $(STAMP)  ## Prefect server, deployments and a worker in this terminal; Ctrl-C stops all
	@$(BIN)/loanwatch up $(ARGS)

docs: $(STAMP)  ## writes the generated documents anew (docs/data-dictionary.md)
	$(BIN)/python scripts/write_docs.py

format: $(STAMP)  ## brings the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(STAMP)  ## writes the locks anew from pyproject.toml, keeping the pins that still hold (ARGS=--upgrade: the newest)
	$(BIN)/$(LOCK) $(ARGS) --extra full --extra dev pyproject.toml --output-file requirements.lock
	$(BIN)/$(LOCK) --constraint requirements.lock --extra score pyproject.toml --output-file requirements-score.lock

clean:  ## removes the environment and the caches, no data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(STAMP): requirements.lock requirements-bootstrap.lock pyproject.toml
	@$(PYTHON) scripts/set_up.py $(VENV)
	@touch $@

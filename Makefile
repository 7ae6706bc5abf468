# Two commands on a fresh machine: `make run` and `make test`. They need Python 3.11-3.13 and a package registry, nothing else.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
SUITE ?= specs/wine.yaml
JOBS ?= 3

ifndef PYTHON
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
  if "$$p" -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then echo "$$p"; break; fi; done)
endif

PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet --quiet
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
  --strip-extras --custom-compile-command "make lock"
UV ?= uv

.PHONY: help run tune test lint format docs bench bench-peers proofs lock clean

help: ## this list
	@grep -hE '^[a-z%-]+:.*## ' Makefile | sed -E 's/^([a-z%-]+):.*## /  make \1|/' | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'

run: $(VENV)/.run ## install, then run specs/wine.yaml on the embedded model (SUITE=… for another)
	@$(PY) -m gemini_eval run "$(SUITE)"

tune: $(VENV)/.test ## tune the embedded model twice on specs/tickets_tuning.yaml, then hold it against the prompts
	@$(PY) -m gemini_eval tune start specs/tickets_tuning.yaml --backend local --grid specs/grids/tickets.yaml
	@$(PY) -m gemini_eval tune compare specs/tickets_tuning.yaml \
	  --tuned tuned:tickets_tuning/e2-a1 --tuned tuned:tickets_tuning/e4-a4

test: $(VENV)/.test ## install what tests need, then run them all (JOBS=3)
	@$(PY) -m pytest -n $(JOBS)

lint: $(VENV)/.test ## style, types and who may import whom
	@echo "ruff check";     $(PY) -m ruff check .
	@echo "ruff format";    $(PY) -m ruff format --check .
	@echo "mypy --strict";  $(PY) -m mypy
	@echo "import contracts"; $(VENV)/bin/lint-imports --no-cache

format: $(VENV)/.test ## put the code in its canonical form
	@$(PY) -m ruff check --fix --quiet .
	@$(PY) -m ruff format .

docs: $(VENV)/.test ## write the generated pages and schemas of docs/ again
	@$(PY) -m tools.generate_docs

bench: $(VENV)/.test ## measure speed and memory
	@$(PY) -m benchmarks

bench-peers: $(VENV)/.test ## install the tools that `make bench` compares with, below .peers/
	@$(PY) -m benchmarks.peers

proofs: $(VENV)/.test ## every proof of the promises that tests are too short for
	@$(PY) -m benchmarks.proofs

proofs-%: $(VENV)/.test ## one of them
	@$(PY) -m benchmarks.proofs "$*"

lock: ## resolve and hash every dependency again (needs uv; UV=… names it)
	@$(LOCK) --extra local pyproject.toml requirements/run.in -o requirements/run.txt
	@$(LOCK) --extra local --extra embed --extra data --extra notebook -c requirements/run.txt \
	  pyproject.toml requirements/run.in requirements/test.in -o requirements/test.txt
	@echo "requirements/run.txt and requirements/test.txt are resolved; commit both"

clean: ## take away the virtual environment, caches and build results
	@rm -rf $(VENV) .peers build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are touched last, so an interrupted installation is repeated and a finished one is not.
$(VENV)/.run: pyproject.toml requirements/run.txt
	$(call install,run)
	@touch $@

$(VENV)/.test: pyproject.toml requirements/test.txt requirements/torch.txt
	$(call install,test)
	@$(PIP) install --constraint requirements/torch.txt torch
	@touch $(VENV)/.run $@

define install
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11, 3.12 or 3.13 with venv is needed; name one with PYTHON=…" >&2; exit 1; fi
	@if [ ! -x $(PY) ]; then echo "creating $(VENV) with $(PYTHON)"; fi
	@"$(PYTHON)" -m venv $(VENV)
	@echo "installing requirements/$(1).txt into $(VENV) (a few minutes the first time)"
	@$(PIP) install --require-hashes --no-deps -r requirements/$(1).txt
	@$(PIP) install --no-deps --no-build-isolation -e .
endef

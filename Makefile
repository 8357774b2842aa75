# Two commands need nothing but Python and a package index: `make demo` and `make test`.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# who computes the demo: duckdb, or trino, for which a local stack is started
ENGINE ?= duckdb
# Trino takes a second or two a model, whatever its size
DAYS ?= $(if $(filter trino,$(ENGINE)),14,60)
PROJECTS ?= $(if $(filter trino,$(ENGINE)),16,40)
PORT ?= 3000
# of a demo on Trino: the warehouse in local files instead of an object store, which keeps it in memory
LOCAL_FILES ?=

# bytecode makes every import of dagster and sqlmesh several times faster, so a shell's wish not to write it is undone
unexport PYTHONDONTWRITEBYTECODE
export UV_COMPILE_BYTECODE := 1
export UV_LINK_MODE := copy
# an interpreter of the machine is used where one fits; one is downloaded only where none does
export UV_PYTHON_PREFERENCE := system
export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1

UV := $(shell command -v uv 2>/dev/null || echo .tools/uv/bin/uv)
RUN := .venv/bin/
STAMP := .venv/.synced

.PHONY: help setup demo dev test test-tools test-k8s lint types format bench docs clean

help: ## Say what can be made
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.tools/uv/bin/uv:
	@echo "uv is not installed: putting it into .tools/uv from the package index"
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools/uv uv

$(STAMP): pyproject.toml uv.lock | $(filter .tools/uv/bin/uv,$(UV))
	$(UV) sync --frozen
	@touch $@

setup: $(STAMP) ## Install uv where it is missing, and the locked environment

demo: $(STAMP) ## Sample world to published series and charts: make demo DAYS=60 PROJECTS=40 ENGINE=trino
	@command -v git >/dev/null || scripts/ensure_tools.sh git
ifeq ($(ENGINE),trino)
	export OSO_HOME="$${OSO_HOME:-.oso-trino}"; $(RUN)oso stack up --small $(if $(LOCAL_FILES),,--object-store); \
	  set -a; . "$$OSO_HOME/stack/environment"; set +a; $(RUN)oso demo --days $(DAYS) --projects $(PROJECTS) --compare
else
	$(RUN)oso demo --days $(DAYS) --projects $(PROJECTS)
endif

dev: $(STAMP) ## Dagster's UI over the same data: make dev PORT=3000
	$(RUN)oso dev --port $(PORT)

test-tools: $(STAMP)
	PATH="$(CURDIR)/.venv/bin:$$PATH" scripts/ensure_tools.sh

test: $(STAMP) test-tools ## Pass the tests
	$(RUN)pytest -n 2 --dist loadfile

test-k8s: $(STAMP) ## The manifests on a real control plane, which Go builds once: ten minutes, then half a minute
	$(RUN)python k8s/testing/kubernetes_control_plane.py
	$(RUN)pytest -n 0 k8s/testing

lint: $(STAMP) ## Format, lint, import direction, and the metrics
	$(RUN)ruff format --check .
	$(RUN)ruff check .
	$(RUN)lint-imports
	$(RUN)oso metrics lint --strict

types: $(STAMP) ## Static types
	$(RUN)ty check --error-on-warning

format: $(STAMP) ## Format and fix what can be fixed
	$(RUN)ruff format .
	$(RUN)ruff check --fix .

bench: $(STAMP) ## Benchmarks: ratios against a named rival or floor, written to docs/benchmarks.md
	$(RUN)python -m benchmarks

docs: $(STAMP) ## Write docs/reference and docs/metrics from the program itself
	$(RUN)python -m oso_dagster.cli.reference docs/reference
	$(RUN)oso metrics docs docs/metrics --no-charts

clean: ## Remove this installation's data (not the environment)
	-OSO_HOME=.oso-trino $(RUN)oso stack down
	rm -rf .oso .oso-trino .artifacts

# The tasks of the project. `make` or `make help` lists them; the first target that needs it sets up .venv.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.ONESHELL:
MAKEFLAGS += --no-builtin-rules

BIN := .venv/bin
STAMP := .venv/.installed-from-lock

.PHONY: help setup demo test campaign check bench text-report dictionary cookbook vendor clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## create .venv and install the locked dependencies (done once, and again when the lock changes)

$(STAMP): requirements.lock pyproject.toml setup.py
	@python=""
	for candidate in python3.11 python3.12 python3.13 python3; do
	    if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then python="$$candidate"; break; fi
	done
	if [ -z "$$python" ]; then
	    echo "需要 Python 3.11 到 3.13，没有找到 / needs Python 3.11 to 3.13, none found" >&2; exit 1
	fi
	if [ ! -x $(BIN)/python ]; then
	    "$$python" -m venv .venv || { echo "建不了虚拟环境：Debian/Ubuntu 请装 python3-venv / no venv module: apt-get install python3-venv" >&2; exit 1; }
	fi
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then $(BIN)/python -m ensurepip -q; fi
	echo "正在安装依赖（一次）/ installing dependencies (once)"
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pipeline.prepare
	touch $@

demo: $(STAMP) ## write sample exports of all platforms and judge them
	@$(BIN)/guize demo ./demo
	$(BIN)/guize run ./demo/exports --warehouse ./demo/warehouse
	echo "guize 在 $(BIN) 里：先 source $(BIN)/activate / guize lies in $(BIN): source $(BIN)/activate first"

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest -n 2

campaign: $(STAMP) ## the twin on 14,000 worlds and every mutant of the SQL (long)
	GUIZE_CAMPAIGN=1 $(BIN)/python -m pytest -n 2 tests/engine/test_twin.py tests/engine/test_mutants.py

check: $(STAMP) ## ruff, mypy, yamllint, sqlfluff, rules check
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/yamllint -s .
	if compgen -G 'sql/*/*.sql' >/dev/null; then $(BIN)/sqlfluff lint -q sql; fi
	$(BIN)/guize rules check

bench: $(STAMP) ## speed and memory of every stage against a plain scan (MESSAGES=2000000)
	@$(BIN)/python -m benchmarks --messages $(or $(MESSAGES),2000000)

text-report: $(STAMP) ## precision and recall of the lexicons on the labelled set
	@$(BIN)/python -m pipeline.text.report tests/data/utterances.csv

dictionary: $(STAMP) ## write warehouse/README.md, the data dictionary, from pipeline/tables.py
	$(BIN)/python -m pipeline.publish.dictionary --write

cookbook: $(STAMP) ## write the demo's answers into docs/cookbook.md (after make demo)
	@$(BIN)/python -m pipeline.publish.cookbook demo/warehouse

VENDOR := pipeline/publish/report/vendor

vendor: ## bundle the charts of the report again, from the npm registry (needs node; the result is committed)
	@work="$$(mktemp -d)"; trap 'rm -rf "$$work"' EXIT
	cp $(VENDOR)/entry.js "$$work"; cp $(VENDOR)/package.json "$$work"
	( cd "$$work" && npm install --silent --no-audit --no-fund \
	  && npx esbuild entry.js --bundle --minify --format=iife --global-name=echarts --legal-comments=none \
	     --target=es2020 --outfile=echarts.min.js )
	cp "$$work/echarts.min.js" $(VENDOR)/
	{ echo "echarts.min.js is a bundle of the packages below, built by 'make vendor'."
	  for name in echarts zrender tslib; do
	      printf '\n=============== %s ===============\n' "$$name"
	      cat "$$work/node_modules/$$name"/LICENSE* "$$work/node_modules/$$name"/NOTICE* 2>/dev/null || true
	  done
	  cat "$$work"/node_modules/echarts/licenses/*; } > $(VENDOR)/LICENSES.txt

clean: ## remove what was generated (not .venv)
	rm -rf demo build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

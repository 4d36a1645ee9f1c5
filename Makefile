# Everything from a clean clone with Python 3.11 or newer, make and git. A second run finds what the first installed.
PYTHON ?= python3
VENV   ?= .venv
PORT   ?= 8000
SECONDS ?= 300
BIN     = $(VENV)/bin
STAMP   = $(VENV)/.installed
EXTRAS  = oscar,postgres
INSTALL = $(BIN)/python -m pip install -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo demo-cluster test test-full test-saleor coverage bench bench-cluster chaos lint docs

help:
	@echo "make demo       the example shop on http://127.0.0.1:$(PORT), with its worker and a parcel simulator"
	@echo "make demo-cluster  the same on three web servers behind nginx, two worker clusters, PostgreSQL and Redis"
	@echo "make test       every test on this interpreter: SQLite, PostgreSQL, browser"
	@echo "make test-full  the large volumes and the matrix of Pythons, Djangos and Wagtails"
	@echo "make test-saleor SALEOR_API_URL=…  the app in a Saleor of yours; docs/hosts/saleor.md"
	@echo "make coverage   the tests of make test again, and how much of the code they reach"
	@echo "make bench      the benchmark table, and bench/results.json"
	@echo "make chaos      a thousand faults while orders come in: FAULTS=1000 SEED=7 BROKER=redis|orm"
	@echo "make bench-cluster  holds 1,000 open pages against that cluster for five minutes; SECONDS=60 for less"
	@echo "make lint       ruff, mypy, import contracts"
	@echo "make docs       the manual, in docs/_build/html"

demo: $(STAMP)-demo
	@export PORT=$(PORT); exec $(BIN)/python -u -m example_site.demo

demo-cluster: $(STAMP)-cluster
	@export PORT=$(PORT); exec $(BIN)/python -u -m example_site.cluster

test: $(STAMP)-test $(STAMP)-chromium $(STAMP)-nginx
	@$(BIN)/python -m tools.suite moderate

test-full: $(STAMP)-test $(STAMP)-nginx
	@$(BIN)/python -m tools.suite full

test-saleor: $(STAMP)-test
	@test -n "$(SALEOR_API_URL)" || { echo "make test-saleor SALEOR_API_URL=http://127.0.0.1:8000/graphql/"; exit 2; }
	@SALEOR_API_URL=$(SALEOR_API_URL) $(BIN)/python -m pytest -q --ds=tests.projects.saleor.settings tests/projects/saleor/test_real.py

coverage: $(STAMP)-test $(STAMP)-chromium
	@$(BIN)/python -m tools.suite moderate --coverage

bench: $(STAMP)-bench
	@$(BIN)/python -m bench

chaos: $(STAMP)-test
	@$(BIN)/python -m tests.chaos $(if $(FAULTS),--faults $(FAULTS)) $(if $(SEED),--seed $(SEED)) $(if $(BROKER),--broker $(BROKER))

bench-cluster: $(STAMP)-cluster
	@$(BIN)/python -u -m bench.cluster --seconds $(SECONDS)

lint: $(STAMP)-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

docs: $(STAMP)-docs
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build/html

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade "pip>=25.1"
	@touch $@

$(STAMP)-demo: $(STAMP) pyproject.toml
	$(INSTALL) -e ".[$(EXTRAS)]" --group demo
	@touch $@

$(STAMP)-cluster: $(STAMP)-demo $(STAMP)-nginx
	$(INSTALL) -e ".[$(EXTRAS),redis]" --group cluster
	@touch $@

$(STAMP)-nginx: $(STAMP) tools/find_nginx.py
	$(BIN)/python tools/find_nginx.py --install
	@touch $@

$(STAMP)-test $(STAMP)-lint $(STAMP)-bench $(STAMP)-docs: $(STAMP)-dev
	@touch $@

$(STAMP)-dev: $(STAMP) pyproject.toml
	$(INSTALL) -e ".[$(EXTRAS),salesman]" --group dev
	@touch $@ $(STAMP)-demo

$(STAMP)-chromium: $(STAMP)-dev tools/find_chromium.py
	$(BIN)/python tools/find_chromium.py --install
	@touch $@

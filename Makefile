# Everything that a developer or CI types. Needs Python 3.11 or newer, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
COMPILE := $(BIN)/pip-compile --quiet --no-config --generate-hashes --allow-unsafe --no-header \
  --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
# Left out of the lock of the remote rules: what dvc exp alone uses, and the only source archive, which
# would run code as it is installed.
WHEELS_ONLY := --no-annotate --no-allow-unsafe $(addprefix --unsafe-package ,hydra-core omegaconf \
  antlr4-python3-runtime)
TORCH ?= torch
PYTEST := $(BIN)/python -m pytest --durations=25 --durations-min=1
EVERY_RUN := $(PYTEST) -m "not slow and not optin" -n auto --dist worksteal
# The tests of what is to be covered; in the others coverage would only cost time.
MEASURED := $(addprefix tests/,app cli domain reading rules)
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup lint types imports generated test test-slow test-torch test-trees test-services \
  demo bench pyz lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: $(STAMP)  ## make .venv from the locked requirements

$(STAMP): requirements/pip.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "make: Python 3.11 or newer is needed: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/pip.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	touch $(STAMP)

lint: setup  ## ruff: lint and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup  ## mypy, strict
	$(BIN)/mypy

imports: setup  ## import contracts
	$(BIN)/lint-imports --no-cache

generated: setup  ## generated files are as generated
	for script in scripts/generate_*.py; do $(BIN)/python $$script --check || exit 1; done

test: setup lint types imports generated  ## lint, type, check contracts, run the tests
	rm -f .coverage .coverage.*
	bad=0; \
	$(EVERY_RUN) --cov --cov-report= $(MEASURED) || bad=1; \
	$(BIN)/coverage report --skip-covered || bad=1; \
	for room in reading rules app; do \
	  total=$$($(BIN)/coverage report --format=total --precision=1 --include="src/registrar/$$room/*" \
	    --fail-under=90) || bad=1; \
	  echo "branch coverage of $$room/: $$total%, at least 90% wanted"; \
	done; \
	$(EVERY_RUN) -p no:cov $(addprefix --ignore=,$(MEASURED)) || bad=1; \
	exit $$bad

test-slow: setup  ## the slow lane
	$(PYTEST) -m "slow and not optin" -n auto --dist loadfile

test-torch: setup  ## opt-in: with PyTorch itself; TORCH='torch==2.13.0' says which
test-trees: setup  ## opt-in: with XGBoost and LightGBM themselves
test-torch: LARGE = $(TORCH)
test-trees: LARGE = xgboost-cpu lightgbm
test-torch test-trees: OPTIN_VENV ?= $(VENV)-$(@:test-%=%)
test-torch test-trees:
	test -x $(OPTIN_VENV)/bin/python || $(PYTHON) -m venv $(OPTIN_VENV)
	$(OPTIN_VENV)/bin/python -m pip install --quiet --disable-pip-version-check $(foreach name,$(LARGE),'$(name)')
	$(OPTIN_VENV)/bin/python scripts/share_packages.py $(BIN)/python
	$(OPTIN_VENV)/bin/python -m pytest -m optin tests/e2e/$(subst -,_,$@).py

test-services:  ## install what the tests need besides Python: git's HTTP backend, shells, programs from npm
	sh scripts/install_services.sh

demo: setup  ## the whole story: the gate, damaged entries, publishing with DVC and MLflow
	$(BIN)/python -I scripts/demo

bench: setup $(VENV)/bench/.installed  ## time against check-jsonschema, DVC, OpenSSL and more
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/publishing.py
	$(BIN)/python benchmarks/bytes.py
	$(BIN)/python benchmarks/scanning.py

$(VENV)/bench/.installed: requirements/bench.txt
	test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

pyz: setup  ## dist/registrar.pyz, byte for byte the same each time
	$(BIN)/python scripts/build_pyz.py dist/registrar.pyz

lock:  ## write requirements/*.txt again (with the pip-tools of .venv)
	cd requirements && for name in pip gate examples bench dev; do ../$(COMPILE) $$name.in --output-file $$name.txt || exit 1; done
	cd requirements && ../$(COMPILE) $(WHEELS_ONLY) remote.in --output-file remote.txt
	sed -i.old '/^$$/,$$d' requirements/remote.txt && rm requirements/remote.txt.old
	cp requirements/gate.txt src/registrar/app/shipped/files/registrar-requirements.txt
	cp requirements/remote.txt src/registrar/app/shipped/files/registrar-remote-requirements.txt

clean:  ## remove what the targets made
	rm -rf $(VENV) build dist src/*.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis

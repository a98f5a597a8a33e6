# Victim Referral Hub. Needs Python 3.11 or newer and make, nothing else.

# The first Python that is new enough and can make environments; else the first that is new enough.
able = $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; assert sys.version_info >= (3, 11)$(1)' >/dev/null 2>&1 && echo $$p && break; done)
ifndef PYTHON
PYTHON := $(or $(call able,; import ensurepip),$(call able,),python3)
endif
IN := .venv/bin/python

export HUB_HOME
export PORT
# What is started many times is compiled once, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-bench run stop reset test check audit bench screenshots prove

help: ## show this
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'
	@echo
	@echo "  PORT=8001 and HUB_HOME=folder run another instance beside the first."

setup: ## make .venv and the pages' assets
	@$(PYTHON) scripts/setup.py

setup-dev:
	@$(PYTHON) scripts/setup.py --dev

setup-bench:
	@$(PYTHON) scripts/setup.py --bench

run: setup ## start everything, with an invented hub at work; Ctrl-C stops it (DEMO=no: an empty one)
	@exec $(IN) -m hub.supervisor run --follow-parent

stop: ## stop what `make run` started, from another terminal
	@$(PYTHON) -m hub.supervisor stop

reset: ## stop it and delete its data (CONFIRM=yes: do not ask)
	@$(PYTHON) -m hub.supervisor reset

test: setup-dev ## every test, the browser's included
	@$(IN) scripts/test.py $(ARGS)

check: setup-dev ## style, types, layers and the fast tests, in under two minutes
	$(IN) -m ruff check .
	$(IN) -m ruff format --check .
	$(IN) -m mypy
	.venv/bin/lint-imports
	$(IN) scripts/audit.py --offline
	$(IN) -m pytest -p tests.fast -n 2 --dist=loadfile --no-loadscope-reorder --durations=5 --durations-min=2 $(ARGS)

audit: setup-dev ## what is known against the packages that we use (needs the network)
	@$(IN) scripts/audit.py

bench: setup-bench ## what things cost, side by side
	@$(IN) -m bench $(ARGS)

screenshots: setup-dev ## the pictures of docs/practitioners/day, of the demonstration that `make run` has started
	@$(IN) scripts/screenshots.py

prove: setup-dev ## the proofs, each zero with its denominator (ARGS=--quick for a short run)
	@$(IN) -m scripts.prove $(ARGS)

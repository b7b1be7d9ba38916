# make demo: see a renamed field reported.   make test: run every test.   Both make their own .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test lint bench fuzz cron lock clean
help:
	@echo "make demo   a vendor renames a field, and monitor tells"
	@echo "make test   all tests"
	@echo "make lint   ruff, mypy --strict, import-linter, pip-audit"
	@echo "make bench  how fast, as ratios measured in one run"
	@echo "make fuzz   new hostile input, ROUNDS=20 times what make test tries"
	@echo "make cron   renew cron/ from monitor.yaml"
	@echo "make soak   a hundred checks killed at random moments: is every alert delivered?"
	@echo "make lock   renew constraints.txt"

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "monitor needs Python 3.11 or newer; choose one: make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "python3 -m venv failed; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }
	$(BIN)/python -m pip install --quiet --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP)
	@$(BIN)/python -m tests.demo

test: $(STAMP)
	$(BIN)/python -m pytest -n auto --dist worksteal -q

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(BIN)/python tests/audit.py constraints.txt

bench: $(STAMP)
	@$(BIN)/python -m tests.bench.bench

ROUNDS ?= 20
fuzz: $(STAMP)
	MONITOR_FUZZ=1 MONITOR_FUZZ_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest -n auto --dist worksteal -q tests/fuzz

AT := --folder /srv/vendor-drift --program /srv/vendor-drift/.venv/bin/monitor
cron: $(STAMP)
	$(BIN)/monitor schedule --format crontab $(AT) --output cron
	$(BIN)/monitor schedule --format systemd $(AT) --output cron/systemd
	$(BIN)/monitor schedule --format k8s --output cron

KILLS ?= 100
soak: $(STAMP)
	MONITOR_KILLS=$(KILLS) $(BIN)/python -m pytest -q tests/road/test_killed_alerts.py

# needs uv (pip install uv): one file for every platform and Python from 3.11 on
lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --upgrade --custom-compile-command "make lock" -q -o constraints.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

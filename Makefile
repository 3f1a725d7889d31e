# Everything a newcomer needs: `make demo`, `make test`. Each target sets up its own .venv first and reuses it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
RUNNABLE := $(VENV)/.runnable

# Tests on real registry records, on pairs of them and on seed pages run where those folders lie beside the checkout; elsewhere they skip and say so.
ifneq ($(wildcard ../shared/registry-data),)
export TRIAL_RECORDS ?= $(abspath ../shared/registry-data)
endif
ifneq ($(wildcard ../shared/cases),)
export TRIAL_CASES ?= $(abspath ../shared/cases)
endif
ifneq ($(wildcard ../shared/seeds),)
export TRIAL_SEEDS ?= $(abspath ../shared/seeds)
endif

.PHONY: setup demo test lint format bench soak clean

define venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "The watcher needs Python 3.11 or newer; $$($(PYTHON) --version) was found. Name another with: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python has no venv module. On Debian or Ubuntu: apt install python3-venv. Then run make again."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV) (once; reused afterwards) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '$(1)'
	@touch $@
endef

setup: $(READY)

# What tests and lint need.
$(READY): pyproject.toml
	$(call venv,.[dev])

# What a run needs; nothing to do where the tests are set up.
$(RUNNABLE): pyproject.toml
	$(call venv,.)

demo: $(if $(wildcard $(READY)),$(READY),$(RUNNABLE))
	@$(BIN)/watcher demo --out demo-out

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Two gates on branch coverage: the pure heart at 95 %, all the rest at 90 %.
# The tests start the program some hundred times; where nothing compiled is kept, half of that is compiling.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(READY)
	@rm -f .coverage .coverage.*
	$(BIN)/pytest -n 2 -m "not soak" --cov --cov-report=
	$(BIN)/coverage report --include='watcher/changes/*' --fail-under=95
	$(BIN)/coverage report --omit='watcher/changes/*' --fail-under=90

bench: $(READY)
	$(BIN)/python -m benchmarks

soak: $(READY)
	$(BIN)/pytest -m soak -n 0 -s

clean:
	rm -rf $(VENV) .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis demo-out dist

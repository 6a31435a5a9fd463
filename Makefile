# Everything here needs Python 3.11 or newer and make; the rest is installed into .venv.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# Touched when the locked packages are in place; older than the lock file = install.
STAMP := $(VENV)/.installed
PYTHONS := $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14
TYPED := apps postbacks_project tests manage.py $(wildcard benchmarks)

# Whatever is run by hand in a clone is development; production does not use make.
export DEBUG := true
# Passed on by the targets that say so, e.g. make test ARGS="tests/actions -k slack".
ARGS :=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test suite static check smoke soak bench bench-admin bench-scale bench-retention lint format format-check types layers \
	migrations check-deploy links docs lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(STAMP) ## Start everything with demo data; Ctrl-C stops it (ARGS="--port 9000")
	@OUTBOUND_ALLOWED_NETWORKS=127.0.0.0/8 $(BIN)/python manage.py demo $(ARGS)

test: $(STAMP) ## Run the tests (ARGS="tests/actions -k slack")
	$(BIN)/python -m pytest $(ARGS)

static: lint format-check types layers migrations check-deploy links ## What a change must pass without running

suite: $(STAMP) ## Run all tests, on up to four cores at once, and tell what they cover
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist worksteal \
	  --cov --cov-report=term:skip-covered

check: static suite ## Everything a change must pass, tests last

smoke: $(STAMP) ## Send real requests to real processes on a temporary database
	@$(BIN)/python -m tests.smoke

soak: $(STAMP) ## Break everything in turn and check that nothing is lost (ARGS="--seconds 120 --seed 7")
	@$(BIN)/python -m tests.soak $(ARGS)

bench: $(STAMP) ## Measure throughput, latency and memory (ARGS="…")
	$(BIN)/python -m benchmarks $(ARGS)

bench-admin: $(STAMP) ## Measure the admin's screens on many rows (ARGS="--large")
	@$(BIN)/python -m benchmarks.admin $(ARGS)

bench-scale: $(STAMP) ## Measure 1, 2 and 4 workers, before and after 5 million events (ARGS="…")
	@$(BIN)/python -m benchmarks.scale $(ARGS)

bench-retention: $(STAMP) ## Live through a year with pruning; tables must stay flat (ARGS="--days 200")
	@$(BIN)/python -m benchmarks.retention $(ARGS)

lint: $(STAMP) ## Check the code with ruff
	$(BIN)/ruff check .

format: $(STAMP) ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

format-check: $(STAMP) ## Check that the code is formatted
	$(BIN)/ruff format --check .

types: $(STAMP) ## Check the types with mypy
	$(BIN)/mypy $(TYPED)

layers: $(STAMP) ## Check who imports whom
	$(BIN)/lint-imports

migrations: $(STAMP) ## Check that models and migrations agree
	$(BIN)/python manage.py makemigrations --check --dry-run

# The keys are made here and thrown away; no default may stand in for them.
check-deploy: $(STAMP) ## Run Django's checks with settings like those of production
	@echo "manage.py check --deploy --fail-level WARNING"
	@DEBUG=false ALLOWED_HOSTS=postbacks.example DATABASE_URL=postgres://nobody@localhost:1/none \
	SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	SECRET_BOX_KEYS="$$($(BIN)/python -c 'from cryptography.fernet import Fernet as F; print(F.generate_key().decode())')" \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

links: $(STAMP) ## Find dead links in the documents (no network)
	$(BIN)/python -m tests.house.links

docs: $(STAMP) ## Write the pages of actions and roles from their declarations
	$(BIN)/python -m tests.house.action_pages
	@echo "from tests.house.role_page import write; write()" | $(BIN)/python manage.py shell

lock: ## Pin the newest allowed versions in both requirements.lock (needs uv)
	@command -v uv >/dev/null || { \
	  echo "make lock needs uv. Install it with: pip install uv" >&2; exit 1; }
	uv pip compile pyproject.toml --all-extras --group dev --python-version 3.11 \
	  --universal --generate-hashes --upgrade --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --quiet -o requirements.lock
	uv pip compile pyproject.toml --extra redis -c requirements.lock \
	  --python-version 3.11 --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --quiet -o deploy/requirements.lock

clean: ## Delete caches and build results; keeps .venv and the data in var/
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis \
	  .coverage staticfiles
	find apps postbacks_project tests -name __pycache__ -type d -exec rm -rf {} +

$(STAMP): requirements.lock
	@python=; \
	for candidate in $(PYTHONS); do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or newer was not found (tried: $(PYTHONS))." >&2; \
	  echo "Install it, or name it: make PYTHON=/path/to/python3.12 …" >&2; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python has no venv module. On Debian: apt-get install python3-venv" >&2; \
	  exit 1; fi; \
	echo "Installing the locked packages into $(VENV) ($$($$python --version)) …"; \
	"$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --require-hashes -r requirements.lock
	@touch $@

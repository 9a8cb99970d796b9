# Plain make (3.81 too) and a POSIX shell. What needs more than a line is a script beside what it serves.
#   make demo PORT=8001 · make test-unit ARGS="-k approve -x" · PYTHON=/path/to/python3.12 make demo

SHELL := /bin/sh
PY := .venv/bin/python
PORT ?= 8000
ARGS ?=
PYTEST := $(PY) -m pytest -p no:pytest_cov
IN_MEMORY := not (postgres or redis or worker or chromium)
FAST := $(wildcard tests/unit tests/property tests/meta)
# mypy looks where mistakes are dear (docs/layout.md).
TYPED := $(foreach word,states.py errors.py transitions.py events.py problems.py problems engine actions,$(wildcard */$(word)))
MADE := config/static/workfloor

# `check --deploy` judges the full edition as it should be deployed; nothing is connected to.
DEPLOYED := SECRET_KEY=only-here-to-be-checked-0123456789-abcdefghijklmnopqrstuvwxyz \
	DATABASE_URL=postgres://workfloor_app@localhost/workfloor REDIS_URL=redis://localhost:6379 \
	ALLOWED_HOSTS=.example.com BASE_DOMAINS=example.com HTTPS=1 DEBUG=0 WORKFLOOR_HOME=build/check

.PHONY: help demo test test-fast test-unit test-integration test-api test-e2e test-matrix test-memory test-services race-dispatch \
	test-browser test-crash test-cov test-report test-all bench-queries bench-lists bench-recommend \
	bench-dispatch bench-plans bench-inbox bench-notifications bench-sockets check lint imports types migrations deployable lock css css-check \
	clean base-pins test-pins dev-pins

help: ## these targets
	@awk 'BEGIN { FS = ":.*## " } \
		/^## / { printf "\n%s\n", substr($$0, 4) } \
		/^[a-z][a-z0-9-]*:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile

## Use it
demo: ## install, fill two organizations, serve http://127.0.0.1:8000 (PORT=); Ctrl-C stops it
	@PORT=$(PORT) exec config/deploy/demo

## Test it
test: test-pins ## every tier this machine can run, and a line on what it could not
	@exec $(PY) .ci/suite $(ARGS)

test-fast: test-pins ## the loop while editing: unit, property, meta
	@exec $(PYTEST) -p no:xdist -m "not slow and $(IN_MEMORY)" $(FAST) $(ARGS)

test-unit: test-pins ## one function or class
	@exec $(PYTEST) -p no:xdist -m "unit and $(IN_MEMORY)" $(ARGS)

test-integration: test-pins ## several modules or apps, in process
	@exec $(PYTEST) -n 2 --dist loadscope -m "integration and $(IN_MEMORY)" $(ARGS)

test-api: test-pins ## through the HTTP API
	@exec $(PYTEST) -n 2 --dist loadscope -m "api and $(IN_MEMORY)" $(ARGS)

test-e2e: test-pins ## whole workflows, through every door they have
	@exec $(PYTEST) -n 2 --dist loadscope -m "e2e and $(IN_MEMORY)" $(ARGS)

test-matrix: test-pins ## every route, role, state and foreign id, against the golden tables
	@exec $(PYTEST) -n 2 --dist loadscope -m "matrix and $(IN_MEMORY)" $(ARGS)

test-memory: test-pins ## all that needs no service
	@exec $(PY) .ci/suite memory generated $(ARGS)

test-services: test-pins ## PostgreSQL, Redis and a real worker, all required; and the memory tests on PostgreSQL
	@exec $(PY) .ci/suite --require memory-on-postgres services $(ARGS)

race-dispatch: test-pins ## sixty-four who want one task, two hundred times, on PostgreSQL; prints who won
	@RACE_ROUNDS=200 $(PYTEST) -n 0 tests/services/test_dispatch_races.py -k TestOneTask $(ARGS)

test-crash: test-pins ## 20,000 transitions while everything is killed, PostgreSQL and Redis too (TRANSITIONS= SEED=)
	@TRANSITIONS=$(TRANSITIONS) SEED=$(SEED) $(PY) -m tests.support.faults.crash

test-browser: test-pins ## Chromium, required
	@exec $(PY) .ci/suite --require browser $(ARGS)

test-cov: test-pins ## `test` with branch coverage, which must reach the mark in .coveragerc
	@exec $(PY) .ci/suite --cov $(ARGS)

test-report: test ## `test`, then where its reports are
	@ls -l build/*.html build/*.xml build/*.json

test-all: test-pins ## everything, everything required, with coverage
	@exec $(PY) .ci/suite --require --every-cell --cov $(ARGS)

bench-queries: test-pins ## SQL statements of the main lists at 10 and at 1,000 rows, which must be equal
	@$(PY) -m benchmarks.list_queries

bench-lists: test-pins ## CPU of lists, details and creates beside bare and plain rivals, at 100,000 orders (ROWS= ROUNDS=)
	@ROWS=$(ROWS) ROUNDS=$(ROUNDS) $(PY) -m benchmarks.lists

bench-plans: test-pins ## a plan of 10,000 tasks x 500 members on PostgreSQL: seconds and statements to read, solve, write, publish, undo (DATABASE_URL= TASKS= MEMBERS=)
	@TASKS=$(TASKS) MEMBERS=$(MEMBERS) $(PY) -m benchmarks.plans

bench-inbox: test-pins ## list, filters and unread count of an inbox at 5,000,000 entries on PostgreSQL, beside bare SQL (ROWS= ROUNDS=)
	@ROWS=$(ROWS) ROUNDS=$(ROUNDS) $(PY) -m benchmarks.inbox

bench-dispatch: dev-pins ## plans, packings and shops beside rivals: seconds, gap, memory (QUICK=1 ONLY=backlogs|plans|packings|shops)
	@QUICK=$(QUICK) ONLY=$(ONLY) $(PY) -m benchmarks.dispatch

bench-recommend: test-pins ## who could take a task, of 500 people, beside a bare query of them (MEMBERS= ROUNDS=)
	@MEMBERS=$(MEMBERS) ROUNDS=$(ROUNDS) $(PY) -m benchmarks.recommend

bench-notifications: dev-pins ## telling people: fan-out, relay, latency and sockets, each beside its limit (ONLY=fan_out|relay|latency|sockets MEMBERS= EVENTS= ROUNDS= PER_SECOND=)
	@ONLY=$(ONLY) MEMBERS=$(MEMBERS) EVENTS=$(EVENTS) ROUNDS=$(ROUNDS) PER_SECOND=$(PER_SECOND) $(PY) -m benchmarks.notifications

bench-sockets: dev-pins ## a thousand sockets on one process beside channel-layer groups: latency, deliveries (SOCKETS= SECONDS= ROUNDS= LAYERS=)
	@SOCKETS=$(SOCKETS) SECONDS=$(SECONDS) ROUNDS=$(ROUNDS) $(if $(LAYERS),LAYERS=$(LAYERS)) $(PY) -m benchmarks.sockets

## Change it
check: lint imports types migrations deployable ## what must hold before a test is worth running

lint: dev-pins ## ruff's rules and format, and that the requirement files agree
	@requirements/lock --check
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet . || { echo "workfloor: run $(PY) -m ruff format ."; exit 1; }

imports: dev-pins ## which module may import which
	@$(PY) .venv/bin/lint-imports --no-cache

types: dev-pins ## mypy, on states, errors, transitions, events, problems, engine, actions
	@mkdir -p build && WORKFLOOR_HOME=build/check $(PY) -m mypy $(TYPED)

migrations: dev-pins ## every model change has its migration
	@WORKFLOOR_HOME=build/check $(PY) manage.py makemigrations --check --dry-run

deployable: dev-pins ## Django's own deployment check, on safe settings: nothing to say
	@$(DEPLOYED) $(PY) manage.py check --deploy --fail-level WARNING

lock: ## compile requirements/*.in into hash-pinned *.txt (ARGS=--upgrade)
	@requirements/lock $(ARGS)

css: node_modules ## compile the stylesheet and icons, which are committed: nobody needs Node to run Workfloor
	@npm run --silent css && npm run --silent icons

css-check: node_modules ## the committed stylesheet and icons are what their sources compile to
	@mkdir -p build/committed && cp $(MADE)/app.css $(MADE)/icons.svg build/committed
	@npm run --silent css && npm run --silent icons
	@cmp build/committed/app.css $(MADE)/app.css && cmp build/committed/icons.svg $(MADE)/icons.svg || \
		{ echo "workfloor: they were stale; commit the ones just made"; exit 1; }

node_modules: package-lock.json
	@npm install --silent --no-save --no-audit --no-fund && touch node_modules

clean: ## throw away what was made here, but not the data in var/
	@rm -rf .venv build node_modules .hypothesis .import_linter_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

base-pins test-pins dev-pins:
	@requirements/install $(@:-pins=)

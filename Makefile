.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON := .venv/bin/python
# Each of the many processes that a check starts would otherwise compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test coverage quick lint format requirements bench chaos bench-speech bench-medications bench-roles bench-risk bench-upload bench-evidence bench-web bench-batch bench-grounding bench-checks simulate-night

help: ## What can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: ## Make .venv/ and install what is missing
	@infra/setup/setup.sh

demo: setup ## Run the whole main job on the bundled sample session
	@.venv/bin/nightscribe demo

# What takes longest goes first. Coverage is counted in the tests of one process: elsewhere it costs half their time again,
# and processes that tests kill report none.
TESTED := $(PYTHON) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# Style, types and layers are checked beside the tests, which leave a core idle where they wait; their word comes last.
define beside_lint
said=$$(mktemp); $(MAKE) --no-print-directory lint >$$said 2>&1 & linting=$$!; \
{ $(1); }; tested=$$?; wait $$linting; linted=$$?; cat $$said; rm -f $$said; exit $$((tested | linted))
endef

test: setup ## Check and test everything, real servers included
	@$(call beside_lint, $(TESTED) tests/e2e tests/integration tests/web; first=$$?; \
	$(TESTED) --cov --cov-fail-under=80 --cov-report=term:skip-covered tests/contract tests/unit && (exit $$first))

coverage: setup ## Count what all tests but those of whole deployments and pages reach
	@$(TESTED) --cov --cov-report=term:skip-covered tests/integration tests/contract tests/unit

quick: setup ## The checks and tests that take seconds
	@$(call beside_lint, $(PYTHON) -m pytest -q --numprocesses 2 --hypothesis-profile quick -p no:schemathesis -m "not slow" tests/unit)

lint: setup ## Style, types, layers
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

format: setup ## Put the code in the house's form
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

requirements: setup ## Compile the pinned, hashed requirements from pyproject.toml
	@infra/setup/compile-requirements.sh

bench: setup ## Time the sample session: seconds, real-time factors, memory, the pipeline's own share
	@$(PYTHON) -m bench.session

chaos: setup ## Kill, stall and starve workers and servers at random for two minutes, then audit what is left
	@$(PYTHON) -m bench.chaos

simulate-night: setup ## Live through a night on a virtual clock, and say how far off the forecast was at each hour
	@$(PYTHON) -m bench.night --dying 0.33
	@$(PYTHON) -m bench.night --nights 12
	@$(PYTHON) -m bench.forecast

bench-batch: setup ## Time a manifest of 3,200 rows: checked whole, encrypted and enqueued
	@$(PYTHON) -m bench.batch

bench-speech: setup ## Word, speaker and role accuracy, speed and memory of the speech engines
	@$(PYTHON) -m bench.speech

bench-medications: setup ## How many misheard medication names are marked, in 200 sentences of four synthetic voices
	@$(PYTHON) -m bench.medications

bench-roles: setup ## How often the clinician is told from the client, by what is said
	@$(PYTHON) -m bench.roles

bench-risk: setup ## Utterances of risk found, look-alikes raised, and what ordinary talk raises
	@$(PYTHON) -m bench.grounding.risk

bench-grounding: setup ## What grounding verdicts are worth, on natural errors and on injected ones, and their speed
	@$(PYTHON) -m bench.grounding

bench-checks: setup ## How often each finding of the verifier is right, over 17,580 claims of short invented excerpts
	@$(PYTHON) -m bench.grounding.checks

bench-upload: setup ## A 500 MB recording uploaded in parts, against a plain copy through the same server
	@$(PYTHON) -m bench.upload

bench-evidence: setup ## Whether evidence is shown where people found the answer, on 70 long meetings
	@$(PYTHON) -m bench.grounding.evidence

bench-web: setup ## Time every page and query over 100,000 sessions and a million audit entries
	@$(PYTHON) -m bench.web

# Byeol's everyday commands. `make` alone lists them.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo setup run seed sync test slow check format bench docs messages lock clean

help: ## List these commands
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.demo ## Try the bot without a token
	$(BIN)/python -m bot demo $(ARGS)

setup: $(VENV)/.run ## Ask for what a bot needs, and write it to .env
	@$(BIN)/python -m bot setup

run: $(VENV)/.run ## Start the bot on Discord (DISCORD_TOKEN in .env)
	$(BIN)/python -m bot run

seed: $(VENV)/.run ## Load seeds/ into the database
	$(BIN)/python -m bot seed $(ARGS)

sync: $(VENV)/.run ## Take in open data (BYEOL_CONTACT in .env)
	$(BIN)/python -m bot sync $(ARGS)

test: $(VENV)/.test ## Run the tests
	$(BIN)/python -m pytest -m "not slow" -n auto $(ARGS)

slow: $(VENV)/.test ## Run the tests that take minutes: crashes, faults, soaks
	$(BIN)/python -m pytest -m slow $(ARGS)

check: $(VENV)/.check ## Format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright

format: $(VENV)/.check ## Put the code in shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.test ## Measure what the README promises
	$(BIN)/python -m bench $(ARGS)

docs: $(VENV)/.test ## Write what is generated: docs/commands.md and the README's picture
	$(BIN)/python -m scripts.commands_page
	$(BIN)/python -m scripts.demo_picture

messages: $(VENV)/.run ## Collect the words of the code into the translations
	$(BIN)/python -m scripts.messages

lock: $(VENV)/.venv ## Resolve the dependencies anew into requirements/
	$(BIN)/python -m pip install --quiet uv
	for set in run postgres demo test check; do \
		extra=$$([ $$set = run ] || echo --extra $$set); \
		$(BIN)/uv pip compile pyproject.toml $$extra --universal --python-version 3.11 --upgrade --quiet \
			--no-emit-package byeol --no-emit-index-url --no-header --generate-hashes --output-file requirements/$$set.txt || exit 1; \
	done

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis

$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Byeol needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.%: requirements/%.txt $(VENV)/.venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# All targets need Python 3.11 to 3.15; whatever else they need is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
ARCHIVE := rnn_notes.zip
PORT ?= 8000
READY := .venv/ready-$(firstword $(shell printf %s '$(CURDIR)' | cksum))
TOOLS := .rnn_notes/tools
BUILDER ?= mkdocs
SITE ?= site
BUILDERS := .rnn_notes/builders
BUILD_mkdocs := mkdocs build --strict --site-dir
BUILD_properdocs := properdocs build --strict --config-file mkdocs.yml --site-dir
BUILD_zensical := rnn_notes.web.zensical_build
BUILT := .rnn_notes/built
export NO_MKDOCS_2_WARNING := 1# else the theme prints an advertisement
unexport PYTHONDONTWRITEBYTECODE# else each process compiles all that it imports

.DEFAULT_GOAL := help
.PHONY: help serve test quick reader check site offline book epubcheck builders always mutants soundness bench lock advisories clean

help: ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
	@echo "Without make: pip install -r requirements.txt, then mkdocs serve, or pytest"

serve: $(READY) ## Read the notes at http://127.0.0.1:8000 (PORT=8000), rebuilt as you edit
	$(BIN)/python -m mkdocs serve --dev-addr 127.0.0.1:$(PORT)

test: $(READY) ## Run the checks: code, pages, equations, figures, site
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile

quick: $(READY) ## Run the checks that need no browser, no site and no training: after each edit
	$(BIN)/python -m pytest --quick --numprocesses logical --maxprocesses 4 --dist loadfile

reader: $(READY) ## Look at each page as readers meet it: in a browser, from files, as a notebook, its blocks in their Python
	$(BIN)/python -m pytest --reader --numprocesses logical --maxprocesses 4 --dist loadfile

check: $(READY) ## Format, lint and types
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy

site: $(READY) $(if $(filter-out mkdocs,$(BUILDER)),$(BUILDERS)/ready) ## Build the site into site/; any warning is an error (BUILDER=properdocs or zensical)
	$(if $(BUILD_$(BUILDER)),,$(error BUILDER is mkdocs, properdocs or zensical, and not $(BUILDER)))
	$(if $(filter-out mkdocs,$(BUILDER)),PYTHONPATH=$(BUILDERS)) $(BIN)/python -m $(BUILD_$(BUILDER)) $(SITE)

offline: $(READY) ## Build rnn_notes.zip: the site for reading without a server; open its index.html
	$(BIN)/python -m mkdocs build --strict --config-file mkdocs-offline.yml --site-dir .rnn_notes/offline/rnn_notes
	$(BIN)/python -m zipfile -c $(ARCHIVE) .rnn_notes/offline/rnn_notes

book: site offline ## Build a PDF and an EPUB into site/downloads/, and offer them on the home page; needs Chromium
	$(BIN)/python -m rnn_notes.web.books site $(ARCHIVE)

epubcheck: $(TOOLS)/ready ## Judge the EPUB that make book has made by the EPUBCheck of the W3C; needs Java
	java -jar $(TOOLS)/lib/python*/site-packages/epubcheck/epubcheck.jar --failonwarnings site/downloads/rnn_notes.epub

builders: $(READY) $(BUILDERS)/ready $(if $(wildcard site/index.html),,site) ## Build the site with the other builders too: the pages of ProperDocs are those of site/, Zensical's keep the promises
	$(MAKE) --jobs=2 $(BUILT)/properdocs/rnn_notes $(BUILT)/zensical/rnn_notes
	$(BIN)/python .ci/same.py site $(BUILT)/properdocs/rnn_notes
	$(BIN)/python -m pytest --site $(BUILT)/zensical/rnn_notes --numprocesses logical --maxprocesses 4 --dist loadfile tests/test_site.py tests/browser/test_zensical.py

$(BUILT)/%/rnn_notes: always
	@$(MAKE) site BUILDER=$* SITE=$@

mutants: $(READY) ## Try one small mistake after another in every formula, and record which are found
	$(BIN)/python tests/mutants.py

soundness: $(READY) ## Judge random formulas, true and false by construction, and record how many rightly
	PYTHONPATH=tests $(BIN)/python -m soundness.score

bench: $(READY) ## Measure the cells against PyTorch, where it is installed
	$(BIN)/python -m rnn_notes.bench

lock: $(TOOLS)/ready ## Renew all that is pinned, with its hashes; needs npm
	$(TOOLS)/bin/python .ci/lock.py

advisories: $(TOOLS)/ready ## Check the pinned packages for known vulnerabilities; "make lock" then upgrades them
	$(TOOLS)/bin/python -m pip_audit --requirement requirements.lock --disable-pip

clean: ## Remove what was built, and the environment
	rm -rf .venv .rnn_notes site

# The mark is newer than the lock only if the install ran to its end, and has the name of the folder it ran in.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) .ci/install.py
	@touch $@

# They lie beside the environment, whose packages they share: .ci/builders.lock has what is in no requirements.lock.
$(BUILDERS)/ready: .ci/builders.lock $(READY)
	@rm -rf $(BUILDERS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: --requirement $< --target $(BUILDERS)
	@touch $@

$(TOOLS)/ready: .ci/tools.lock
	$(PYTHON) -m venv --clear $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --requirement $<
	@touch $@

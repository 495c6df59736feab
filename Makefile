# Two commands matter: `make demo` and `make test`. Each sets up what it needs by itself.
SHELL := /bin/bash
BIN := .venv/bin
ARGS ?=
# language, theme and name of the tablet's screens that README and docs show
TABLET_PICTURES := en-sun-home ar-night-home en-sun-table en-sun-overview fr-sun-full-doubt en-sun-map-point en-sun-send-running ar-night-consent-one

.PHONY: demo test setup quick lint night bench package pictures lock clean

demo: setup            ## a mission on this machine: relay, desks, tablet, 26 weeks of reports
	@$(BIN)/sync-server demo $(ARGS)

test: setup lint       ## everything but the exhaustive byte-by-byte work; under 10 minutes
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not (night or package)" $(ARGS)

setup:                 ## venv from the hash-pinned lock, system packages where apt may be used
	@bash .ci/setup

quick: setup           ## what to run after every change; under 30 s
	@FIRSTHAND_QUICK=1 $(BIN)/python -m pytest -n 2 --dist loadgroup -q -m "not (night or package or slow or gui or browser or system)" $(ARGS)

lint: setup
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/mypy --no-error-summary

night: setup           ## exhaustive: every byte, every truncation; resumable, under 60 minutes
	@$(BIN)/python -m tests.support.night $(ARGS)

bench: setup           ## figures as ratios against references in the same run; under 10 minutes
	@$(BIN)/python -m bench $(ARGS)

package: setup         ## the tablet as a program for Linux, built, started and used; CI's longer job
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r platforms/linux/requirements.txt
	@$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist/linux --workpath build/pyinstaller platforms/linux/firsthand.spec
	@$(BIN)/python -m pytest -q -m package tests/package $(ARGS)

pictures: setup        ## the pictures of README: the tablet's screens, and the desk's pages as its browser tests see them
	@rm -rf build/screens && mkdir -p build/screens docs/pictures
	@for looks in en-sun fr-sun ar-night; do $(BIN)/fieldapp screens build/screens/$$looks --lang $${looks%-*} --theme $${looks#*-}; done
	@rm -f docs/pictures/tablet-*
	@for name in $(TABLET_PICTURES); do screen=$${name#*-*-}; looks=$${name%-$$screen}; \
	 cp build/screens/$$looks/$$screen.png docs/pictures/tablet-$$screen-$$looks.png; done
	@FIRSTHAND_PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/browser $(ARGS)

lock:                  ## re-make the lock after a change of pyproject.toml (needs `uv` on the PATH)
	@uv pip compile -q pyproject.toml --extra test --universal --python-version 3.11 --generate-hashes \
	 --no-header --no-annotate -o requirements.txt

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .hypothesis .night build dist *.egg-info

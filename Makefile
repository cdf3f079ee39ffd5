# Autoencoders, twice. `make help` lists the targets.
# Where it is empty, tools/virtual_environment.sh finds one.
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
CHAPTER ?=
SHARD ?=
FRAMEWORK ?= torch
BUILD_TOOLS := setuptools==80.9.0
# Tests use the data that ships with the package, and one thread for each of their two processes:
# threads that outnumber the cores wait for each other.
# Hidden is a package that works out a grammar of web addresses whenever a process imports nbformat,
# which takes longer than most tests, and does without it.
TEST_ENV := AELIB_PROFILE=quick AELIB_OFFLINE=1 \
	OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 \
	PYTHONPATH=$(CURDIR)/tests/book/blocked AELIB_BLOCK_IMPORTS=rfc3987_syntax
# What chapters and models cost.
COSTS := _build/costs.json
PYTEST = $(TEST_ENV) $(BIN)/python -m pytest -n 2 $(if $(SHARD),--shard=$(SHARD))
# Stored outputs come from the real data or not at all.
RUN_ENV := AELIB_PROFILE=cpu AELIB_REQUIRE_DATA=1

.DEFAULT_GOAL := help
.PHONY: setup book test backend run seeds verify stale notebooks lab serve lint clean help gpu benchmark

setup: $(VENV)/.current  ## make .venv from requirements/ (does nothing when it is current)

$(VENV)/.current: pyproject.toml $(wildcard requirements/*.txt)
	sh tools/virtual_environment.sh $(VENV) "$(PYTHON)"
	index=$$($(BIN)/python -m tools.torch_index) && \
		$(BIN)/python -m pip install --quiet $$index -r requirements/cpu.txt $(BUILD_TOOLS)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

notebooks: setup  ## write the Keras-only and PyTorch-only notebooks to _build/notebooks
	$(BIN)/python -m tools.single_framework

book: setup  ## build the HTML book in _build/html, warnings are errors
	$(BIN)/python -m tools.build_book

test: setup  ## run every test (quick profile, no network); CHAPTER=... or SHARD=1/3: a part
	$(PYTEST) --budget=$(COSTS) $(if $(CHAPTER),--chapter=$(CHAPTER) tests/book book)

backend: setup  ## run the tests of the Keras models with Keras on PyTorch; SHARD=1/3: a part
	KERAS_BACKEND=torch $(PYTEST) tests/models tests/oracles -k keras

run: setup  ## execute CHAPTER=book/... in place (cpu profile) and store clean outputs
	$(RUN_ENV) $(BIN)/python -m tools.run_chapter $(CHAPTER)

seeds: setup  ## check the claims of CHAPTER under seeds 1, 2 and 3, storing nothing
	for seed in 1 2 3; do $(RUN_ENV) $(BIN)/python -m tools.run_chapter --seed $$seed $(CHAPTER) || exit 1; done

verify: setup  ## re-execute CHAPTER (default: all) in the cpu profile and compare with the stored outputs
	$(RUN_ENV) $(BIN)/python -m pytest --nbval-cell-timeout=600 $(or $(CHAPTER),$$($(BIN)/python -m tools.chapters))

stale: setup  ## list chapters whose outputs are older than the parts of aelib that they use
	$(BIN)/python -m tools.stale

lab: setup  ## open JupyterLab
	$(BIN)/jupyter lab

serve: book  ## build the book and serve it on http://localhost:8000
	$(BIN)/python -m http.server --directory _build/html 8000

benchmark: setup  ## measure the time to the well-known recipes' quality
	$(BIN)/python benchmarks/time_to_quality.py

$(VENV)-gpu-$(FRAMEWORK)/.current: pyproject.toml $(wildcard requirements/*.txt)
	sh tools/virtual_environment.sh $(VENV)-gpu-$(FRAMEWORK) "$(PYTHON)"
	$(VENV)-gpu-$(FRAMEWORK)/bin/python -m pip install --quiet -r requirements/gpu-$(FRAMEWORK).txt $(BUILD_TOOLS)
	$(VENV)-gpu-$(FRAMEWORK)/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

gpu: $(VENV)-gpu-$(FRAMEWORK)/.current notebooks  ## run FRAMEWORK=keras|torch notebooks on a GPU
	AELIB_PROFILE=gpu TF_CPP_MIN_LOG_LEVEL=0 $(VENV)-gpu-$(FRAMEWORK)/bin/python -m tools.run_on_gpu $(FRAMEWORK)

lint: setup  ## check style, types and workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --offline --quiet .github

clean:  ## remove what was built (keeps .venv)
	rm -rf _build .pytest_cache .ruff_cache .mypy_cache
	find . -name __pycache__ -not -path './$(VENV)*' -prune -exec rm -rf {} +

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-12s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

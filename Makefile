# make demo   play scripted teams on every task, then train a small one: tables, a curve, pictures in runs/demo/
# make test   all tests          make lint   ruff and mypy          make bench   speed against its bars
# make node   what the tests on a Minecraft server need: Node, if there is none, and its modules; without it they skip
# Each builds .venv by itself. PYTHON=python3.12 make ... picks the interpreter, TORCH=torch==2.9.0 the torch; TORCH= leaves the
# choice to pip.

PYTHON ?= python3
# The one the tests and figures of this repository were made with.
TORCH ?= torch==2.13.0
BIN := .venv/bin
WORKERS ?= 2

.PHONY: demo test lint bench node clean

demo: .venv/demo.stamp
	$(BIN)/collm demo --out runs/demo --overwrite

test: .venv/dev.stamp
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

node: .venv/dev.stamp
	$(BIN)/python -c "from collm_envs.minecraft.server.install import find_node; find_node()" 2>/dev/null || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[node]"
	$(BIN)/collm minecraft install --viewer

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/dev.stamp
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/sandbox.py
	$(BIN)/python benchmarks/sandbox.py --envs --rounds 3

$(BIN)/python:
	$(PYTHON) -m venv .venv

.venv/torch.stamp: | $(BIN)/python
	test -z "$(TORCH)" || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH)"
	touch $@

.venv/demo.stamp: pyproject.toml .venv/torch.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[cli,render,agents]"
	touch $@

.venv/dev.stamp: pyproject.toml .venv/torch.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $@ .venv/demo.stamp

clean:
	rm -rf .venv build dist runs .pytest_cache .mypy_cache .ruff_cache .hypothesis

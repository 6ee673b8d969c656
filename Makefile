# The README's commands. Each target sets up what it needs; see .ci/venv.
BIN := .venv/bin

.PHONY: demo test check test-real bench fuzz audit sbom lock clean

# How long `make fuzz` goes on.
SECONDS ?= 60

demo: .venv/ready
	$(BIN)/ronde demo --keep .demo

test: .venv/ready-dev
	$(BIN)/pytest -m "not real" --numprocesses auto --maxprocesses 4 --dist worksteal

check: .venv/ready-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.house

test-real: .venv/ready-dev
	$(BIN)/python tests/lab/install.py
	$(BIN)/python tests/lab/namespace.py -- $(BIN)/pytest -m real tests/lab

bench: .venv/ready-dev
	$(BIN)/python -m tests.bench $(PARTS)

fuzz: .venv/ready-dev
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

audit: .venv/ready-dev
	$(BIN)/pip-audit --strict --progress-spinner off --disable-pip --require-hashes --vulnerability-service osv -r requirements.lock

sbom: .venv/ready-dev
	mkdir -p build
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible -o build/ronde.cdx.json requirements.lock

lock: .venv/ready-dev
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --group build -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --group dev -c requirements.lock -o requirements-dev.lock pyproject.toml

.venv/ready: requirements.lock pyproject.toml
	sh .ci/venv requirements.lock $@

.venv/ready-dev: requirements-dev.lock pyproject.toml
	sh .ci/venv requirements-dev.lock $@

clean:
	rm -rf .venv .demo .lab build dist

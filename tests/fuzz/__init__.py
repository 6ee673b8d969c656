"""Fuzzing: every parser and every probe, one harness by registration; `python -m tests.fuzz`."""

"""Fuzz for a while: `python -m tests.fuzz --seconds 60 [--by chance] [NAME…]`.

Led by coverage where atheris is installed, by chance elsewhere. What broke is written into
`--crashes`, one input and one traceback each, and the exit code is 1.
"""

import argparse
import json
import os
import sys
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


def main() -> int:
    """Run in a child, which libFuzzer ends as it likes, and tell what came of it."""
    told = _told()
    told.crashes.mkdir(parents=True, exist_ok=True)
    (told.crashes / "counts.json").unlink(missing_ok=True)
    if not (child := os.fork()):
        _fuzz(told)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    counts: dict[str, int] = json.loads((told.crashes / "counts.json").read_text())
    broken = sorted(path for path in told.crashes.iterdir() if path.suffix == "")
    sys.stdout.write(f"{sum(counts.values()):,} inputs for {len(counts)} harnesses\n")
    sys.stdout.writelines(f"broken: {path}\n" for path in broken)
    return 1 if broken or status else 0


def _told() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    guided = "coverage" if find_spec("atheris") else "chance"
    parser.add_argument("names", nargs="*", help="harnesses; all of them if none is named")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--runs", type=int, default=1 << 40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--by", choices=("chance", "coverage"), default=guided)
    parser.add_argument("--crashes", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--corpus", type=Path, help="keep there what did something new")
    return parser.parse_args()


def _fuzz(told: argparse.Namespace) -> None:
    if told.by == "coverage":
        import atheris  # type: ignore[import-untyped]  # noqa: PLC0415 - it has none; only there

        with atheris.instrument_imports(
            include=["scanner", "probes"], enable_loader_override=False
        ):
            import_module("tests.fuzz.registry")  # what is imported here is watched
    from tests.fuzz import engine  # noqa: PLC0415 - after what is watched
    from tests.fuzz.registry import TARGETS  # noqa: PLC0415 - likewise

    targets = [TARGETS[name] for name in told.names or sorted(TARGETS)]
    tally = engine.Tally(told.crashes)
    bounds = engine.Bounds(told.seconds, told.runs, told.seed)
    if told.by == "chance":
        engine.by_chance(targets, tally, bounds)
        return
    with tempfile.TemporaryDirectory(prefix="ronde-fuzz-") as folder:
        corpus = told.corpus or Path(folder)
        corpus.mkdir(parents=True, exist_ok=True)
        engine.by_coverage(targets, tally, bounds, corpus)


if __name__ == "__main__":
    sys.exit(main())

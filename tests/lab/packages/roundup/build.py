"""Makes Roundup out of its source, for there are no wheels of it."""

import sys
from collections.abc import Iterator

from tests.lab.clients.call import NotInstalled, call, is_current, mark_current
from tests.lab.clients.step import Step
from tests.lab.layout import Family

FAMILY = Family("roundup")


def steps() -> Iterator[Step]:
    """What comes after setuptools."""
    yield "roundup, from its source", _build


def _build() -> str:
    """Install sdist.lock into the environment that has setuptools; nothing else is fetched."""
    lock, tools = FAMILY.sources / "sdist.lock", FAMILY.sources / "requirements.lock"
    made = FAMILY.home / "made"
    if is_current(made, lock, tools):
        return "ready"
    if not FAMILY.venv.exists():
        raise NotInstalled("needs the setuptools of requirements.lock")
    call(
        *(sys.executable, "-m", "pip", "--python", FAMILY.venv / "bin" / "python"),
        *("install", "-q", "--no-deps", "--no-build-isolation", "--no-binary", ":all:"),
        *("--require-hashes", "-r", lock),
    )
    made.mkdir(exist_ok=True)
    mark_current(made, lock, tools)
    return "new"

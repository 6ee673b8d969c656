"""Every harness, by name, and what its inputs have been so far."""

import base64
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.dialogues import dialogues
from tests.fuzz.files import files
from tests.fuzz.parsers import parsers
from tests.fuzz.target import Target

#: One file for each harness that has one; one input a line, in base64. `#` begins a comment.
CORPUS = Path(__file__).parent / "corpus"

TARGETS: dict[str, Target] = {
    target.name: target for target in (*parsers(), *files(), *dialogues())
}


def kept(name: str, folder: Path = CORPUS) -> Iterator[bytes]:
    """Give the inputs that are kept for a harness: those that once did something new, or broke."""
    path = folder / f"{name}.txt"
    if path.exists():
        for line in path.read_text(encoding="ascii").splitlines():
            if line and not line.startswith("#"):
                yield base64.b64decode(line, validate=True)


def seeds(target: Target) -> list[bytes]:
    """Give what the fuzzer begins with."""
    return [*target.seeds(), *kept(target.name)] or [b""]

"""Keep of a fuzzer's corpus what reaches new lines: `python -m tests.fuzz.keep FOLDER`.

The smallest inputs come first; what the seeds and the kept inputs reach already is left out.
"""

import base64
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

from tests.fuzz.engine import INDEX
from tests.fuzz.registry import CORPUS, TARGETS, seeds
from tests.fuzz.target import Target

#: Bytes of an input, and of all inputs of one harness, that are worth a place in the repository.
MOST_EACH = 2 << 10
MOST = 6 << 10

OURS = tuple(str(Path(__file__).parents[2] / folder) for folder in ("scanner", "probes"))

#: A step from one line to another of a file.
Step: TypeAlias = tuple[str, int, int]


def main(folder: Path) -> None:
    """Add to the corpus of the repository what is new in a fuzzer's folder."""
    found = defaultdict[str, list[bytes]](list)
    names = sorted(TARGETS)
    for path in folder.iterdir():
        data = path.read_bytes()
        if len(data) <= MOST_EACH:
            found[names[int.from_bytes(data[:INDEX]) % len(names)]].append(data[INDEX:])
    for name, inputs in sorted(found.items()):
        lines = [base64.b64encode(data).decode() for data in new(TARGETS[name], inputs)]
        if lines:
            with (CORPUS / f"{name}.txt").open("a", encoding="ascii") as file:
                file.writelines(f"{line}\n" for line in lines)


def new(target: Target, inputs: Iterable[bytes]) -> Iterator[bytes]:
    """Give the inputs that reach what nothing before them did, as far as there is room."""
    known = {step for data in seeds(target) for step in steps(target, data)}
    room = MOST
    for data in sorted(inputs, key=lambda one: (len(one), one)):
        reached = steps(target, data)
        if len(data) <= room and not reached <= known:
            known |= reached
            room -= len(data)
            yield data


def steps(target: Target, data: bytes) -> set[Step]:
    """Give the steps that reading an input takes through our own code."""
    seen, last = set[Step](), dict[int, int]()

    def trace(frame: FrameType, event: str, _: object) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(OURS):
            return None
        if event == "line":
            seen.add((file, last.get(id(frame), 0), frame.f_lineno))
            last[id(frame)] = frame.f_lineno
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with suppress(Exception):  # what breaks is kept as well
            target.read(data)
    finally:
        sys.settrace(before)
    return seen


if __name__ == "__main__":
    main(Path(sys.argv[1]))

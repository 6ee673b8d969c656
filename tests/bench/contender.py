"""What takes part in a comparison: a name and one run on a ground."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.ground import Ground
from tests.bench.runs import Run


@dataclass(frozen=True, slots=True)
class Contender:
    """Something that does the task once; `run` raises `Failed` where it cannot."""

    name: str
    run: Callable[[Ground], Run]

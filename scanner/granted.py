"""Which of the chosen probes the scope allows: some need a word of their own from its owner."""

from collections.abc import Sequence
from pathlib import Path

from scanner.model import Refused
from scanner.probe import AnyProbe
from scanner.scope import Scope


def granted(
    chosen: Sequence[AnyProbe], scope: Scope, *, path: Path, named: Sequence[str]
) -> tuple[AnyProbe, ...]:
    """Leave out the probes that the scope does not allow. `path` is the scope's file.

    Raises:
        Refused: a probe that is not allowed was asked for by name, or no other is left.
    """
    allowed = tuple(probe for probe in chosen if scope.grants(probe.about.needs))
    for about in (probe.about for probe in chosen if probe not in allowed):
        if about.name in named or not allowed:
            raise Refused(f"{path}: {about.needs}: false; {about.name} needs it to be true")
    return allowed

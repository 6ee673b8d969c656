"""Which probes a round has: those that ship, those of other packages, less what was left out."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from scanner.identify import datagram_openings
from scanner.model import AssetClass, Refused
from scanner.probe import MAX_ANSWER, AnyProbe, Ask, Exchange, HangUp, Listen
from scanner.scope import Scope
from scanner.thirdparty import installed


def chosen_probes(wanted: Sequence[str], unwanted: Sequence[str] = ()) -> tuple[AnyProbe, ...]:
    """Select probes by name or glob; none named means all.

    Raises:
        Refused: a name that no probe has, nothing left, or a probe of another package that cannot
            be used.
    """
    from probes import PROBES  # noqa: PLC0415 - `--help` must not pay for codecs

    known = (*PROBES, *installed(PROBES))
    names = [probe.about.name for probe in known]
    for pattern in (*wanted, *unwanted):
        if not any(fnmatchcase(name, pattern) for name in names):
            raise Refused(f"no probe is called {pattern}; there are {', '.join(names)}")
    chosen = tuple(
        probe
        for probe in known
        if (not wanted or _matches(probe, wanted)) and not _matches(probe, unwanted)
    )
    if not chosen:
        raise Refused("the selection leaves no probe")
    return chosen


def refuse_misdirected(scope: Scope, path: Path, probes: Sequence[AnyProbe]) -> None:
    """Refuse ports that a scope names for nobody, or for two who would each knock in his own way.

    Raises:
        Refused: no probe has a name of `extra_ports`, or a UDP port has two openings; or one that
            is made for medical devices would do more than exchange a few bytes with them.
    """
    for about in (probe.about for probe in probes):
        if about.made_for is AssetClass.MEDICAL and not all(map(_is_handshake, about.asks)):
            raise Refused(f"{about.name} is made for medical devices, and does not only greet")
    known = {probe.about.name for probe in chosen_probes(())}
    if unknown := sorted(scope.extra_ports.keys() - known):
        raise Refused(f"{path}: extra_ports.{unknown[0]}: no probe has this name")
    datagram_openings(probes, scope.extra_ports)


def _is_handshake(ask: Ask) -> bool:
    """Tell whether an ask keeps to one small exchange on the one connection that there is."""
    if isinstance(ask, Listen | Exchange):
        return ask.max_bytes <= MAX_ANSWER
    return isinstance(ask, HangUp)


def _matches(probe: AnyProbe, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(probe.about.name, pattern) for pattern in patterns)

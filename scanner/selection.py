"""Which probes a round has: those that ship, those of other packages, less what was left out."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from scanner.identify import datagram_openings
from scanner.model import AssetClass, Refused
from scanner.probe import MAX_ANSWER, About, AnyProbe, Ask, Exchange, HangUp, Listen
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
    """Refuse ports that a scope names for nobody, or for two who do not get on.

    Raises:
        Refused: no probe has a name of `extra_ports`, a UDP port has two openings, or a probe would
            speak where another, selected or not, only listens; or one that is made for medical
            devices would do more than exchange a few bytes with them.
    """
    for about in (probe.about for probe in probes):
        if about.made_for is AssetClass.MEDICAL and not all(map(_is_handshake, about.asks)):
            raise Refused(f"{about.name} is made for medical devices, and does not only greet")
    known = chosen_probes(())
    if unknown := sorted(scope.extra_ports.keys() - {probe.about.name for probe in known}):
        raise Refused(f"{path}: extra_ports.{unknown[0]}: no probe has this name")
    datagram_openings(probes, scope.extra_ports)
    for probe in known:
        if probe.about.listens_only:
            _refuse_speech(scope, path, probe.about, probes)


def _refuse_speech(scope: Scope, path: Path, listener: About, probes: Sequence[AnyProbe]) -> None:
    """Refuse a probe that would send bytes to a port on which they would do harm."""
    extra = scope.extra_ports
    for about in (probe.about for probe in probes if not probe.about.listens_only):
        if both := listener.claims(extra) & about.claims(extra):
            port = min(both)
            named = [name for name in (about.name, listener.name) if port in extra.get(name, ())]
            field = f"extra_ports.{named[0]}: " if named else ""
            raise Refused(
                f"{path}: {field}{about.name} would speak on port {port}, where {listener.name} "
                f"only listens; leave {about.name} out with --exclude-probe, or change extra_ports"
            )


def _is_handshake(ask: Ask) -> bool:
    """Tell whether an ask keeps to one small exchange on the one connection that there is."""
    if isinstance(ask, Listen | Exchange):
        return ask.max_bytes <= MAX_ANSWER
    return isinstance(ask, HangUp)


def _matches(probe: AnyProbe, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(probe.about.name, pattern) for pattern in patterns)

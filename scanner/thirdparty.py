"""Probes of installed packages, from the entry-point group `ronde.probes`, under our own contract.

    [project.entry-points."ronde.probes"]
    nightingale = "nightingale_probe:Nightingale"

Each names a class without arguments, or a probe. Such a probe runs in our process: it is somebody
else's code, and the guard under the sockets holds for it as for ours.
"""

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from scanner.denied import DENIED
from scanner.model import AssetClass, Refused, Transport
from scanner.probe import About, AnyProbe

GROUP = "ronde.probes"


class PluginRefused(Refused):
    """A probe of an installed package cannot be used; the message names package and reason."""


def installed(
    shipped: Sequence[AnyProbe], points: Iterable[EntryPoint] | None = None
) -> tuple[AnyProbe, ...]:
    """Load the probes that other packages bring, in the order of their names.

    Raises:
        PluginRefused: one cannot be loaded, is no probe, or takes a name or a port that it may not.
    """
    found = entry_points(group=GROUP) if points is None else points
    names = {probe.about.name for probe in shipped}
    probes: list[AnyProbe] = []
    for point in sorted(found, key=lambda one: one.name):
        probe = _loaded(point)
        if probe.about.name in names:
            raise _refused(point, f"there is a probe called {probe.about.name} already")
        names.add(probe.about.name)
        probes.append(probe)
    return tuple(probes)


def _loaded(point: EntryPoint) -> AnyProbe:
    try:
        given = point.load()
        probe = given() if isinstance(given, type) else given
    except Exception as error:
        raise _refused(point, f"it cannot be loaded: {type(error).__name__}: {error}") from error
    if lacking := _lacking(probe):
        raise _refused(point, lacking)
    return cast("AnyProbe", probe)


def _lacking(probe: object) -> str | None:
    """Say what keeps an object from being a probe that may be asked."""
    about = getattr(probe, "about", None)
    if not isinstance(about, About):
        return "it has no `about`, which says what it may send"
    if not all(callable(getattr(probe, method, None)) for method in ("identify", "assess")):
        return "it lacks `identify` or `assess`"
    if not about.declares(about.front):
        return "its front is not among its asks"
    over_udp = about.transport is Transport.UDP
    if (bool(about.udp_ports), about.needs == "udp") != (over_udp, over_udp):
        return "a probe has `udp_ports` and needs `udp` if its front is a datagram, and only then"
    return _forbidden(about)


def _forbidden(about: About) -> str | None:
    """Say what a probe of another package may not touch, whoever made it."""
    if about.made_for is AssetClass.MEDICAL:
        return "it is made for medical devices; docs/medical.md has the bytes of those that may be"
    if denied := sorted(about.own_ports & DENIED.keys()):
        return f"it claims port {denied[0]}: {DENIED[denied[0]]}"
    return None


def _refused(point: EntryPoint, why: str) -> PluginRefused:
    package = point.dist.name if point.dist else "an unknown package"
    return PluginRefused(f"{GROUP} {point.name} ({point.value}, of {package}): {why}")

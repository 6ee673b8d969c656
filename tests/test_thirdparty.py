"""Probes of other packages: taken as they are, or refused by name."""

from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint

import pytest

from probes import PROBES
from probes.redis import Redis
from scanner.model import AssetClass
from scanner.thirdparty import GROUP, PluginRefused, installed

ABOUT = replace(Redis.about, name="nightingale")


class Nightingale(Redis):
    """A probe that another package brings."""

    about = ABOUT


class Printing(Redis):
    """A probe that would make a printer print."""

    about = replace(ABOUT, ports=frozenset({9100}))


class Nursing(Redis):
    """A probe that would call on medical devices, which nobody has approved."""

    about = replace(ABOUT, made_for=AssetClass.MEDICAL)


class Mixed(Redis):
    """A probe that knocks over TCP and claims UDP ports."""

    about = replace(ABOUT, udp_ports=frozenset({6379}))


class Undeclared(Redis):
    """A probe whose first word is not among those that it may say."""

    about = replace(ABOUT, asks=ABOUT.asks[1:])


class Speechless:
    """A probe that says of itself what it should, and has no words."""

    about = ABOUT


class Broken:
    """A class that cannot be made."""

    def __init__(self) -> None:
        """Fail, as somebody else's code may."""
        raise ZeroDivisionError("half a plug-in")


READY = Nightingale()


@dataclass(frozen=True)
class NoProbe:
    """Something else."""


def point(name: str, of: str = "nightingale") -> EntryPoint:
    """Name something of this file as a package would."""
    return EntryPoint(name=of, value=f"{__name__}:{name}", group=GROUP)


@pytest.mark.parametrize("name", ["Nightingale", "READY"])
def test_a_probe_of_another_package_is_taken(name: str) -> None:
    """A class without arguments, or a probe that stands ready."""
    (probe,) = installed(PROBES, [point(name)])
    assert probe.about is ABOUT


def test_nothing_is_installed_beside_this_program() -> None:
    """The packages of this environment bring none."""
    assert installed(PROBES) == ()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Missing", "cannot be loaded: AttributeError"),
        ("Broken", "cannot be loaded: ZeroDivisionError: half a plug-in"),
        ("NoProbe", "has no `about`"),
        ("Speechless", "lacks `identify` or `assess`"),
        ("Undeclared", "front is not among its asks"),
        ("Printing", "claims port 9100"),
        ("Nursing", "is made for medical devices; docs/medical.md has the bytes"),
        ("Mixed", "needs `udp` if its front is a datagram"),
    ],
)
def test_what_is_no_probe_is_refused_by_name(name: str, why: str) -> None:
    """The message names the entry point, what it points to, and the reason."""
    with pytest.raises(PluginRefused, match=rf"ronde.probes nightingale .*{name}.*{why}"):
        installed(PROBES, [point(name)])


def test_a_name_is_taken_once() -> None:
    """Fingerprints and `--probe` go by it."""
    with pytest.raises(PluginRefused, match="there is a probe called nightingale already"):
        installed(PROBES, [point("READY", "one"), point("Nightingale", "two")])

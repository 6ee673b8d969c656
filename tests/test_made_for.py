"""Who is made for medical devices declares a handshake, and no more than that."""

from dataclasses import replace
from pathlib import Path

import pytest

from probes import PROBES
from scanner.model import Refused
from scanner.probe import FRONT, Ask, CountLines
from scanner.selection import refuse_misdirected
from tests.fakes.modality import CONSENT, HELLO, ZONE, Greeter, Site

HERE = Path("scope.toml")

TALL = replace(HELLO, max_bytes=2 << 20)
FETCH = CountLines(name="NLST", command=b"NLST\r\n", framing=len)


def test_every_probe_that_ships_may_be_in_a_round(tmp_path: Path) -> None:
    """None is made for devices that it would treat as a server."""
    scope = Site(tmp_path).prepared(Greeter([104]), scope=ZONE + CONSENT).scope

    refuse_misdirected(scope, HERE, PROBES)
    refuse_misdirected(scope, HERE, [Greeter([104])])


@pytest.mark.parametrize("more", [FRONT, TALL, FETCH], ids=["a page", "much", "a listing"])
def test_a_probe_for_medical_devices_only_greets(tmp_path: Path, more: Ask) -> None:
    """One that declares a page, a listing or a large reply is refused before anything is sent."""
    scope = Site(tmp_path).prepared(Greeter([104]), scope=ZONE + CONSENT).scope
    greedy = Greeter([104])
    greedy.about = replace(greedy.about, asks=(*greedy.about.asks, more))

    with pytest.raises(Refused, match="greeter is made for medical devices, and does not only"):
        refuse_misdirected(scope, HERE, [greedy])

"""What `ronde plan` says of devices, denied ports and durations, before anything is sent."""

import json
from pathlib import Path

import pytest

from scanner.forecast import as_json, as_text
from tests.fakes.modality import CONSENT, ZONE, Greeter, Site
from tests.ground import Ground, fresh_ground

ground = fresh_ground

IMAGING = '[[zones]]\nname = "imaging"\nranges = ["127.0.0.8/29"]\nclass = "medical"\n'


def test_what_is_left_out_is_counted_with_its_reason(ground: Ground) -> None:
    """Eight medical addresses and one denied port on the eight others."""
    ground.permit({"redis": [9100]}, ranges=("127.0.0.0/28",), tail=IMAGING)

    said = ground.run("plan", "--probe", "redis").out.splitlines()
    data = json.loads(ground.run("plan", "--probe", "redis", "--format", "json").out)

    assert "  32 endpoints left out: medical" in said
    assert "  8 endpoints left out: denied-port" in said
    assert (
        "  denied ports: 9100 (raw print port (AppSocket, JetDirect): whatever arrives is printed)"
        in said
    )
    assert data["skipped"] == {"medical": 32, "denied-port": 8}
    assert data["ports"] == [6379, 6380, 26379]


@pytest.mark.parametrize(
    ("ranges", "seconds"),
    [
        # 3 ports, one after the other, half a second each.
        (("127.0.0.1",), 1.5),
        # 3 x 65,536 endpoints at 1,000 a second.
        (("127.0.0.0/16",), 196.6),
    ],
)
def test_the_duration_is_the_slower_of_the_two_limits(
    ground: Ground, ranges: tuple[str, ...], seconds: float
) -> None:
    """A host is asked one port at a time; the network at the scope's rate."""
    ground.permit({}, ranges=ranges)

    data = json.loads(ground.run("plan", "--probe", "redis", "--format", "json").out)

    assert data["if_nothing_answers"]["seconds"] == seconds


def test_every_ask_of_every_selected_probe_is_listed(ground: Ground) -> None:
    """What the plan does not list is never sent."""
    ground.permit({})

    said = ground.run("plan", "--probe", "hylafax").out.splitlines()
    data = json.loads(ground.run("probes", "hylafax", "--format", "json").out)

    assert said[-len(data[0]["asks"]) :] == [f"      {ask}" for ask in data[0]["asks"]]


def test_calls_on_devices_are_announced_with_who_approved_them(tmp_path: Path) -> None:
    """How many, by which probes, how gently and for how long at most."""
    prepared = Site(tmp_path).prepared(Greeter([104, 2575]), scope=ZONE + CONSENT)

    said = as_text(prepared).splitlines()
    (calls,) = json.loads(as_json(prepared))["devices"]

    assert said[said.index("  medical devices: 1 called on, never swept") + 1 :][:3] == [
        "    approved by Biomedical engineering",
        "    by greeter on ports 104, 2575: 2 endpoints",
        "    at most 3 sockets to a port, one at a time, 3 s each, 5 s apart; 0:00:48 at most",
    ]
    assert (calls["approver"], calls["seconds_at_most"]) == ("Biomedical engineering", 48.0)

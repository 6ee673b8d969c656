"""Which probes a round has, and what a scope may not ask of two of them at once."""

import pytest

from scanner.model import Refused
from scanner.prepare import Order, Prepared, prepare
from scanner.rounds import utc_now
from tests.ground import Ground, fresh_ground

ground = fresh_ground


def prepared(ground: Ground, extra: dict[str, list[int]], *probes: str) -> Prepared:
    """Prepare a round over a scope with these `extra_ports`."""
    return prepare(Order(scope=ground.permit(extra), probes=probes), now=utc_now())


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        pytest.param(
            {"redis": [6379, 2575]},
            "extra_ports.redis: redis would speak on port 2575, where mllp only listens",
            id="another probe on a port of HL7",
        ),
        pytest.param(
            {"mllp": [2576, 6379]},
            "extra_ports.mllp: redis would speak on port 6379, where mllp only listens",
            id="an interface on a port of another probe",
        ),
        pytest.param(
            {"mllp": [3000], "redis": [3000]},
            "extra_ports.redis: redis would speak on port 3000, where mllp only listens",
            id="both on one port",
        ),
    ],
)
def test_nobody_is_sent_to_speak_where_another_only_listens(
    ground: Ground, extra: dict[str, list[int]], said: str
) -> None:
    """The message names file and field, whether or not the listener is selected."""
    whole = rf"scope\.toml: {said}; leave redis out with --exclude-probe, or change extra_ports"

    with pytest.raises(Refused, match=whole):
        prepared(ground, extra, "redis", "mllp")
    with pytest.raises(Refused, match=whole):
        prepared(ground, extra, "redis")


def test_an_interface_may_stand_where_no_selected_probe_speaks(ground: Ground) -> None:
    """The port of a probe that was left out is free."""
    assert [one.about.name for one in prepared(ground, {"mllp": [6379]}, "mllp").probes] == ["mllp"]


def test_a_port_for_a_probe_that_is_not_there_is_refused(ground: Ground) -> None:
    """A name that is misspelt would leave its service unseen."""
    with pytest.raises(Refused, match=r"extra_ports\.mlp: no probe has this name"):
        prepared(ground, {"mlp": [2575]})

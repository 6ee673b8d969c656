"""How many workers walk a round."""

import math

import pytest

from scanner.crew import crew_size
from scanner.scope import Rates
from tests.ground import Ground, fresh_ground

ground = fresh_ground


@pytest.mark.parametrize(
    ("wanted", "for_all", "per_subnet", "workers"),
    [
        (4, 1000, math.inf, 4),
        (4, 30, math.inf, 3),
        (4, 1000, 25, 2),
        (4, 5, 5, 1),
    ],
)
def test_each_worker_has_a_share_that_is_worth_one(
    wanted: int, for_all: float, per_subnet: float, workers: int
) -> None:
    """Ten connections a second at least, of all hosts and of a subnet."""
    rates = Rates(
        connections_per_second=for_all,
        per_subnet_per_second=per_subnet,
        per_host_per_second=5,
        timeout=1,
        attempts=1,
    )

    assert crew_size(wanted, rates) == workers


@pytest.mark.parametrize("number", ["0", "65", "-1", "many"])
def test_a_senseless_number_of_workers_is_refused(ground: Ground, number: str) -> None:
    """With exit code 2, before anything is read."""
    ground.permit({})
    said = ground.scan("--workers", number)

    assert said.code == 2
    assert "--workers" in said.err
    assert not (ground.folder / "history.sqlite").exists()


@pytest.mark.slow
def test_the_command_walks_a_round_with_workers(ground: Ground) -> None:
    """Also where the folder that one stands in holds modules of the same names."""
    (ground.folder / "scanner.py").write_text("raise SystemExit('somebody else')\n")
    ground.permit({})

    said = ground.scan("--workers", "2", "--coverage", "coverage.json")

    assert said.code in {0, 3}  # there may be a Redis on this machine
    assert said.coverage["complete"] is True
    assert said.coverage["planned"] == 3

"""The pages stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.consoles import mlflow, redis_commander
from tests.lab.servers.process import CANARY
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = pytest.mark.real

_RUNS = "/api/2.0/mlflow/runs/search"


def test_a_stranger_reads_a_run_of_mlflow(lab: Lab) -> None:
    """Its parameter is the canary."""
    runs = ask(lab.start(mlflow).port, _RUNS, method="POST", body={"experiment_ids": ["1"]})
    assert CANARY.encode() in runs.body


def test_a_stranger_opens_the_connections_of_an_open_page_only(lab: Lab) -> None:
    """The page itself is the same for both."""
    assert ask(lab.start(redis_commander).port, "/connections").json()["ok"]
    assert ask(lab.start(redis_commander, locked=True).port, "/connections").status == 401

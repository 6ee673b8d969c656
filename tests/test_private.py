"""Whatever a round leaves behind is readable by its owner only, whatever the umask allows."""

import os
import stat
from collections.abc import Iterator

import pytest

from scanner.demo.redis import FakeRedis
from scanner.emit.formats import Format
from tests.fakes.running import running
from tests.ground import Ground, fresh_ground

ground = fresh_ground

#: One goes to a cluster.
FILES = [form.value for form in Format if form is not Format.ELASTIC]


@pytest.fixture(autouse=True)
def no_umask() -> Iterator[None]:
    """Let everybody read and write whatever does not say otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.slow
def test_every_file_that_a_round_makes_is_its_owner_s_alone(ground: Ground) -> None:
    """Outputs of every format, coverage, history, audit trail; reports and copies made later."""
    outputs = [word for form in FILES for word in ("--output", f"{form}:round.{form}")]
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        scanned = ground.scan(*outputs, "--coverage", "coverage.json")
    history = ("--history", "history.sqlite")
    told = [
        *(
            ground.run("report", *history, "--format", one, "--to", f"report.{one}")
            for one in FILES
        ),
        ground.run("db", "backup", "copy.sqlite", *history),
    ]
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in ground.folder.iterdir()}

    assert scanned.code == 3
    assert [said.err for said in told if said.code] == []
    assert {name for name, mode in modes.items() if mode != 0o600} == set()
    assert modes.keys() >= {
        *("coverage.json", "history.sqlite", "history.audit.jsonl", "copy.sqlite"),
        *(f"{made}.{form}" for made in ("round", "report") for form in FILES),
    }

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


@pytest.mark.slow
def test_the_demo_s_files_are_its_owner_s_alone(ground: Ground) -> None:
    """Its scope among them: one that everybody may write to would be refused."""
    said = ground.run("demo", "--keep", "left")
    left = ground.folder / "left"

    assert (said.code, said.err) == (0, "")
    assert stat.S_IMODE(left.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in left.iterdir()} == {0o600}


def test_nobody_else_may_write_to_what_init_writes(ground: Ground) -> None:
    """It may be read: who may not write to it is to review it."""
    said = ground.run("init", "new")
    new = ground.folder / "new"

    assert said.code == 0
    assert stat.S_IMODE(new.stat().st_mode) == 0o755
    assert {stat.S_IMODE(path.stat().st_mode) for path in new.iterdir()} == {0o644}

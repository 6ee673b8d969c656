"""Documents of a round, as a user orders them."""

import csv
import sys
from io import StringIO

import pytest

from scanner.demo.redis import FakeRedis
from tests.fakes.running import running
from tests.ground import Ground, fresh_ground, of_port

ground = fresh_ground


def test_a_round_writes_every_format_that_is_named(ground: Ground) -> None:
    """One round, as many documents as there are readers."""
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        said = ground.scan("--output", "-", "--output", "csv:a.csv", "--output", "markdown:a.md")

    (row,) = (
        row for row in csv.DictReader(StringIO(ground.text("a.csv"))) if row["port"] == str(port)
    )
    (finding,) = said.on(port)
    assert said.code == 3
    assert row["fingerprint"] == finding["fingerprint"]
    assert f"`127.0.0.1:{port}`" in ground.text("a.md")


def test_an_output_that_fails_at_the_end_costs_the_others_nothing(ground: Ground) -> None:
    """Exit code 5 names it; the findings are on standard output, and the coverage after them."""
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        said = ground.scan("--output", "csv:/dev/full", "--output", "-")

    assert said.code == 5
    assert said.err == "ronde: cannot write /dev/full: No space left on device\n"
    assert len(of_port(said.objects, port)) == 1
    assert said.coverage["complete"] is True


def test_a_configuration_file_names_formats_too(ground: Ground) -> None:
    """The word before the path is no part of the path, which is beside the file."""
    (ground.folder / "sub").mkdir()
    (ground.folder / "sub" / "ronde.toml").write_text('output = ["prometheus:ronde.prom"]\n')
    ground.permit({})
    scan = ("scan", "--history", "history.sqlite", "--probe", "redis")
    said = ground.run("--config", "sub/ronde.toml", *scan)

    assert said.out == said.err == ""
    assert 'ronde_round_complete{scope="ward network"' in ground.text("sub/ronde.prom")


def test_a_format_whose_package_is_missing_is_refused_before_the_round(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what to install, and nothing was begun."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    monkeypatch.delitem(sys.modules, "scanner.emit.xlsx", raising=False)
    ground.permit({})

    said = ground.scan("--output", "xlsx:findings.xlsx")

    assert said.code == 2
    assert said.err == "ronde: xlsx needs xlsxwriter: install ronde[xlsx]\n"
    assert not (ground.folder / "history.sqlite").exists()

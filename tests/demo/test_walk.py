"""What the demo shows of its gravest finding: the fax archive, in two languages."""

from pathlib import Path

import msgspec
import pytest

from scanner.demo.walk import GRAVEST
from scanner.inferred import Label
from scanner.model import Finding, Severity
from tests.ground import Ground, fresh_ground

ground = fresh_ground


@pytest.mark.slow
def test_the_fax_archive_is_the_gravest_and_told_in_both_languages(ground: Ground) -> None:
    """Critical, as health data, first in the list, and with the facts for its owner's file."""
    said = ground.run("demo", "--keep", "left")
    left = ground.folder / "left"
    listed = ground.run("findings", "--history", f"{left}/history.sqlite", "--format", "json")
    first = msgspec.convert(listed.objects[0], Finding)
    table = next(line for line in said.out.splitlines() if line.startswith("critical"))
    whole = Path(left / GRAVEST).read_text(encoding="utf-8")

    assert said.code == 0
    assert (first.severity, first.label, first.records) == (
        Severity.CRITICAL,
        Label.HEALTH,
        6_051_216,
    )
    assert "health: 12 (6,051,216 records)" in table
    assert f"{first.fingerprint}  Elasticsearch lists" in said.out
    assert "answered a request for metadata without any credential" in said.out
    assert "a répondu sans identification" in said.out
    assert "records: about 6,051,216" in whole
    assert "enregistrements : environ 6 051 216" in whole

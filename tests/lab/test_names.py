"""Names that a real server gives as names: what the scope's policy leaves of them, anywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanner.emit.formats import Format
from scanner.masking import Masking
from tests.lab.drafts import drafts
from tests.lab.overheard import shows
from tests.lab.rounds import Walked, walk
from tests.lab.servers.elasticsearch import osmem
from tests.lab.servers.mongodb import command, ferretdb
from tests.lab.servers.process import Running
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

#: What some call an index or a collection.
PERSON = "ronde.canary@example.org"
FORMATS = [form for form in Format if form not in {Format.JSONL, Format.ELASTIC}]


@contextmanager
def called_after_a_person() -> Iterator[tuple[Running, ...]]:
    """Two servers that have a name of a person among their names."""
    with Lab.ready(osmem()) as index, Lab.ready(ferretdb()) as documents:
        assert ask(index.port, f"/faxes-{PERSON}", method="PUT").status == 200
        wanted = {"insert": f"faxes-{PERSON}", "documents": [{"_id": 1}], "$db": "practice"}
        assert command(documents.port, wanted)["ok"] == 1
        yield index, documents


def naming(walked: Walked, *names: str) -> set[str]:
    """Say which of the things that a round left, and which tickets, show one of some names."""
    left = {**walked.left, "tickets": drafts(walked.findings)}
    return {place for place, said in left.items() if any(shows(said, name) for name in names)}


def test_names_are_masked_as_the_scope_says(tmp_path: Path) -> None:
    """A person's address is masked unless the scope wants it told, and every name where it says."""
    with called_after_a_person() as servers:
        walks = {}
        for mask in Masking:
            (folder := tmp_path / mask).mkdir()
            walks[mask] = walk(folder, *servers, formats=FORMATS, mask=mask)
    told = [held.name for one in walks[Masking.NONE].findings for held in one.holdings]
    # One index is called by a word of the report itself.
    of_the_servers = set(told) - {"prescriptions"}

    assert sum(PERSON in name for name in told) == 2
    assert naming(walks[Masking.NONE], PERSON) >= {"findings.jsonl", "report.csv", "report.html"}
    assert naming(walks[Masking.PERSONAL], PERSON) == set()
    assert naming(walks[Masking.PERSONAL], "practice.faxes") >= {"findings.jsonl", "report.csv"}
    assert naming(walks[Masking.ALL], PERSON, *of_the_servers) == set()

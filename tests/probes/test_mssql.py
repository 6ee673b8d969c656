"""What the SQL Server probe makes of answers: it identifies, and claims no more."""

import pytest

from probes.mssql import PRELOGIN, Mssql
from scanner.model import Access, Assessment, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Mssql()


@pytest.mark.parametrize(
    ("name", "version", "because"),
    [
        ("2019", "15.0.4261", "every session needs a log-in; encryption is wanted"),
        ("2008-r2", "10.50.6000", "every session needs a log-in; encryption is not supported"),
        ("2022", "16.0.1000", "every session needs a log-in; encryption is offered"),
    ],
)
def test_a_server_is_identified_by_one_ask(name: str, version: str | None, because: str) -> None:
    """Version and reason; never more than `identified`."""
    transcript = load(f"mssql/{name}")
    found = replay(PROBE, transcript)

    assert isinstance(found, Assessment)
    assert (found.access, found.service.product) == (Access.IDENTIFIED, "sql-server")
    assert (found.service.version, found.because) == (version, because)
    assert asked(PROBE, transcript) == [PRELOGIN.name]


def test_another_server_on_the_port_is_not_ours() -> None:
    """A remote desktop answers with a packet of its own."""
    found = replay(PROBE, load("mssql/rdp"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.GARBLED

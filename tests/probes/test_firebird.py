"""What the Firebird probe makes of answers: it identifies, and claims no more."""

import pytest

from probes.firebird import CONNECT, Firebird
from scanner.model import Access, Assessment, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Firebird()


@pytest.mark.parametrize(
    ("name", "version", "because"),
    [
        ("3.0", None, "every attachment to a database needs a log-in"),
        ("2.5-accepts", "2.5", "every attachment to a database needs a log-in"),
        ("4.0-cond-accepts", "4.0", "every attachment to a database needs a log-in"),
    ],
)
def test_a_server_is_identified_by_one_ask(name: str, version: str | None, because: str) -> None:
    """Version and reason; never more than `identified`."""
    transcript = load(f"firebird/{name}")
    found = replay(PROBE, transcript)

    assert isinstance(found, Assessment)
    assert (found.access, found.service.product) == (Access.IDENTIFIED, "firebird")
    assert (found.service.version, found.because) == (version, because)
    assert asked(PROBE, transcript) == [CONNECT.name]


def test_another_server_on_the_port_is_not_ours() -> None:
    """Its answer cannot become one of ours."""
    web = load("firebird/3.0").with_reply(0, hex=None, text="HTTP/1.1 400 Bad Request")

    found = replay(PROBE, web)

    assert isinstance(found, Unknown)
    assert found.silence is Silence.GARBLED

"""What the Oracle probe makes of answers: it identifies, and claims no more."""

import pytest

from probes.oracle import VERSION, Oracle
from scanner.model import Access, Assessment, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Oracle()


@pytest.mark.parametrize(
    ("name", "version", "because"),
    [
        ("19-refuses", "19.0", "refuses commands from our address; its databases ask for a log-in"),
        ("11.2-answers", None, "answers commands from our address; its databases ask for a log-in"),
        ("12-redirects", None, "sends its callers elsewhere, which was not followed"),
    ],
)
def test_a_server_is_identified_by_one_ask(name: str, version: str | None, because: str) -> None:
    """Version and reason; never more than `identified`."""
    transcript = load(f"oracle/{name}")
    found = replay(PROBE, transcript)

    assert isinstance(found, Assessment)
    assert (found.access, found.service.product) == (Access.IDENTIFIED, "oracle-listener")
    assert (found.service.version, found.because) == (version, because)
    assert asked(PROBE, transcript) == [VERSION.name]


def test_another_server_on_the_port_is_not_ours() -> None:
    """Its answer cannot become one of ours."""
    web = load("oracle/19-refuses").with_reply(0, hex=None, text="HTTP/1.1 400 Bad Request")

    found = replay(PROBE, web)

    assert isinstance(found, Unknown)
    assert found.silence is Silence.GARBLED

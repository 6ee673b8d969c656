"""What the PostgREST probe makes of descriptions, and of half and false ones."""

import pytest

from probes.postgrest import Postgrest
from scanner.model import Access, Assessment, Service, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Postgrest()


@pytest.mark.parametrize(("name", "version"), [("12-open", "12.2.3"), ("13-open", "13.0.4")])
def test_a_server_with_an_anonymous_role_is_open(name: str, version: str) -> None:
    """Tables come with their columns; no row of them was asked for."""
    found = replay(PROBE, load(f"postgrest/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.OPEN, Service("postgrest", version))
    assert [(one.name, one.fields) for one in found.holdings] == [("faxes", ("id", "patient_name"))]


def test_a_server_without_an_anonymous_role_is_locked() -> None:
    """The front page says so; nothing more is asked."""
    found = replay(PROBE, load("postgrest/12-locked"))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED
    assert asked(PROBE, load("postgrest/12-locked")) == ["GET /"]


@pytest.mark.parametrize(
    ("status", "document"),
    [
        pytest.param(200, [], id="the control is a table"),
        pytest.param(404, {"code": "PGRST125"}, id="refused for another reason"),
        pytest.param(404, [], id="refused by somebody else"),
    ],
)
def test_a_control_that_is_not_missing_proves_nothing(status: int, document: object) -> None:
    """A proxy's 404 is not the product's own."""
    transcript = load("postgrest/12-open").with_reply(1, status=status)

    found = replay(PROBE, transcript.with_json(1, document))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_a_server_that_describes_nothing_is_not_told() -> None:
    """Tables open by their names, which would be guesses."""
    found = replay(PROBE, load("postgrest/12-undescribed"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_another_server_on_the_port_is_not_ours() -> None:
    """Any page may be an OpenAPI description; the header is the product's."""
    found = replay(PROBE, load("postgrest/12-open").with_reply(0, headers={"server": "nginx"}))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED

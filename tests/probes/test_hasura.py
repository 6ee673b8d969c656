"""What the Hasura probe makes of listings, and of half and false ones."""

import pytest

from probes.hasura import Hasura
from scanner.model import Access, Assessment, Service, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Hasura()


@pytest.mark.parametrize(
    ("name", "access", "tables"),
    [
        ("2.36-open", Access.OPEN, ["faxes"]),
        ("2.36-unauthorized-role", Access.PARTIAL, ["letters"]),
        ("2.36-locked", Access.LOCKED, []),
    ],
)
def test_each_door_gets_its_verdict(name: str, access: Access, tables: list[str]) -> None:
    """No secret, a role for everybody, a secret; what is derived from a table is none."""
    found = replay(PROBE, load(f"hasura/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (access, Service("hasura", "2.36.1"))
    assert [held.name for held in found.holdings] == tables


def test_a_locked_server_is_asked_twice() -> None:
    """Its version is public; the refusal ends it."""
    expected = ["GET /v1/version", "POST /v1/graphql (names of the queries)"]

    assert asked(PROBE, load("hasura/2.36-locked")) == expected


def test_a_control_that_is_answered_proves_nothing() -> None:
    """A GraphQL server that knows every field is a decoy."""
    decoy = load("hasura/2.36-open").with_json(2, {"data": {"ronde_no_such_table": []}})

    found = replay(PROBE, decoy)

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("document", [{"version": "v2.36.1"}, {"server_type": "x"}, []])
def test_another_product_s_version_page_is_not_ours(document: object) -> None:
    """Many products have a page of this name."""
    found = replay(PROBE, load("hasura/2.36-open").with_json(0, document))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED

"""What the Vespa probe makes of what its sources say, and of half and false replies."""

import pytest

from probes.vespa import Vespa
from scanner.model import Access, Assessment, Outcome, Proof, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Vespa()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_config_server_as_it_ships_is_open() -> None:
    """Its applications are named by their tenants."""
    found = assessed(replay(PROBE, load("vespa/8-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "8.300.15")
    assert [(one.name, one.kind) for one in found.holdings] == [("default.faxes", "application")]
    assert found.proof == Proof(
        "GET /application/v2/tenant/",
        "1 tenants listed",
        "GET /application/v2/tenant/ronde-no-such-tenant answered 404 with an error of its own",
    )


def test_the_hosts_in_the_listing_are_not_asked() -> None:
    """An application is listed as an address: only its name is read."""
    asks = asked(PROBE, load("vespa/8-open"))

    assert asks == [
        "GET /application/v2/tenant/",
        "GET /application/v2/tenant/ronde-no-such-tenant",
        "GET /state/v1/version",
        "GET /application/v2/tenant/{}/application/",
    ]


def test_a_silence_after_the_proof_costs_only_detail() -> None:
    """The verdict stands without version and applications."""
    found = assessed(replay(PROBE, load("vespa/8-open").until(2), unrecorded_is_silence=True))

    assert (found.access, found.service.version, found.holdings) == (Access.OPEN, None, ())


@pytest.mark.parametrize(
    "document",
    [
        {"error-code": "NOT_FOUND", "message": "Tenant 'default' was not found."},
        {"message": "Tenant 'ronde-no-such-tenant' was not found."},
    ],
)
def test_a_control_in_other_words_proves_nothing(document: object) -> None:
    """It needs the code, and the name."""
    vague = load("vespa/8-open").with_json(1, document)

    assert unknown(replay(PROBE, vague)).silence is Silence.HALF_PROOF


def test_a_control_that_succeeds_proves_nothing() -> None:
    """What has everything that one asks for is not called open."""
    first = load("vespa/8-open").exchanges[0].payload
    liar = load("vespa/8-open").with_payload(1, first).with_reply(1, status=200)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, '{"tenants":["acme"]}'),
        (200, '{"tenants":["default"],"more":1}'),
        (403, "no"),
    ],
)
def test_another_product_is_not_identified(status: int, text: str) -> None:
    """Many systems have tenants; this one is born with its first."""
    reply = Recorded(ask="GET /application/v2/tenant/", status=status, text=text)
    page = Transcript(server="written by hand", exchanges=(reply,))

    assert unknown(replay(PROBE, page)).silence is Silence.UNRECOGNISED

"""What the ZincSearch probe makes of what its sources say, and of half and false replies."""

import pytest

from probes.zincsearch import ZincSearch
from scanner.model import Access, Assessment, Outcome, Proof, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = ZincSearch()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_that_demands_a_login_is_locked() -> None:
    """Its build is public; the names of indexes are not."""
    transcript = load("zincsearch/0.4-locked")
    found = assessed(replay(PROBE, transcript))

    assert (found.access, found.service.version) == (Access.LOCKED, "0.4.10")
    assert asked(PROBE, transcript) == ["GET /version", "GET /api/index_name"]


def test_a_server_for_which_a_proxy_logs_in_is_open() -> None:
    """Its indexes are named."""
    found = assessed(replay(PROBE, load("zincsearch/0.4-behind-generous-proxy")))

    assert found.access is Access.OPEN
    assert [(one.name, one.kind) for one in found.holdings] == [
        ("faxes", "index"),
        ("letters", "index"),
    ]
    assert found.proof == Proof(
        "GET /api/index_name",
        "2 indexes named",
        "GET /api/index/ronde-no-such-index answered 404 with an error of its own",
    )


def test_a_control_that_succeeds_proves_nothing() -> None:
    """What has everything that one asks for is not called open."""
    first = load("zincsearch/0.4-behind-generous-proxy").exchanges[1].payload
    liar = (
        load("zincsearch/0.4-behind-generous-proxy")
        .with_payload(2, first)
        .with_reply(2, status=200)
    )

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, '{"version":"0.4.10"}'),
        (200, '{"commitSha":"0","commitDate":"0","pkgVersion":"1.50.0"}'),
        (404, "no"),
    ],
)
def test_another_product_is_not_identified(status: int, text: str) -> None:
    """Five facts of a build, and no more."""
    reply = Recorded(ask="GET /version", status=status, text=text)
    page = Transcript(server="written by hand", exchanges=(reply,))

    assert unknown(replay(PROBE, page)).silence is Silence.UNRECOGNISED

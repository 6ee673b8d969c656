"""What the etcd probe makes of real replies, and of half and false ones."""

import pytest

from probes.etcd import COUNTS, V2_AUTH, V2_CONTROL, VERSION, Etcd
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Etcd()


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def of(*exchanges: Recorded) -> Transcript:
    """Put a conversation together by hand."""
    return Transcript(server="written by hand", exchanges=exchanges)


@pytest.mark.parametrize(("name", "version"), [("3.6-open", "3.6.5"), ("3.4-open", "3.4.23")])
def test_an_open_server_counts_its_keys_and_kubernetes_share(name: str, version: str) -> None:
    """Numbers only: no key is named but the prefix that is ours."""
    found = settled(load(f"etcd/{name}"))

    assert (found.access, found.service) == (Access.OPEN, Service("etcd", version))
    assert found.holdings == (
        Holding(name="keys", kind="keyspace", records=3, bytes=20480),
        Holding(name="/registry/", kind="prefix", records=1),
    )


@pytest.mark.parametrize("name", ["3.6-locked", "3.4-locked"])
def test_a_server_that_wants_a_user_is_locked(name: str) -> None:
    """Its version stays public, and the older API is off."""
    transcript = load(f"etcd/{name}")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == [
        "GET /version",
        "POST /v3/kv/range (count)",
        "GET /v2/auth/enable",
    ]


def test_the_older_api_may_be_open_beside_a_locked_one() -> None:
    """Their users are not the same."""
    found = settled(load("etcd/3.4-v2"))

    assert found.access is Access.OPEN
    assert found.holdings == (Holding(name="v2", kind="keyspace"),)


def test_guests_of_the_older_api_make_it_partial() -> None:
    """With users enabled, the guest role reads until somebody takes that away."""
    place = asked(PROBE, load("etcd/3.4-v2")).index(V2_AUTH.name)
    found = settled(load("etcd/3.4-v2").with_json(place, {"enabled": True}))

    assert found.access is Access.PARTIAL


def test_a_server_without_keys_is_open_and_empty() -> None:
    """The gateway leaves a count of zero out."""
    one = load("etcd/3.6-open")
    empty = of(
        one.exchanges[0],
        one.with_json(1, {"header": {"revision": "1"}}).exchanges[1],
        one.exchanges[2],
        Recorded(ask=V2_AUTH.name, status=404, text="404 page not found\n"),
        Recorded(ask="POST /v3/maintenance/status (bytes)", silence=Silence.TIMEOUT),
        Recorded(ask="POST /v3/kv/range (count below /registry/)", silence=Silence.TIMEOUT),
    )

    assert settled(empty).holdings == (Holding(name="keys", kind="keyspace", records=0),)


def test_a_server_before_3_4_is_asked_by_the_older_name() -> None:
    """3.3 answers to `/v3alpha`; a page that is not there is no lock."""
    older = of(
        Recorded(ask=VERSION.name, text='{"etcdserver":"3.3.10","etcdcluster":"3.3.0"}'),
        Recorded(ask=COUNTS[False].name, status=404),
        Recorded(ask=V2_AUTH.name, status=404),
    )
    outcome = replay(PROBE, older)

    assert isinstance(outcome, Unknown)
    assert outcome.why == "POST /v3alpha/kv/range (count) answered 404"


def test_a_refusal_by_a_proxy_is_a_lock() -> None:
    """`/version` may be let through, and nothing else."""
    guarded = of(
        load("etcd/3.6-open").exchanges[0],
        Recorded(ask=COUNTS[True].name, status=401, text="<html>"),
        Recorded(ask=V2_AUTH.name, status=401, text="<html>"),
    )

    assert settled(guarded).because == "POST /v3/kv/range (count) answered 401"


@pytest.mark.parametrize(
    ("status", "text"),
    [
        pytest.param(200, '{"header":{"revision":"1"}}', id="a revision to come is counted, too"),
        pytest.param(400, '{"message":"bad request"}', id="refused in nobody's words"),
        pytest.param(404, "<html>", id="no page"),
    ],
)
def test_one_side_of_a_proof_is_none(status: int, text: str) -> None:
    """A decoy that counts anything is not called open."""
    liar = load("etcd/3.6-open").with_payload(2, text.encode()).with_reply(2, status=status)
    outcome = replay(PROBE, liar.with_payload(2, text.encode()))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_a_key_of_the_older_api_that_is_found_proves_nothing() -> None:
    """What cannot exist has to be missed."""
    one = load("etcd/3.4-v2")
    place = asked(PROBE, one).index(V2_CONTROL.name)

    assert settled(one.with_reply(place, status=200)).access is Access.LOCKED


@pytest.mark.parametrize("body", [b"{}", b'{"Version":"20.10"}', b"3.6.5", b'{"etcdserver":3}'])
def test_another_page_of_versions_is_not_recognised(body: bytes) -> None:
    """Docker's is called the same."""
    page = Page(status=200, headers={}, body=body)

    assert replay(PROBE, of(Recorded(ask=VERSION.name, text=page.body.decode()))) == Unknown(
        Silence.UNRECOGNISED, ""
    )


def test_a_size_that_is_no_number_is_left_out() -> None:
    """It is detail: the door is as open without it."""
    found = settled(load("etcd/3.6-open").with_json(3, {"dbSize": "é"}))

    assert found.access is Access.OPEN
    assert found.holdings[0].bytes is None


@pytest.mark.parametrize("version", ["3-14.1", "3", "3-rc.0"])
def test_a_version_of_another_shape_is_taken_for_a_new_one(version: str) -> None:
    """Which API is asked rests on it, and nothing else."""
    told = load("etcd/3.6-open").with_json(0, {"etcdserver": version, "etcdcluster": version})

    assert asked(PROBE, told)[1] == COUNTS[True].name

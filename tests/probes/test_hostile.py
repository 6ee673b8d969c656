"""What no reply can make of any probe: an exception, or an open door that is none."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes import PROBES
from scanner.model import PROVEN, Assessment, Closed, Outcome, Unknown
from scanner.probe import AnyProbe
from tests.transcripts import Recorded, Transcript, answering, load, names, replay

EACH_PROBE = pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.about.name)

#: What other servers of the field say first, and what attackers would.
BANNERS = (
    b"",
    b"\0" * 64,
    b"\xff" * 64,
    b"SSH-2.0-OpenSSH_9.6\r\n",
    b"220 mail.example ESMTP\r\n",
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"-ERR unknown command\r\n",
    b"+PONG\r\n",
    b"\x15\x03\x01\x00\x02\x02\x28",
    b"RFB 003.008\n",
    b"A" * 5000,
    b"<html><title>It works</title></html>",
    b"[" * 5000,
    b'{"a":' * 5000,
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'""',
    b"1e999",
    b"-1",
    b"[[], {}, null, 1]",
    b'{"version": 1, "data": null, "result": [], "status": {}}',
    b"\xef\xbb\xbf{}",
)

#: Everything of JSON that servers answer with, of the wrong type in the wrong place.
WRONG = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


def transcripts(probe: AnyProbe) -> Iterator[Transcript]:
    """Give every recorded conversation of a probe."""
    return map(load, names(probe.about.name))


def spoilt(one: Transcript, place: int) -> Iterator[Transcript]:
    """Spoil one reply of a conversation in every way: cut short at each byte, or replaced."""
    payload = one.exchanges[place].payload
    step = max(1, len(payload) // 200)  # each byte of a small reply, 200 places of a long one
    for end in range(0, len(payload), step):
        yield one.with_payload(place, payload[:end])
    for banner in BANNERS:
        yield one.with_payload(place, banner)
        yield one.with_payload(place, payload + banner)


def settled(probe: AnyProbe, transcript: Transcript) -> Outcome:
    """Give the outcome of a conversation; asks that were not recorded are never answered."""
    return replay(probe, transcript, unrecorded_is_silence=True)


@EACH_PROBE
def test_a_spoilt_reply_is_no_exception(probe: AnyProbe) -> None:
    """Whatever is cut short or replaced, at any step, the outcome is a verdict."""
    for one in transcripts(probe):
        for place in range(len(one.exchanges)):
            for bad in spoilt(one, place):
                assert isinstance(settled(probe, bad), Assessment | Closed | Unknown)


@EACH_PROBE
def test_a_page_with_wrong_types_is_no_exception(probe: AnyProbe) -> None:
    """JSON of any shape, in place of any reply that was JSON."""

    @given(wrong=WRONG, data=st.data())
    def spoil(wrong: object, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(list(transcripts(probe))))
        place = data.draw(st.integers(0, len(one.exchanges) - 1))
        bad = one.with_json(place, data.draw(swapped(one.exchanges[place], wrong)))
        assert isinstance(settled(probe, bad), Assessment | Closed | Unknown)

    spoil()


def swapped(reply: Recorded, wrong: object) -> st.SearchStrategy[object]:
    """Put a wrong value in place of a reply, or of one value inside it."""
    return st.sampled_from(list(_swaps(reply.document, wrong)))


def _swaps(document: object, wrong: object) -> Iterator[object]:
    yield wrong
    if isinstance(document, dict):
        for key, value in document.items():
            for inner in _swaps(value, wrong):
                yield {**document, key: inner}
    if isinstance(document, list) and document:
        for inner in _swaps(document[0], wrong):
            yield [inner, *document[1:]]


@EACH_PROBE
@pytest.mark.parametrize("banner", BANNERS, ids=range(len(BANNERS)))
def test_what_says_the_same_to_everything_is_never_open(probe: AnyProbe, banner: bytes) -> None:
    """Another protocol, a page, a bomb: nothing of it is a proof."""
    found = answering(probe, banner)
    assert not (isinstance(found, Assessment) and found.access in PROVEN)


@EACH_PROBE
def test_a_parrot_is_never_open(probe: AnyProbe) -> None:
    """Who answers every ask with one real reply of the product, and success, proves nothing."""
    for one in transcripts(probe):
        for reply in one.exchanges:
            found = answering(probe, reply.payload, reply.headers)
            is_parrot = isinstance(found, Assessment) and found.access in PROVEN
            assert not is_parrot, f"{one.server}: {reply.ask}"


@EACH_PROBE
def test_a_server_that_stops_answering_is_never_an_exception(probe: AnyProbe) -> None:
    """At each step of each conversation."""
    for one in transcripts(probe):
        for place in range(len(one.exchanges)):
            assert isinstance(settled(probe, one.until(place)), Assessment | Closed | Unknown)

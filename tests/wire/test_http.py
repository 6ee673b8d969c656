"""HTTP/1.1 over bytes: whole, byte by byte and hostile; every page bounded."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled
from scanner.wire.http import (
    MAX_HEADER_COUNT,
    MAX_HEADERS,
    MAX_INTERIM,
    Client,
    Head,
    Request,
    TooLarge,
    path_of,
)

OK = b"HTTP/1.1 200 OK\r\n"
JSON = b'{"tagline": "You Know, for Search"}'


def asked(max_bytes: int = 1000) -> Client:
    """A client that waits for the page of its first request."""
    client = Client("192.0.2.7:9200", "ronde/test")
    client.request(Request(target="/"), max_bytes=max_bytes)
    return client


def page(body: bytes, *headers: bytes) -> bytes:
    """A response with a true length."""
    lines = [*headers, b"content-length: %d" % len(body)]
    return OK + b"\r\n".join(lines) + b"\r\n\r\n" + body


def fed(client: Client, data: bytes, size: int) -> Head | None:
    """Feed bytes in pieces; give what the last one gave."""
    heads = [client.feed(data[place : place + size]) for place in range(0, len(data), size)]
    assert not any(heads[:-1])
    return heads[-1]


def chunked(*chunks: bytes) -> bytes:
    """A body in chunks, the last one empty."""
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


class TestRequest:
    """What goes out."""

    def test_a_request_is_a_get_that_names_us_and_the_host(self) -> None:
        """No cookie, no credential, no body, no compression."""
        assert Client("h:1", "ronde/test (security@example.org)").request(
            Request(target="/x?y=z", accept="application/json"), max_bytes=1
        ) == (
            b"GET /x?y=z HTTP/1.1\r\n"
            b"Host: h:1\r\n"
            b"User-Agent: ronde/test (security@example.org)\r\n"
            b"Accept: application/json\r\n"
            b"Accept-Encoding: identity\r\n"
            b"\r\n"
        )

    def test_a_header_of_its_own_goes_with_a_request(self) -> None:
        """One, whole, and nothing in the requests that have none."""
        client = Client("h:1", "ronde")
        sent = client.request(Request(target="/", header="Prefer: handling=strict"), max_bytes=1)
        assert b"\r\nPrefer: handling=strict\r\n" in sent
        plain = Client("h:1", "ronde").request(Request(target="/"), max_bytes=1)
        assert plain == sent.replace(b"Prefer: handling=strict\r\n", b"")

    def test_a_fixed_body_goes_with_its_length_and_type(self) -> None:
        """The few reads that a product offers by POST only."""
        sent = Client("h:1", "ronde").request(
            Request(target="/v3", method="POST", content_type="application/json", body=b"{}"),
            max_bytes=1,
        )
        head, _, body = sent.partition(b"\r\n\r\n")
        assert head.startswith(b"POST /v3 HTTP/1.1\r\n")
        assert head.endswith(b"Content-Type: application/json\r\nContent-Length: 2")
        assert body == b"{}"

    def test_a_listing_is_of_one_level(self) -> None:
        """PROPFIND without a depth would mean the whole tree."""
        sent = Client("h:1", "ronde").request(Request(target="/", method="PROPFIND"), max_bytes=1)
        assert b"\r\nDepth: 0\r\n" in sent


class TestPages:
    """What comes in."""

    def test_a_redirect_without_a_length_ends_with_its_head(self) -> None:
        """Its server may never end what it did not begin; the connection is not used again."""
        client = asked()
        head = client.feed(b"HTTP/1.1 301 Moved\r\nlocation: /index.html\r\n\r\n")
        assert head == Head(301, {"location": "/index.html"})
        assert not client.reusable

    def test_another_page_without_a_length_ends_with_its_connection(self) -> None:
        """As every client of HTTP takes it."""
        client = asked()
        assert client.feed(OK + b"\r\n" + JSON) is None
        assert client.feed(b"") is not None
        assert client.body == JSON

    @pytest.mark.parametrize("size", [1, 7, 1 << 20])
    @pytest.mark.parametrize(
        "response",
        [
            page(JSON),
            page(gzip.compress(JSON), b"Content-Encoding: gzip"),
            page(zlib.compress(JSON), b"content-encoding: DEFLATE"),
            OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(JSON[:5], JSON[5:]),
            b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + page(JSON),
        ],
        ids=["length", "gzip", "deflate", "chunks", "interim"],
    )
    def test_a_page_is_read_however_it_is_cut(self, response: bytes, size: int) -> None:
        """By length, compressed or in chunks, in one piece or in single bytes."""
        client = asked()
        head = fed(client, response, size)
        assert head is not None
        assert head.status == 200
        assert bytes(client.body) == JSON
        assert client.reusable

    def test_a_page_of_http_1_0_ends_with_its_connection(self) -> None:
        """It says no length, and nothing may follow on the connection."""
        client = asked()
        assert client.feed(b"HTTP/1.0 200 OK\r\n\r\n" + JSON) is None
        assert client.feed(b"") == Head(200, {})
        assert bytes(client.body) == JSON
        assert not client.reusable

    def test_header_names_are_lower_case_and_their_values_joined(self) -> None:
        """As `Page` promises to probes."""
        response = page(b"", b"WWW-Authenticate: Basic", b"X-A:  1 ", b"www-authenticate: Bearer")
        head = asked().feed(response)
        assert head is not None
        assert head.headers["www-authenticate"] == "Basic, Bearer"
        assert head.headers["x-a"] == "1"

    def test_a_header_of_any_bytes_is_text(self) -> None:
        """Latin-1, as HTTP has it; nothing is guessed."""
        head = asked().feed(page(b"", b"server: f\xe4x"))
        assert head is not None
        assert head.headers["server"] == "fäx"

    def test_a_second_page_is_read_on_the_same_connection(self) -> None:
        """Nothing of the first is left."""
        client = asked()
        client.feed(page(gzip.compress(JSON), b"content-encoding: gzip"))
        client.request(Request(target="/x"), max_bytes=10)
        assert client.feed(page(b"second")) == Head(200, {"content-length": "6"})
        assert bytes(client.body) == b"second"

    @pytest.mark.parametrize(
        "response",
        [
            page(JSON, b"connection: close"),
            page(JSON) + b"{}",
            page(JSON) + page(b'{"forged": true}'),
        ],
        ids=["close", "garbage after it", "another page"],
    )
    def test_a_connection_that_is_not_clean_is_not_used_again(self, response: bytes) -> None:
        """Otherwise the next question would have an answer before it was put."""
        client = asked()
        assert client.feed(response) is not None
        assert not client.reusable

    @pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
    def test_a_response_without_a_body_may_name_a_coding(self, status: bytes) -> None:
        """There is nothing to be cut short."""
        client = asked()
        response = b"HTTP/1.1 " + status + b"\r\ncontent-encoding: gzip\r\n\r\n"
        assert client.feed(response) is not None
        assert bytes(client.body) == b""


class TestCaps:
    """What is too much."""

    def test_a_body_may_have_the_length_that_was_asked_for(self) -> None:
        """The cap itself is allowed."""
        client = asked(max_bytes=10)
        assert client.feed(page(b"0123456789")) is not None

    @pytest.mark.parametrize(
        "response",
        [
            page(b"0123456789a"),
            page(gzip.compress(b"0123456789a"), b"content-encoding: gzip"),
            page(gzip.compress(bytes(1 << 24)), b"content-encoding: gzip"),
            OK + b"transfer-encoding: chunked\r\n\r\n" + chunked(b"012345", b"6789a"),
            b"HTTP/1.0 200 OK\r\n\r\n0123456789a",
            OK + b"content-length: 99999999999999999999\r\n\r\n" + bytes(11),
        ],
        ids=["length", "gzip", "bomb", "chunks", "until close", "absurd length"],
    )
    def test_a_longer_body_is_too_large(self, response: bytes) -> None:
        """Counted after decompression, and cut as soon as it is seen."""
        client = asked(max_bytes=10)
        with pytest.raises(TooLarge, match="a body above 10 bytes"):
            client.feed(response)
        assert len(client.body) <= 11

    def test_a_head_has_a_length_limit(self) -> None:
        """A header that never ends is given up."""
        client = asked()
        client.feed(OK + b"x: ")
        with pytest.raises(TooLarge):
            client.feed(b"a" * (MAX_HEADERS + 1))

    def test_a_head_has_a_limit_of_lines(self) -> None:
        """Many short headers are a flood as well."""
        with pytest.raises(TooLarge, match="more than 100 headers"):
            asked().feed(OK + b"x: y\r\n" * (MAX_HEADER_COUNT + 1) + b"\r\n")

    def test_interim_responses_come_to_an_end(self) -> None:
        """A server that says "continue" for ever never answers."""
        client = asked()
        client.feed(b"HTTP/1.1 100 Continue\r\n\r\n" * MAX_INTERIM)
        with pytest.raises(Garbled):
            client.feed(b"HTTP/1.1 100 Continue\r\n\r\n")


class TestGarbled:
    """What is not HTTP/1.1."""

    @pytest.mark.parametrize(
        "data",
        [
            b"SSH-2.0-OpenSSH_9.6\r\n",
            b"-ERR unknown command 'GET'\r\n",
            b"+OK",
            b"\x15\x03\x01\x00\x02\x02\x46",
            b"\x00",
            b"HTTPS",
            b"http/1.1 200 OK\r\n",
            b"HTTP/1.1 2000 OK\r\n\r\n",
            b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
            OK + b"no colon\r\n\r\n",
            OK + b" folded: first\r\n\r\n",
            OK + b"content-length: 2\r\ncontent-length: 9\r\n\r\n{}",
            OK + b"content-length: -1\r\n\r\n",
            OK + b"content-length: 2, 9\r\n\r\n{}",
            OK + b"transfer-encoding: gzip\r\n\r\n",
            OK + b"transfer-encoding: chunked\r\n\r\nxyz\r\n",
            page(b"not compressed", b"content-encoding: gzip"),
            page(JSON, b"content-encoding: br"),
            page(gzip.compress(JSON)[:-9], b"content-encoding: gzip"),
            page(gzip.compress(JSON)[:3], b"content-encoding: gzip"),
            page(gzip.compress(JSON) + b"more", b"content-encoding: gzip"),
        ],
    )
    def test_it_is_refused_at_once_and_without_its_bytes(self, data: bytes) -> None:
        """Another protocol is told by its first bytes, without waiting for the end of a head."""
        with pytest.raises(Garbled) as caught:
            asked().feed(data)
        assert not isinstance(caught.value, TooLarge)
        assert str(caught.value) in {
            "expected HTTP/1.1",
            "expected a response",
            "expected a gzip body",
            "bytes after a gzip body",
            "a gzip body that was cut short",
            "a content coding that was not asked for",
        }

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"HTTP/1.1 20",
            OK,
            OK + b"content-length: 9\r\n\r\nshort",
            OK + b"transfer-encoding: chunked\r\n\r\n5\r\nab",
        ],
    )
    def test_an_end_before_the_end_is_an_end(self, data: bytes) -> None:
        """A page that was cut is no page; who cut it closed the connection."""
        client = asked()
        assert not data or client.feed(data) is None
        with pytest.raises(EOFError):
            client.feed(b"")


@given(
    st.lists(st.binary(max_size=80) | st.sampled_from([OK, b"\r\n", b"\r\n\r\n", b"5\r\n"])),
    st.sampled_from([b"", OK, page(b"")[:-2], OK + b"transfer-encoding: chunked\r\n\r\n"]),
)
def test_all_bytes_end_in_a_page_or_a_refusal(pieces: list[bytes], opening: bytes) -> None:
    """Whatever a server sends, in whatever pieces: no other exception, and the cap holds."""
    client = asked(max_bytes=100)
    assert _end(client, [opening, *pieces]) in {"page", "refused", "waiting"}
    assert len(client.body) <= 101


def _end(client: Client, pieces: list[bytes]) -> str:
    try:
        whole = any(client.feed(piece) for piece in pieces)
    except (Garbled, EOFError):
        return "refused"
    return "page" if whole else "waiting"


@given(st.binary(max_size=2000), st.integers(1, 50), st.booleans())
def test_a_body_comes_out_as_it_went_in(body: bytes, size: int, compressed: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    """In chunks of any size, compressed or not, fed in pieces of any size."""
    sent = gzip.compress(body) if compressed else body
    pieces = [sent[place : place + size] for place in range(0, len(sent), size)]
    head = b"transfer-encoding: chunked\r\n"
    coding = b"content-encoding: gzip\r\n" if compressed else b""
    client = asked(max_bytes=2000)
    assert fed(client, OK + head + coding + b"\r\n" + chunked(*pieces), size) is not None
    assert bytes(client.body) == body


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/console.html", "/console.html"),
        ("http://192.0.2.7:8888/ui/?a=b", "/ui/"),
        ("", ""),
        ("http://[", ""),
        ("http://[::g]/", ""),
    ],
)
def test_a_location_that_is_no_url_leads_nowhere(location: str, path: str) -> None:
    """A server may write anything into the header."""
    assert path_of(location) == path

"""Our side's client: one host, verified, bounded, polite; over real sockets on loopback."""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import anyio
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Refused
from scanner.ourside import Answer, Client, Rehearsal, Rehearsed, Site, Unreached
from scanner.secret import Secret, bearer

PLANTED = "planted-token-0815"

Respond = Callable[[BaseHTTPRequestHandler], None]


def plainly(status: int, body: bytes = b"{}", **headers: str) -> Respond:
    """Answer with a status and a body."""

    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return respond


@contextmanager
def serving(
    respond: Respond, context: ssl.SSLContext | None = None
) -> Iterator[tuple[int, list[Any]]]:
    """Answer on a port of loopback; give it, and the headers of each request."""
    seen: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            seen.append((self.command, self.path, dict(self.headers)))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            respond(self)

        do_GET = do_POST = do_PATCH = handle_one  # noqa: N815 - the names that the library calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1], seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def called(client: Client, *addresses: str, **call: Any) -> Answer:
    """Make one call, in a loop of its own."""

    async def run() -> Answer:
        async with client.reaching(addresses or ["127.0.0.1"]):
            return await client.call(call.pop("method", "GET"), call.pop("path", "/x"), **call)

    return anyio.run(run)


def client(port: int, **options: Any) -> Client:
    """Give a client of a port of loopback, with a credential."""
    headers: Mapping[str, Secret] = {"Authorization": bearer(Secret(PLANTED))}
    site = Site.parse(options.pop("url", f"http://127.0.0.1:{port}/base"))
    return Client(site=site, headers=headers, **options)


def test_a_call_carries_the_credential_and_gives_the_answer() -> None:
    """Below the path of the site."""
    with serving(plainly(200, b'{"a": 1}')) as (port, seen):
        answer = called(client(port), params={"q": "a b"}, json={"x": 1}, method="POST")

    assert (answer.status, answer.json()) == (200, {"a": 1})
    ((method, path, headers),) = seen
    assert (method, path) == ("POST", "/base/x?q=a+b")
    assert headers["Authorization"] == f"Bearer {PLANTED}"
    assert headers["Host"] == f"127.0.0.1:{port}"


def test_a_redirect_is_an_answer() -> None:
    """The credential goes nowhere else."""
    with serving(plainly(200)) as (other, at_the_other):
        moved = plainly(302, Location=f"http://127.0.0.1:{other}/")
        with serving(moved) as (port, _):
            answer = called(client(port))

    assert answer.status == 302
    assert at_the_other == []


@pytest.mark.parametrize(
    "sent", [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"no HTTP\r\n\r\n"]
)
def test_half_an_answer_is_none(sent: bytes) -> None:
    """Whether the call has had its effect is not known."""

    def respond(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(sent)

    with serving(respond) as (port, _), pytest.raises(Unreached, match="no whole answer"):
        called(client(port))


def test_an_answer_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tracker cannot fill our memory."""
    monkeypatch.setattr("scanner.ourside.MAX_ANSWER", 100)
    with (
        serving(plainly(200, b"x" * 101)) as (port, _),
        pytest.raises(Unreached, match="100 bytes"),
    ):
        called(client(port))


def test_a_host_that_is_not_there_is_said() -> None:
    """By its name."""
    with serving(plainly(200)) as (port, _):
        pass

    with pytest.raises(Unreached, match="cannot be connected to"):
        called(client(port))


def test_the_next_address_of_a_host_is_tried() -> None:
    """Nothing was sent to the first: the same call may be made."""
    with serving(plainly(200)) as (port, seen):
        answer = called(client(port), "127.0.0.2", "127.0.0.1", method="POST")

    assert answer.status == 200
    assert len(seen) == 1


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would see every ticket."""
    with serving(plainly(200)) as (proxy, at_the_proxy), serving(plainly(200)) as (port, _):
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy}")
        called(client(port))

    assert at_the_proxy == []


def test_a_short_pause_is_waited_for() -> None:
    """And the same call is made again."""
    answers = iter([plainly(429, Retry_After="1"), plainly(200)])

    def respond(request: BaseHTTPRequestHandler) -> None:
        next(answers)(request)

    with serving(respond) as (port, seen):
        began = time.monotonic()
        answer = called(client(port))

    assert answer.status == 200
    assert len(seen) == 2
    assert time.monotonic() - began >= 1


def test_a_server_that_never_wants_us_is_left_alone() -> None:
    """After three times."""
    with serving(plainly(429, Retry_After="0")) as (port, seen):
        answer = called(client(port))

    assert answer.status == 429
    assert len(seen) == 3


def test_calls_are_spread_over_the_second() -> None:
    """No more of them begin than were agreed."""
    with serving(plainly(200)) as (port, seen):
        began = time.monotonic()
        anyio.run(partial(_five_at_once, client(port, per_second=20, concurrency=5)))
        took = time.monotonic() - began

    assert len(seen) == 5
    assert took >= 4 / 20


async def _five_at_once(polite: Client) -> None:
    async with polite.reaching(["127.0.0.1"]), anyio.create_task_group() as tasks:
        tasks.start_soon(polite.call, "GET", "/1")
        tasks.start_soon(polite.call, "GET", "/2")
        tasks.start_soon(polite.call, "GET", "/3")
        tasks.start_soon(polite.call, "GET", "/4")
        tasks.start_soon(polite.call, "GET", "/5")


def test_a_rehearsal_makes_reads_and_tells_writes() -> None:
    """Without the headers, which hold credentials."""
    rehearsal = Rehearsal()
    with serving(plainly(200)) as (port, seen):
        called(client(port, rehearsal=rehearsal))
        with pytest.raises(Rehearsed):
            called(client(port, rehearsal=rehearsal), method="POST", json={"title": "x"})

    assert [method for method, *_ in seen] == ["GET"]
    assert rehearsal.told == [f'POST http://127.0.0.1:{port}/base/x\n  {{"title":"x"}}']


class TestTls:
    """Whose certificate is taken."""

    @pytest.fixture
    def authority(self) -> trustme.CA:
        """An authority of the team's own."""
        return trustme.CA()

    def _context(self, authority: trustme.CA, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        return context

    def _called(self, authority: trustme.CA, folder: Path, name: str, ca: str | None) -> Answer:
        authority.cert_pem.write_to_path(folder / "ca.pem")
        with serving(plainly(200), self._context(authority, name)) as (port, _):
            url = f"https://tracker.example:{port}"
            return called(client(port, url=url, authority=ca and str(folder / ca)))

    def test_the_name_is_verified_and_not_the_address(
        self, authority: trustme.CA, tmp_path: Path
    ) -> None:
        """The host is resolved by us, and still has to prove its name."""
        assert self._called(authority, tmp_path, "tracker.example", "ca.pem").status == 200

    def test_another_name_is_refused(self, authority: trustme.CA, tmp_path: Path) -> None:
        """Whoever sits at the address."""
        with pytest.raises(Unreached, match="cannot be connected to"):
            self._called(authority, tmp_path, "other.example", "ca.pem")

    def test_an_authority_that_nobody_named_is_refused(
        self, authority: trustme.CA, tmp_path: Path
    ) -> None:
        """The system's own are trusted, or those of the file."""
        with pytest.raises(Unreached, match="cannot be connected to"):
            self._called(authority, tmp_path, "tracker.example", None)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://user:secret@tracker.example", "a credential in a URL"),
        ("http://tracker.example", "write https://"),
        ("http://192.0.2.1", "write https://"),
        ("ftp://tracker.example", "write https://HOST"),
        ("https://tracker.example?x=1", "write https://HOST"),
        ("https://[::1", "no URL"),
        ("https://tracker.example:99999", "no URL"),
        ("tracker.example", "write https://HOST"),
    ],
)
def test_what_is_no_place_for_credentials_is_refused(url: str, why: str) -> None:
    """And not repeated: it may hold one."""
    with pytest.raises(Refused, match=why) as refused:
        Site.parse(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8086/ronde", "http://[::1]:8086", "https://tracker.example/a/b"]
)
def test_a_site_is_written_as_it_was_read(url: str) -> None:
    """Without TLS it is this machine."""
    assert str(Site.parse(f"{url}/")) == url


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    """It is a site, or refused."""
    try:
        site = Site.parse(text)
    except Refused:
        return
    assert site.scheme in {"http", "https"}


@given(st.binary(max_size=200))
def test_what_an_answer_says_is_safe_to_show(body: bytes) -> None:
    """One line, and bounded."""
    said = Answer(500, {}, body).said(50)

    assert said.isprintable()
    assert len(said) <= 50

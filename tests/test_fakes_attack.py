"""The hostile fakes do what their names say; or a client would pass for robust by luck."""

import itertools
import socket
import ssl
import zlib
from contextlib import closing

import bson
import pytest

from scanner.demo.listen import Serve
from tests.fakes import connections, fax, http, mongo, names, redis
from tests.fakes.running import running

REQUEST = b"GET / HTTP/1.1\r\nhost: demo\r\n\r\n"


def taken(serve: Serve, *, most: int = 1 << 20, request: bytes = REQUEST) -> bytes:
    """Ask, and take what comes, up to `most` bytes or the end."""
    with (
        running(serve) as address,
        closing(socket.create_connection(address, timeout=10)) as connection,
    ):
        connection.sendall(request)
        parts = iter(lambda: connection.recv(1 << 16), b"")
        arrived = itertools.accumulate(parts, lambda sofar, part: sofar + part, initial=b"")
        return next((whole for whole in arrived if len(whole) >= most), None) or b""


ENDLESS = {name: serve for name, serve in http.HOSTILE.items() if name.startswith("endless")}


@pytest.mark.parametrize("serve", ENDLESS.values(), ids=ENDLESS)
def test_what_is_endless_goes_on_beyond_any_cap(serve: Serve) -> None:
    """A megabyte arrives, and more would."""
    assert len(taken(serve)) >= 1 << 20


@pytest.mark.parametrize("serve", [fax.endless_banner, fax.endless_warnings, fax.endless_line])
def test_an_endless_greeting_needs_no_question(serve: Serve) -> None:
    """It floods whoever connects."""
    assert len(taken(serve, request=b"")) >= 1 << 20


def test_a_bomb_grows_a_thousandfold() -> None:
    """Four kilobytes of it hold megabytes, and it is well-formed as far as it goes."""
    body = taken(http.gzip_bomb, most=8192).partition(b"\r\n\r\n")[2]

    assert len(zlib.decompressobj(wbits=31).decompress(body)) > 500 * len(body)


def test_a_reset_is_no_polite_close() -> None:
    """The client sees an error, never an end."""
    with pytest.raises(ConnectionResetError):
        taken(connections.reset_when_asked)


def test_a_stalled_handshake_never_ends() -> None:
    """The client's own deadline is the only way out."""
    with (
        running(connections.tls_stalls) as address,
        socket.create_connection(address, timeout=0.2) as plain,
        pytest.raises(TimeoutError),
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="demo.invalid")


@pytest.mark.parametrize(
    ("count", "shaken"),
    [(connections.MANY_NAMES, True), (connections.TOO_MANY_NAMES, False)],
)
@pytest.mark.slow
def test_certificates_come_large_and_too_large(count: int, *, shaken: bool) -> None:
    """One passes OpenSSL's limit, the other does not."""
    assert handshake(connections.tls_with_names(count)) is shaken


def handshake(served: ssl.SSLContext) -> bool:
    """Shake hands as a client that verifies nothing; tell whether it came about."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        running(connections.mute, tls=served) as address,
        socket.create_connection(address, timeout=10) as plain,
    ):
        try:
            context.wrap_socket(plain, do_handshake_on_connect=True).close()
        except ssl.SSLError:
            return False
        return True


def test_no_codec_reads_the_absurd_documents() -> None:
    """The real library refuses a document whose lengths lie."""
    with pytest.raises(bson.errors.InvalidBSON):
        bson.decode(mongo.ABSURD["document longer than its message"][36:])


def test_evil_names_reach_every_place_a_server_has_for_names() -> None:
    """Cluster, index, field, database, collection, version and host."""
    search = names.evil_elasticsearch()

    assert names.EVIL in search.indices[0].fields
    assert names.EVIL in str(search.front()["cluster_name"])
    assert "\x1b" in names.evil_mongo().databases[1].name
    assert "\x1b" in names.evil_redis().version
    assert "\x1b" in names.evil_hylafax().host


@pytest.mark.parametrize(
    ("fake", "command", "said"),
    [
        (redis.noauth(), b"PING", b"-NOAUTH Authentication required.\r\n"),
        (redis.old_noauth(), b"PING", b"-ERR operation not permitted\r\n"),
        (redis.noauth(), b"RONDE", b"-ERR unknown command 'RONDE', with args beginning with: \r\n"),
        (redis.noperm(), b"PING", b"+PONG\r\n"),
        (redis.loading(), b"PING", b"-LOADING Redis is loading the dataset in memory\r\n"),
        (redis.renamed_info(), b"PING", b"+PONG\r\n"),
        (redis.sentinel(), b"DBSIZE", b"-ERR unknown command 'DBSIZE', with args beginning with: "),
    ],
)
def test_an_odd_redis_is_odd_in_its_own_way(
    fake: redis.OddRedis, command: bytes, said: bytes
) -> None:
    """Each state refuses what the real one refuses, and no more."""
    assert fake.answer([command]).startswith(said)

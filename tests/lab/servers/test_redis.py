"""Redis, Valkey and a Sentinel: each door stands as its mode claims."""

import socket

import pytest

from tests.lab.namespace import SECOND_ADDRESS
from tests.lab.servers.process import CANARY, PASSWORD
from tests.lab.servers.redis import Redis, RedisMode, redis, sentinel
from tests.lab.session import Lab
from tests.lab.stranger import say

pytestmark = pytest.mark.real


@pytest.mark.parametrize("build", Redis)
def test_an_open_redis_reads_out_its_keys(lab: Lab, build: Redis) -> None:
    """INFO names the version, GET hands over the value."""
    server = lab.start(redis, build)
    info, value = say(server, b"INFO server\r\n", b"GET fax:2018:1\r\n")
    shown = b"valkey_version" if build is Redis.VALKEY_9 else b"redis_version"
    assert b"%s:%s" % (shown, server.version.encode()) in info
    assert CANARY.encode() in value


@pytest.mark.parametrize("build", Redis)
def test_a_locked_redis_answers_only_to_its_password(lab: Lab, build: Redis) -> None:
    """NOAUTH to everything before AUTH."""
    server = lab.start(redis, build, RedisMode.LOCKED)
    login = f"AUTH {PASSWORD}\r\n".encode()
    ping, get, ok, value = say(
        server, b"PING\r\n", b"GET fax:2018:1\r\n", login, b"GET fax:2018:1\r\n"
    )
    assert ping == get == b"-NOAUTH Authentication required.\r\n"
    assert ok == b"+OK\r\n"
    assert CANARY.encode() in value


@pytest.mark.parametrize("build", Redis)
def test_an_acl_can_leave_a_stranger_with_ping_alone(lab: Lab, build: Redis) -> None:
    """PING is answered, INFO and GET are not."""
    ping, info, get = say(
        lab.start(redis, build, RedisMode.PING_ONLY),
        b"PING\r\n",
        b"INFO\r\n",
        b"GET fax:2018:1\r\n",
    )
    assert ping == b"+PONG\r\n"
    assert info.startswith(b"-NOPERM ")
    assert get.startswith(b"-NOPERM ")


@pytest.mark.parametrize("build", Redis)
def test_a_renamed_info_leaves_the_door_open(lab: Lab, build: Redis) -> None:
    """INFO is unknown and the value is handed over all the same."""
    info, value = say(
        lab.start(redis, build, RedisMode.NO_INFO), b"INFO\r\n", b"GET fax:2018:1\r\n"
    )
    assert info.startswith(b"-ERR unknown command")
    assert CANARY.encode() in value


def test_an_open_redis_may_speak_tls_alone(lab: Lab) -> None:
    """The same answers, but only within TLS."""
    server = lab.start(redis, Redis.REDIS_7, RedisMode.TLS)
    ping, value = say(server, b"PING\r\n", b"GET fax:2018:1\r\n")
    assert ping == b"+PONG\r\n"
    assert CANARY.encode() in value


@pytest.mark.parametrize("build", Redis)
def test_protected_mode_turns_other_addresses_away_before_they_speak(
    lab: Lab, build: Redis
) -> None:
    """The refusal comes first and the connection is closed."""
    server = lab.start(redis, build, RedisMode.PROTECTED)
    assert server.address == SECOND_ADDRESS
    with socket.create_connection((server.address, server.port), timeout=5) as stream:
        assert stream.recv(4096).startswith(b"-DENIED ")


def test_a_sentinel_names_what_it_watches(lab: Lab) -> None:
    """INFO says its mode and the name of the watched server; keys it has none."""
    server = lab.start(sentinel)
    mode, watched, get = say(server, b"INFO server\r\n", b"INFO sentinel\r\n", b"GET a\r\n")
    assert b"redis_mode:sentinel" in mode
    assert b"master0:name=faxes" in watched
    assert get.startswith(b"-ERR unknown command")

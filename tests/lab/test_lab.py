"""The lab itself: each server runs, says its version, and its door stands as its mode claims.

No part of the scanner is used here: official clients, plain HTTP and raw sockets judge the lab,
so that the lab can judge the scanner.
"""

import ftplib
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pymongo
import pytest
from elasticsearch import AuthenticationException, Elasticsearch
from pymongo.errors import ConfigurationError, OperationFailure

from tests.lab.namespace import SECOND_ADDRESS
from tests.lab.servers.elasticsearch import (
    ELASTICSEARCH,
    OPENSEARCH,
    Anonymous,
    elasticsearch,
    opensearch,
    osmem,
)
from tests.lab.servers.hylafax import hylafax, snpp
from tests.lab.servers.mongodb import command, ferretdb, mongo_java_server, nx27017, secantusdb
from tests.lab.servers.nginx import Front, decoy, nginx
from tests.lab.servers.process import CANARY, PASSWORD, USER, Running
from tests.lab.servers.redis import Redis, RedisMode, redis, sentinel
from tests.lab.servers.tls import connect
from tests.lab.session import Lab

pytestmark = pytest.mark.real


def fetch(server: Running, path: str, *, login: bool = False) -> httpx.Response:
    """One GET, with or without the lab's credential; certificates are not verified."""
    auth = (USER, PASSWORD) if login else None
    # trust_env: a proxy or a .netrc of the machine has no business between us and loopback.
    with httpx.Client(verify=False, auth=auth, trust_env=False, timeout=30) as client:  # noqa: S501
        return client.get(server.url + path)


def say(server: Running, *lines: bytes) -> list[bytes]:
    """The first bytes that come back for each line sent, and b"" once the server has closed."""
    replies = []
    with connect(server.address, server.port, tls=server.tls) as stream:
        for line in lines:
            stream.sendall(line)
            replies.append(stream.recv(4096))
    return replies


def driver(server: Running, *, login: bool = False) -> pymongo.MongoClient[dict[str, Any]]:
    """The official client, told to stay with this one address."""
    who = f"{USER}:{PASSWORD}@" if login else ""
    how = "&tls=true&tlsAllowInvalidCertificates=true" if server.tls else ""
    address = f"mongodb://{who}{server.address}:{server.port}/"
    return pymongo.MongoClient(f"{address}?directConnection=true{how}")


@pytest.mark.parametrize("version", ELASTICSEARCH)
def test_an_open_elasticsearch_lists_its_indices_and_reads_out_documents(
    lab: Lab, version: str
) -> None:
    """The front page names it; names and values alike are there for anyone."""
    server = lab.start(elasticsearch, version)
    front = fetch(server, "/").json()
    assert front["version"]["number"] == server.version == version
    assert front["tagline"] == "You Know, for Search"
    listed = {row["index"] for row in fetch(server, "/_cat/indices?format=json").json()}
    assert {"faxes-2018", "prescriptions"} <= listed
    assert CANARY in fetch(server, "/faxes-2018/_search").text


@pytest.mark.parametrize(
    ("version", "tls"), [("7.17.29", False), ("8.19.4", False), ("9.2.4", True)]
)
def test_a_locked_elasticsearch_answers_only_to_a_credential(
    lab: Lab, version: str, *, tls: bool
) -> None:
    """401 in Elasticsearch's own words without one; the documents are there with one."""
    server = lab.start(elasticsearch, version, security=True, tls=tls)
    assert server.version == version
    for path in ("/", "/_cat/indices?format=json", "/faxes-2018/_search"):
        refused = fetch(server, path)
        assert refused.status_code == 401
        assert refused.json()["error"]["type"] == "security_exception"
    assert CANARY in fetch(server, "/faxes-2018/_search", login=True).text


def test_the_official_client_reads_an_open_node_and_is_refused_by_a_locked_one(lab: Lab) -> None:
    """Release 9 of the client with release 9 of the server."""
    with Elasticsearch(lab.start(elasticsearch, "9.2.4").url) as client:
        assert client.count(index="faxes-2018")["count"] == 2
    locked = lab.start(elasticsearch, "8.19.4", security=True)
    with Elasticsearch(locked.url) as client, pytest.raises(AuthenticationException):
        client.count(index="faxes-2018")


def test_an_anonymous_role_can_open_the_front_page_alone(lab: Lab) -> None:
    """`/` says what runs here; every index is refused with 403."""
    server = lab.start(elasticsearch, "8.8.2", security=True, anonymous=Anonymous.FRONT)
    assert fetch(server, "/").json()["version"]["number"] == "8.8.2"
    assert fetch(server, "/_cat/indices?format=json").status_code == 403
    assert fetch(server, "/faxes-2018/_count").status_code == 403


def test_an_anonymous_role_can_open_the_indices_alone(lab: Lab) -> None:
    """`/` is refused with 403, and the documents can be read all the same."""
    server = lab.start(elasticsearch, "8.8.2", security=True, anonymous=Anonymous.INDICES)
    assert fetch(server, "/").status_code == 403
    assert fetch(server, "/_cat/indices?format=json").status_code == 403
    assert CANARY in fetch(server, "/faxes-2018/_search").text


@pytest.mark.parametrize("version", OPENSEARCH)
def test_an_open_opensearch_lists_its_indices_and_reads_out_documents(
    lab: Lab, version: str
) -> None:
    """The same API under its own name."""
    server = lab.start(opensearch, version)
    assert server.version == version
    assert fetch(server, "/").json()["version"]["distribution"] == "opensearch"
    listed = {row["index"] for row in fetch(server, "/_cat/indices?format=json").json()}
    assert {"faxes-2018", "prescriptions"} <= listed
    assert CANARY in fetch(server, "/faxes-2018/_search").text


def test_a_locked_opensearch_answers_only_to_a_credential(lab: Lab) -> None:
    """401 in its security plugin's own words, and one page that says the plugin is there."""
    server = lab.start(opensearch, "2.19.4", security=True)
    for path in ("/", "/_cat/indices?format=json", "/faxes-2018/_search"):
        refused = fetch(server, path)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == 'Basic realm="OpenSearch Security"'
    assert fetch(server, "/_plugins/_security/health").json()["status"] == "UP"
    assert CANARY in fetch(server, "/faxes-2018/_search", login=True).text


def test_osmem_answers_like_opensearch(lab: Lab) -> None:
    """A quick stand-in: the same front page, the same listing."""
    server = lab.start(osmem)
    assert fetch(server, "/").json()["version"]["distribution"] == "opensearch"
    assert CANARY in fetch(server, "/faxes-2018/_search").text


def test_nginx_with_basic_auth_refuses_in_html(lab: Lab) -> None:
    """The 401 is nginx's page, not Elasticsearch's JSON; the password opens both doors."""
    server = lab.start(nginx, Front.BASIC_AUTH, lab.start(osmem))
    refused = fetch(server, "/")
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "text/html"
    assert CANARY in fetch(server, "/faxes-2018/_search", login=True).text


def test_nginx_can_hide_the_front_page_alone(lab: Lab) -> None:
    """`/` is refused and the documents can be read all the same."""
    server = lab.start(nginx, Front.NO_FRONT_PAGE, lab.start(osmem))
    assert fetch(server, "/").status_code == 403
    assert CANARY in fetch(server, "/faxes-2018/_search").text


def test_nginx_can_show_the_front_page_alone(lab: Lab) -> None:
    """`/` says what runs here; everything else is refused."""
    server = lab.start(nginx, Front.ONLY_FRONT_PAGE, lab.start(osmem))
    assert fetch(server, "/").json()["version"]["number"] == server.version
    assert fetch(server, "/faxes-2018/_search").status_code == 403


def test_nginx_can_put_tls_before_an_open_server(lab: Lab) -> None:
    """TLS is no lock: anyone may ask, if in TLS."""
    server = lab.start(nginx, Front.TLS, lab.start(osmem))
    assert CANARY in fetch(server, "/faxes-2018/_search").text
    plain = httpx.get(f"http://{server.address}:{server.port}/", trust_env=False)
    assert plain.status_code == 400


def test_the_decoy_says_yes_to_everything(lab: Lab) -> None:
    """200 and the same page, whatever was asked."""
    server = lab.start(decoy)
    for path in ("/", "/_cat/indices?format=json", "/no-such-path"):
        answer = fetch(server, path)
        assert (answer.status_code, answer.text) == (200, "welcome")


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


@pytest.mark.parametrize("make", [ferretdb, nx27017, secantusdb])
def test_an_open_mongodb_lists_its_collections_to_the_official_client(
    lab: Lab, make: Callable[[], AbstractContextManager[Running]]
) -> None:
    """Names and values alike are there for anyone."""
    server = lab.start(make)
    with driver(server) as client:
        assert client["admin"].command("buildInfo")["version"] == server.version
        assert "practice" in client.list_database_names()
        practice = client["practice"]
        assert set(practice.list_collection_names()) == {"faxes", "prescriptions"}
        assert practice["faxes"].find_one({"_id": 1}) == {
            "_id": 1,
            "patient_name": CANARY,
            "fax_number": CANARY,
        }


def test_mongo_java_server_is_too_old_for_the_official_client_but_open(lab: Lab) -> None:
    """It says 5.0.0 and speaks wire version 8: the driver goes away, a plain OP_MSG reads on."""
    server = lab.start(mongo_java_server)
    with driver(server) as client, pytest.raises(ConfigurationError, match="wire version 8"):
        client.list_database_names()
    found = command(server.port, {"find": "faxes", "$db": "practice"})
    assert [fax["fax_number"] for fax in found["cursor"]["firstBatch"]] == [CANARY, CANARY]


@pytest.mark.parametrize("tls", [False, True])
def test_a_locked_mongodb_answers_only_to_a_user(lab: Lab, *, tls: bool) -> None:
    """It says hello and its version to anyone, and nothing more without a login."""
    server = lab.start(secantusdb, locked=True, tls=tls)
    with driver(server) as client:
        assert client["admin"].command("buildInfo")["version"] == server.version
        with pytest.raises(OperationFailure) as refused:
            client.list_database_names()
        assert refused.value.code == 13
    with driver(server, login=True) as client:
        found = client["practice"]["faxes"].find_one({"_id": 1})
        assert found is not None
        assert found["fax_number"] == CANARY


def test_an_open_mongodb_may_speak_tls_alone(lab: Lab) -> None:
    """TLS is no lock: anyone may ask, if in TLS."""
    with driver(lab.start(secantusdb, tls=True)) as client:
        assert "practice" in client.list_database_names()


def test_an_open_hylafax_lists_its_faxes_and_names_their_senders(lab: Lab) -> None:
    """USER is enough: NLST counts, and LIST shows who sent and whom was dialled."""
    server = lab.start(hylafax)
    assert server.version == "6.0.7"
    received: list[str] = []
    sent: list[str] = []
    with ftplib.FTP() as control:  # noqa: S321  # HylaFAX speaks it
        control.connect(server.address, server.port, timeout=5)
        assert control.sendcmd("USER ronde").startswith("230 ")
        assert len(control.nlst("recvq")) == 3
        assert control.nlst("doneq") == ["1", "2"]
        control.retrlines("LIST recvq", received.append)
        control.retrlines("LIST doneq", sent.append)
    # Its default formats cut the sender to 14 characters and the dialled number to 12.
    assert [CANARY[:14] in line for line in received] == [True, True, True]
    assert [CANARY[:12] in line for line in sent] == [True, True]


def test_a_locked_hylafax_wants_a_password_whoever_asks(lab: Lab) -> None:
    """331 for a stranger and for a user that exists; nothing is listed before."""
    server = lab.start(hylafax, locked=True)
    banner, *answers = say(server, b"", b"USER ronde\r\n", b"NLST recvq\r\n", b"USER faxuser\r\n")
    assert banner.startswith(b"220 ")
    assert [answer[:4] for answer in answers] == [b"331 ", b"530 ", b"331 "]


def test_the_pager_of_hylafax_answers_without_a_login(lab: Lab) -> None:
    """The banner says SNPP and the version, and STAT tells its state to anyone."""
    banner, status = say(lab.start(snpp), b"", b"STAT\r\n")
    assert b"SNPP server (HylaFAX (tm) Version 6.0.7)" in banner
    assert status.startswith(b"214 ")

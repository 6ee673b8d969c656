"""What counts as declared: each probe's own bytes do, and nothing that is a byte away from them."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from bson import encode as bson
from hypothesis import given, settings
from hypothesis import strategies as st

from probes import PROBES
from probes.elasticsearch import Elasticsearch
from probes.ldap import CONTEXT, Ldap
from probes.memcachedudp import MemcachedUdp
from probes.mongodb import MongoDb
from probes.mqtt import Mqtt
from probes.redis import Redis
from scanner.conversation import request_of
from scanner.probe import About, CountLines, Datagram, Ends, Exchange, Fixed, Get
from scanner.wire.http import Client
from tests.lab.declared import Sender, undeclared

WAY = Sender(("127.0.0.1", 40_000), ("127.0.0.1", 9_200))
AGENT = "ronde/1.2.3 (authorised internal audit; lab@example.invalid)"
ABOUTS = [probe.about for probe in PROBES]
HTTP = [(one, ask) for one in ABOUTS for ask in one.asks if isinstance(ask, Get | Fixed)]
COUNTED = [(one, ask) for one in ABOUTS for ask in one.asks if isinstance(ask, CountLines)]
WORDS = [(one, ask) for one in ABOUTS for ask in one.asks if isinstance(ask, Exchange)]


def request(ask: Get | Fixed) -> bytes:
    """A request as the scanner sends it."""
    return Client("127.0.0.1:9200", AGENT).request(request_of(ask), max_bytes=1)


def left(said: bytes, about: About) -> bytes:
    """What one probe has not declared of a turn."""
    return undeclared(said, [about], WAY)


@pytest.mark.parametrize(("about", "ask"), HTTP, ids=lambda one: one.name)
def test_every_http_ask_is_its_own_and_no_other(about: About, ask: Get | Fixed) -> None:
    """A name in a place passes; a query, a header, a body or a method beside it does not."""
    filled = ask.fill(*["fax es/2018"] * ask.template.count("{}")) if isinstance(ask, Get) else ask
    said = request(filled)

    assert left(said, about) == b""
    assert left(said + b"{}", about) == said + b"{}"
    assert left(said.replace(b" HTTP", b"&size=1 HTTP", 1), about) != b""
    assert left(said.replace(b"\r\n\r\n", b"\r\nCookie: a\r\n\r\n", 1), about) != b""
    assert left(b"DELETE" + said[said.index(b" ") :], about) != b""


@pytest.mark.parametrize("name", ["..", ".", "a/b", "a?b", "a b"])
def test_a_name_that_leads_elsewhere_is_not_declared(name: str) -> None:
    """Whatever a name becomes on the wire, it is one step of a path."""
    mapping = Elasticsearch.about.asks[-1]
    assert isinstance(mapping, Get)
    said = request(mapping.fill("RONDE")).replace(b"RONDE", name.encode())

    assert left(said, Elasticsearch.about) == said


def words(ask: Exchange) -> Iterator[bytes]:
    """The bytes of an exchange that has no place to fill, unless it sends none."""
    with suppress(TypeError):
        yield ask.payload


FIXED = [
    *((one, ask.name, said) for one, ask in WORDS for said in words(ask) if said),
    *((one, ask.name, ask.command) for one, ask in COUNTED),
]


@pytest.mark.parametrize(
    ("about", "said"), [pytest.param(one, said, id=name) for one, name, said in FIXED]
)
def test_every_fixed_word_is_its_own(about: About, said: bytes) -> None:
    """A byte more is not declared, nor is a byte less."""
    assert left(said, about) == b""
    assert left(said + b"\xa7", about) != b""
    assert left(said[:-1], about) == said[:-1]


def test_words_that_no_answer_parts_are_both_declared() -> None:
    """Some words are followed by the next at once."""
    about, listing = COUNTED[0]

    assert left(listing.command * 2, about) == b""
    assert left(listing.command + b"DELE 1\r\n", about) != b""


@settings(max_examples=15, deadline=None)
@given(st.text("abcdefghij-_.", min_size=1, max_size=40), st.text("klmno", min_size=1, max_size=40))
def test_a_name_may_be_any_and_the_rest_may_not(database: str, collection: str) -> None:
    """Two names in a request of BSON; the command between them stands as it was declared."""
    ask = next(one for one in MongoDb.about.asks if one.name == "collStats (OP_MSG)")
    assert isinstance(ask, Exchange)
    said = ask.fill(database, collection).payload

    assert left(said, MongoDb.about) == b""
    assert left(said.replace(b"collStats", b"dropIndex"), MongoDb.about) != b""


def test_a_number_drawn_by_chance_may_be_any_and_the_rest_may_not() -> None:
    """MQTT wants a name that nobody had before; it is sixteen digits, and the flags stand fast."""
    ask = next(one for one in Mqtt.about.asks if "…" in one.name)
    assert isinstance(ask, Exchange)
    said = ask.payload

    assert left(said, Mqtt.about) == b""
    assert left(said.replace(b"ronde-", b"nurse-"), Mqtt.about) == said.replace(
        b"ronde-", b"nurse-"
    )


def test_a_longer_name_moves_what_follows() -> None:
    """LDAP puts the name first: the attributes that are wanted are compared all the same."""
    said = CONTEXT.fill("dc=clinic,dc=example").payload

    assert left(said, Ldap.about) == b""
    assert left(said.replace(b"1.1", b"1.9"), Ldap.about) != b""


@pytest.mark.parametrize(
    "said",
    [
        b"*2\r\n$3\r\nGET\r\n$10\r\nfax:2018:1\r\n",
        b"GET fax:2018:1\r\n",
        b"*1\r\n$8\r\nFLUSHALL\r\n",
    ],
)
def test_a_read_of_a_record_is_not_declared(said: bytes) -> None:
    """What would read or change is on nobody's list."""
    assert left(said, Redis.about) == said
    assert left(bson({"find": "faxes"}), MongoDb.about) != b""


def test_a_datagram_is_declared_to_the_byte() -> None:
    """Its front passes, and a byte more does not."""
    front = MemcachedUdp.about.front
    assert isinstance(front, Datagram)
    said = front.encode(Ends(WAY.here, WAY.there))

    assert left(said, MemcachedUdp.about) == b""
    assert left(said + b"0", MemcachedUdp.about) == said + b"0"


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=1, max_size=60))
def test_what_nobody_declared_is_found(said: bytes) -> None:
    """Chance hits no ask."""
    assert undeclared(b"\xa7" + said, [Redis.about, MongoDb.about, Ldap.about], WAY)

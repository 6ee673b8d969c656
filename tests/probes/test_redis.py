"""What the Redis probe makes of real replies, and of half, false and broken ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.redis import (
    CONTROL,
    DBSIZE,
    HELLO,
    KEYSPACE,
    MAX_HOLDINGS,
    PING,
    SENTINEL,
    SERVER,
    Redis,
)
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Answer, Exchange
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Redis()

PONG = "+PONG\r\n"
NO_SUCH = "-ERR unknown command 'RONDE.NO-SUCH-COMMAND', with args beginning with: \r\n"
NOPERM = "-NOPERM this user has no permissions to run the 'info' command\r\n"
CANARY = "RONDE-CANARY-in-a-reply"

OPEN = [
    pytest.param("7.0-open", Service("redis", "7.0.15"), {"db0": 3, "db3": 1}, id="7.0"),
    pytest.param("6.2-open", Service("redis", "6.2.5"), {"db0": 3, "db3": 1}, id="6.2"),
    pytest.param("valkey-9.1-open", Service("valkey", "9.1.2"), {"db0": 3, "db3": 1}, id="valkey"),
    pytest.param("7.0-no-ping", Service("redis", "7.0.15"), {}, id="PING renamed"),
    pytest.param("7.0-no-info", Service("redis", "7.0.15"), {"db0": None}, id="INFO renamed"),
    pytest.param("7.0-cluster", Service("redis", "7.0.15"), {}, id="cluster"),
    pytest.param("7.0-loading", Service("redis", "7.0.15"), {"db0": None}, id="loading"),
    pytest.param("7.0-masterdown", Service("redis", "7.0.15"), {"db0": None}, id="replica"),
]

PARTIAL = [
    pytest.param("7.0-no-dangerous", {"db0": None}, id="DBSIZE passes, INFO does not"),
    pytest.param("7.0-info-only", {}, id="INFO passes, DBSIZE does not"),
    pytest.param("valkey-9.1-no-info-no-dbsize", {}, id="only HELLO is left"),
]

PRODUCTS = [
    pytest.param("redis_version:2.8.24", Service("redis", "2.8.24"), id="redis"),
    pytest.param(
        "redis_version:6.3.4\r\nexecutable:/data/keydb-server",
        Service("keydb", "6.3.4"),
        id="keydb",
    ),
    pytest.param(
        "redis_version:7.4.0\r\ndragonfly_version:df-v1.27.1",
        Service("dragonfly", "1.27.1"),
        id="dragonfly",
    ),
    pytest.param(
        "kvrocks_version:2.9.0\r\nredis_version:4.0.0", Service("kvrocks", "2.9.0"), id="kvrocks"
    ),
    pytest.param(
        "garnet_version:1.0.52\r\nredis_version:7.4.3", Service("garnet", "1.0.52"), id="garnet"
    ),
    pytest.param(f"redis_version:{CANARY}", Service("redis", None), id="no version at all"),
]

STRANGERS = [
    pytest.param("+OK POP3 ready\r\n", id="mail"),
    pytest.param("-ERR 'Unknown Protocol Operation'\r\n", id="message broker"),
    pytest.param("-DENIED by policy\r\n", id="some proxy"),
    pytest.param(":1\r\n", id="a number"),
    pytest.param("$4\r\nPONG\r\n", id="a bulk"),
    pytest.param("*0\r\n", id="an empty list"),
]


def bulk(*lines: str) -> str:
    """Write a section as INFO does."""
    text = "\r\n".join((*lines, ""))
    return f"${len(text.encode())}\r\n{text}\r\n"


def said(ask: Exchange, text: str) -> Recorded:
    """Write down one reply."""
    return Recorded(ask=ask.name, text=text)


def of(*exchanges: Recorded) -> Transcript:
    """Put a conversation together by hand."""
    return Transcript(server="written by hand", exchanges=exchanges)


def talk(**changes: str) -> Transcript:
    """Let an open server answer, but for what a test changes."""
    replies = {
        "greeting": PONG,
        "server": bulk("# Server", "redis_version:7.2.5", "redis_mode:standalone"),
        "count": ":2\r\n",
        "keyspace": bulk("# Keyspace", "db0:keys=2,expires=0,avg_ttl=0"),
        "sentinel": bulk("# Sentinel", "sentinel_masters:2"),
        "hello": "-ERR unknown command 'HELLO'\r\n",
        "control": NO_SUCH,
    } | changes
    asks = {
        "greeting": PING,
        "server": SERVER,
        "count": DBSIZE,
        "keyspace": KEYSPACE,
        "sentinel": SENTINEL,
        "hello": HELLO,
        "control": CONTROL,
    }
    return of(*(said(asks[name], text) for name, text in replies.items()))


def _is_no_resp(data: bytes) -> bool:
    return data[:1] not in {bytes([kind]) for kind in b"+-:$*_#,(!=%~>"}


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def counts(found: Assessment) -> dict[str, int | None]:
    """Name each holding with its count."""
    return {holding.name: holding.records for holding in found.holdings}


@pytest.mark.parametrize(("name", "service", "records"), OPEN)
def test_an_open_server_is_open(
    name: str, service: Service, records: dict[str, int | None]
) -> None:
    """Who gets counts without a password gets everything; what is not settled is not counted."""
    found = settled(load(f"redis/{name}"))

    assert (found.access, found.service, counts(found)) == (Access.OPEN, service, records)


@pytest.mark.parametrize(("name", "records"), PARTIAL)
def test_a_server_that_refuses_some_reads_is_partial(
    name: str, records: dict[str, int | None]
) -> None:
    """An access list or a renamed command does not make a password."""
    found = settled(load(f"redis/{name}"))

    assert (found.access, counts(found)) == (Access.PARTIAL, records)


@pytest.mark.parametrize("name", ["7.0-locked", "valkey-9.1-locked", "7.0-ping-only"])
def test_a_locked_server_is_locked(name: str) -> None:
    """A demand for a password, or an access list that leaves no read, shuts the door."""
    assert settled(load(f"redis/{name}")).access is Access.LOCKED


@pytest.mark.parametrize("name", ["7.0-protected", "6.2-protected", "valkey-9.1-protected"])
def test_protected_mode_is_shielded(name: str) -> None:
    """No password is set: only the address check stands between a stranger and the data."""
    assert settled(load(f"redis/{name}")).access is Access.SHIELDED


@pytest.mark.parametrize("name", ["7.0-locked", "7.0-protected", "7.0-full"])
def test_a_refusal_ends_the_conversation(name: str) -> None:
    """A server that refuses is asked nothing more."""
    assert asked(PROBE, load(f"redis/{name}")) == ["PING"]


def test_an_open_server_is_asked_five_things() -> None:
    """The fewest asks that prove both sides and count."""
    expected = ["PING", "INFO server", "DBSIZE", "INFO keyspace", "RONDE.NO-SUCH-COMMAND"]

    assert asked(PROBE, load("redis/7.0-open")) == expected


def test_the_proof_names_both_sides() -> None:
    """What was answered and what was refused, in our own words."""
    proof = settled(load("redis/7.0-open")).proof

    assert proof is not None
    assert proof.ask == "INFO server, INFO keyspace"
    assert proof.control == "RONDE.NO-SUCH-COMMAND was refused as an unknown command"


def test_a_sentinel_is_open_and_its_masters_are_only_counted() -> None:
    """Their addresses may lie outside the scope, and their names are none of our business."""
    found = settled(load("redis/7.0-sentinel"))

    assert (found.access, found.holdings) == (Access.OPEN, ())
    assert found.because == "a Sentinel that watches 1 masters takes commands from anyone"
    assert "198.18.7.1" not in repr(found)


def test_a_node_of_a_cluster_says_that_it_counts_its_share() -> None:
    """The other nodes hold the rest."""
    because = settled(load("redis/7.0-cluster")).because

    assert because.endswith("this node's share of a cluster")


def test_a_full_server_is_busy() -> None:
    """Too many clients says nothing about the door."""
    outcome = replay(PROBE, load("redis/7.0-full"))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.BUSY


def test_a_server_busy_with_a_script_is_busy() -> None:
    """Nothing but the control is answered until the script ends."""
    busy = "-BUSY Redis is busy running a script. You can only call SCRIPT KILL.\r\n"

    outcome = replay(PROBE, talk(greeting=busy, server=busy, count=busy))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.BUSY


def test_a_password_of_2_6_is_recognised() -> None:
    """Before 2.8 the demand for a password had no word of its own."""
    assert settled(of(said(PING, "-ERR operation not permitted\r\n"))).access is Access.LOCKED


def test_a_server_whose_ping_is_renamed_may_be_locked() -> None:
    """Redis 7.0 refuses an unknown command before it demands the password."""
    transcript = talk(
        greeting="-ERR unknown command 'PING'\r\n", server="-NOAUTH Authentication required.\r\n"
    )

    assert settled(transcript).access is Access.LOCKED


def test_a_server_older_than_the_sections_is_open_by_its_count() -> None:
    """Version 2.4 knows INFO without arguments only, which would tell too much."""
    old = "-ERR wrong number of arguments for 'info' command\r\n"

    found = settled(talk(server=old, count=":7\r\n", control="-ERR unknown command 'RONDE'\r\n"))

    assert (found.access, found.service) == (Access.OPEN, Service("redis"))
    assert counts(found) == {"db0": 7}


def test_a_guard_behind_the_introduction_makes_it_partial() -> None:
    """A proxy may answer INFO by itself and still demand a password for the data."""
    found = settled(talk(count="-NOAUTH Authentication required.\r\n"))

    assert found.access is Access.PARTIAL


@pytest.mark.parametrize(("fields", "service"), PRODUCTS)
def test_the_product_is_named_by_its_own_field(fields: str, service: Service) -> None:
    """Every imitator gives a Redis version as well; a version that is none is not kept."""
    assert settled(talk(server=bulk("# Server", fields))).service == service


def test_a_product_that_counts_late_is_not_called_empty() -> None:
    """Kvrocks says zero until somebody tells it to count."""
    found = settled(
        talk(
            server=bulk("kvrocks_version:2.9.0", "redis_version:4.0.0"),
            count=":0\r\n",
            keyspace=bulk("# Keyspace", "db0:keys=0,expires=0,avg_ttl=0,expired=0"),
        )
    )

    assert counts(found) == {"db0": None}


def test_a_database_line_of_another_time_is_listed_without_a_count() -> None:
    """A format that we do not know must not make a full server look empty."""
    found = settled(talk(keyspace=bulk("# Keyspace", "db1:entries=9")))

    assert counts(found) == {"db1": None, "db0": 2}


def test_ten_thousand_databases_are_counted_and_not_all_listed() -> None:
    """A list has its cap; the total is the true one."""
    rows = [f"db{number}:keys=1,expires=0,avg_ttl=0" for number in range(10_000)]

    found = settled(talk(keyspace=bulk("# Keyspace", *rows)))

    assert (len(found.holdings), found.holdings_total) == (MAX_HOLDINGS, 10_000)
    assert found.holdings[0] == Holding(name="db0", kind="database", records=1)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"control": PONG}, id="the control is welcomed"),
        pytest.param({"control": "-ERR no\r\n"}, id="the control is refused in nobody's words"),
        pytest.param({"server": bulk("# Server", "uptime:1")}, id="INFO names no product"),
        pytest.param({"server": PONG}, id="everything is PONG"),
        pytest.param({"count": bulk("2")}, id="DBSIZE is no number"),
        pytest.param({"count": ":-1\r\n"}, id="DBSIZE is no count"),
        pytest.param({"count": "#t\r\n"}, id="DBSIZE is a boolean"),
        pytest.param({"keyspace": "+OK\r\n"}, id="INFO keyspace is no section"),
        pytest.param(
            {"server": bulk("redis_version:7.0.0", "redis_mode:sentinel"), "sentinel": bulk("x:1")},
            id="a Sentinel counts no masters",
        ),
        pytest.param(
            {
                "server": bulk("redis_version:7.0.0", "redis_mode:sentinel"),
                "control": PONG,
            },
            id="a Sentinel welcomes the control",
        ),
        pytest.param(
            {"server": NO_SUCH, "count": NO_SUCH, "hello": NO_SUCH}, id="nothing is answered"
        ),
        pytest.param(
            {"server": NO_SUCH, "count": NO_SUCH, "hello": "*2\r\n$6\r\nserver\r\n:1\r\n"},
            id="HELLO names no product",
        ),
        pytest.param({"server": NOPERM, "count": ":1\r\n", "control": PONG}, id="no control"),
    ],
)
def test_one_side_of_a_proof_is_none(changes: dict[str, str]) -> None:
    """A decoy that answers everything, and a proxy that answers nothing, are not called open."""
    outcome = replay(PROBE, talk(**changes))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("text", STRANGERS)
def test_another_service_is_not_recognised(text: str) -> None:
    """An error of another protocol that looks like RESP is no Redis."""
    assert PROBE.identify(Answer(data=text.encode())) is None


def test_a_silence_in_the_middle_is_unknown() -> None:
    """What stopped answering is not called open."""
    transcript = load("redis/7.0-open").with_reply(4, text=None, silence=Silence.TIMEOUT)

    outcome = replay(PROBE, transcript)

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.TIMEOUT


def test_nothing_of_a_reply_is_kept_but_what_was_asked_for() -> None:
    """Paths, identifiers of a run and unknown fields are dropped."""
    found = settled(
        talk(
            server=bulk("redis_version:7.0.15", f"executable:/{CANARY}", f"run_id:{CANARY}"),
            keyspace=bulk(f"db0:keys=1,expires={CANARY}", f"{CANARY}:keys=1"),
        )
    )

    assert CANARY not in repr(found)


@pytest.mark.parametrize("place", range(5))
def test_every_truncated_reply_is_unknown(place: int) -> None:
    """A reply that stops anywhere proves nothing, and breaks nothing."""
    transcript = load("redis/7.0-open")
    whole = transcript.exchanges[place].payload

    outcomes = {
        type(replay(PROBE, transcript.with_payload(place, whole[:end])))
        for end in range(len(whole))
    }

    assert outcomes == {Unknown}


@given(place=st.integers(0, 4), payload=st.binary(max_size=60).filter(_is_no_resp))
def test_garbage_is_never_open(place: int, payload: bytes) -> None:
    """What is no RESP proves nothing, wherever it comes."""
    outcome = replay(PROBE, load("redis/7.0-open").with_payload(place, payload))

    assert isinstance(outcome, Unknown)


@given(st.text(max_size=60).filter(lambda words: "unknown command" not in words.lower()))
def test_no_other_refusal_is_a_control(words: str) -> None:
    """Only a command that is unknown was refused for what it is."""
    control = f"-ERR {' '.join(words.split())}\r\n"

    assert isinstance(replay(PROBE, talk(control=control)), Unknown)


@given(
    place=st.integers(0, 4),
    payload=st.sampled_from(
        [
            b"+OK\r\n",
            b":1\r\n",
            b"$1\r\nx\r\n",
            b"*0\r\n",
            b"%0\r\n",
            b"_\r\n",
            b"#t\r\n",
            b",1\r\n",
        ]
    ),
)
def test_an_answer_of_another_type_raises_nothing(place: int, payload: bytes) -> None:
    """Every reply may be of every type."""
    outcome = replay(PROBE, load("redis/7.0-open").with_payload(place, payload))

    assert isinstance(outcome, Assessment | Unknown)

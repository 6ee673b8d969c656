"""What the MongoDB probe makes of real replies, and of half, false and broken ones."""

from typing import Any

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.mongodb import HELLO, NEW, OLD, Dialect, MongoDb
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from scanner.probe import Answer, Exchange
from scanner.wire import Garbled
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = MongoDb()

CANARY = "RONDE-CANARY-in-a-literal"

GREETING = {"ismaster": True, "maxBsonObjectSize": 16777216, "maxWireVersion": 21, "ok": 1.0}
BUILD = {"version": "7.0.14", "modules": [], "ok": 1.0}
NO_COMMAND = {"ok": 0.0, "errmsg": "no such command: 'rondeNoSuchCommand'", "code": 59}
UNAUTHORIZED = {"ok": 0.0, "errmsg": "command requires authentication", "code": 13}


def said(ask: Exchange, document: dict[str, Any]) -> Recorded:
    """Write down one reply, framed as the ask's generation is."""
    opcode = 1 if ask is HELLO or ask.name.endswith("(OP_QUERY)") else 2013
    return Recorded(ask=ask.name, arguments=ask.arguments, bson=document, opcode=opcode)


def names(*databases: str) -> dict[str, Any]:
    """Write the reply to `listDatabases` down."""
    return {"databases": [{"name": name} for name in databases], "ok": 1.0}


def batch(*documents: dict[str, Any]) -> dict[str, Any]:
    """Write the first batch of a cursor down."""
    return {"cursor": {"id": 0, "firstBatch": list(documents)}, "ok": 1.0}


def verdict(*exchanges: Recorded) -> Outcome:
    """Settle a conversation that was put together by hand."""
    return replay(PROBE, Transcript(server="written by hand", exchanges=exchanges))


def proved(*rest: Recorded, databases: tuple[str, ...] = ("fax",)) -> Outcome:
    """Settle a conversation whose proof is whole, and which goes on with the rest."""
    return verdict(
        said(HELLO, GREETING),
        said(NEW.build_info, BUILD),
        said(NEW.list_databases, names(*databases)),
        said(NEW.control, NO_COMMAND),
        *rest,
    )


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


class TestRealServers:
    """Each transcript is what a server of that version answered."""

    @pytest.mark.parametrize(
        ("name", "service"),
        [
            ("ferretdb-1-open", Service("ferretdb")),
            ("secantusdb-0.7-open", Service("secantusdb", "0.7.0b3")),
            ("mongo-java-server-1.47-open", Service("mongodb", "5.0.0")),
        ],
    )
    def test_an_open_server_is_open(self, name: str, service: Service) -> None:
        """Its databases, collections and counts are told; the version is the product's own."""
        found = assessed(replay(PROBE, load(f"mongodb/{name}")))

        assert (found.access, found.service) == (Access.OPEN, service)
        assert [(one.name, one.records) for one in found.holdings[:2]] == [
            ("practice.faxes", 2),
            ("practice.prescriptions", 2),
        ]

    def test_a_locked_server_is_locked(self) -> None:
        """It tells what it is to anyone, and what it holds to nobody."""
        found = assessed(replay(PROBE, load("mongodb/secantusdb-0.7-locked")))

        assert found.access is Access.LOCKED
        assert found.because == "listDatabases was refused with code 13"

    def test_a_locked_server_is_asked_three_times(self) -> None:
        """Nothing is asked after the refusal."""
        sent = asked(PROBE, load("mongodb/secantusdb-0.7-locked"))

        assert sent == [HELLO.name, NEW.build_info.name, NEW.list_databases.name]

    def test_a_server_that_grants_everything_proves_nothing(self) -> None:
        """NX-27017 answers a command that cannot exist with success."""
        found = unknown(replay(PROBE, load("mongodb/nx27017-0.8-open")))

        assert found.silence is Silence.HALF_PROOF
        assert found.why == "the control rondeNoSuchCommand was not refused as an unknown command"

    def test_announced_members_are_kept_nowhere(self) -> None:
        """A replica set names its hosts; they are no business of this conversation."""
        found = replay(PROBE, load("mongodb/secantusdb-0.7-open"))

        assert "127.0.0.1" not in repr(found)


class TestOldVersions:
    """Before 3.6 there is no OP_MSG, and before 2.6 an error has no code."""

    def old(self, **changes: Any) -> tuple[Recorded, ...]:
        """Write MongoDB 2.4 down: doubles for integers, sentences for codes."""
        usual: dict[str, dict[str, Any]] = {
            "hello": {"ismaster": True, "maxBsonObjectSize": 16777216, "ok": 1.0},
            "build": {"version": "2.4.14", "ok": 1.0},
            "listing": {
                "databases": [{"name": "fax", "sizeOnDisk": 8.0, "empty": False}],
                "ok": 1.0,
            },
            "control": {"ok": 0.0, "errmsg": "no such cmd: rondeNoSuchCommand", "bad cmd": {}},
        }
        replies = usual | changes
        asks = (HELLO, OLD.build_info, OLD.list_databases, OLD.control)
        return tuple(said(ask, reply) for ask, reply in zip(asks, replies.values(), strict=True))

    def test_a_database_that_cannot_list_its_collections_is_counted_whole(self) -> None:
        """There is no `listCollections` before 3.0; `dbStats` is older."""
        no_list = {"ok": 0.0, "errmsg": "no such cmd: listCollections"}
        stats = {"db": "fax", "objects": 6000000.0, "dataSize": 9.5e9, "ok": 1.0}

        found = assessed(
            verdict(
                *self.old(),
                said(OLD.list_collections.fill("fax"), no_list),
                said(OLD.db_stats.fill("fax"), stats),
            )
        )

        assert (found.access, found.service) == (Access.OPEN, Service("mongodb", "2.4.14"))
        assert found.holdings == (
            Holding(name="fax", kind="database", records=6_000_000, bytes=9_500_000_000),
        )

    @pytest.mark.parametrize("words", ["unauthorized", "need to login", "not authorized on admin"])
    def test_a_refusal_in_words_is_locked(self, words: str) -> None:
        """Versions before 2.6 refuse without a code."""
        refusal = {"ok": 0.0, "errmsg": words}

        assert assessed(verdict(*self.old(listing=refusal)[:3])).access is Access.LOCKED


class TestHalfProof:
    """One side of a proof is never taken for two."""

    def test_an_empty_list_is_no_proof(self) -> None:
        """With authorization on and no user yet, `ok: 1` comes with no database."""
        found = unknown(proved(databases=()))

        assert found.silence is Silence.HALF_PROOF
        assert found.why == "listDatabases succeeded, but named no database"

    @pytest.mark.parametrize(
        "control",
        [
            {"ok": 1.0},
            {"ok": 1.0, "code": 59},
            {"ok": 0.0, "errmsg": "something else", "code": 1},
            UNAUTHORIZED,
        ],
    )
    def test_a_control_that_is_not_refused_by_name_is_no_proof(
        self, control: dict[str, Any]
    ) -> None:
        """Only a server that knows its commands says that there is no such command."""
        found = unknown(
            verdict(
                said(HELLO, GREETING),
                said(NEW.build_info, BUILD),
                said(NEW.list_databases, names("fax")),
                said(NEW.control, control),
            )
        )

        assert found.silence is Silence.HALF_PROOF

    def test_collections_that_are_refused_make_it_partial(self) -> None:
        """Names of databases are shown to a stranger, and nothing below them."""
        found = assessed(
            proved(
                said(NEW.list_collections.fill("fax"), UNAUTHORIZED),
                said(NEW.db_stats.fill("fax"), UNAUTHORIZED),
            )
        )

        assert found.access is Access.PARTIAL
        assert found.holdings == (Holding(name="fax", kind="database"),)


class TestOtherStates:
    """What is neither open nor locked says which it is."""

    def refused(self, code: int, **hello: bool) -> Outcome:
        """Settle a server that refuses to list its databases with a code."""
        refusal = {"ok": 0.0, "errmsg": "…", "code": code}
        return verdict(
            said(HELLO, GREETING | hello),
            said(NEW.build_info, BUILD),
            said(NEW.list_databases, refusal),
        )

    @pytest.mark.parametrize("code", [13, 18, 8000])
    def test_a_wish_for_a_credential_is_locked(self, code: int) -> None:
        """MongoDB, its authentication, and Atlas have a code each."""
        assert assessed(self.refused(code)).access is Access.LOCKED

    @pytest.mark.parametrize("code", [91, 189, 10107, 11600, 11602, 13435, 13436])
    def test_a_member_that_is_not_ready_is_busy(self, code: int) -> None:
        """It starts, recovers or steps down: ask again in another round."""
        assert unknown(self.refused(code)).silence is Silence.BUSY

    def test_an_arbiter_is_identified(self) -> None:
        """It votes and holds nothing that could be open."""
        assert assessed(self.refused(13436, arbiterOnly=True)).access is Access.IDENTIFIED

    def test_another_code_is_no_verdict(self) -> None:
        """A refusal for another reason says nothing about credentials."""
        assert unknown(self.refused(303)).why == "listDatabases was refused with code 303"

    @pytest.mark.parametrize(
        ("build", "service"),
        [
            (UNAUTHORIZED, Service("mongodb")),
            ({"version": "8.0.4<b>", "ok": 1.0}, Service("mongodb")),
            ({"version": 8, "ok": 1.0}, Service("mongodb")),
            ({"version": "9" * 300, "ok": 1.0}, Service("mongodb")),
            (
                {"version": "7.0.77", "ferretdb": {"version": "v2.5.0"}, "ok": 1.0},
                Service("ferretdb", "2.5.0"),
            ),
            (
                {"version": "7.0.14-8", "psmdbVersion": "7.0.14-8", "ok": 1.0},
                Service("percona-server-mongodb", "7.0.14-8"),
            ),
        ],
    )
    def test_the_product_says_what_it_is(self, build: dict[str, Any], service: Service) -> None:
        """A compatible server tells its own version; a version is never prose."""
        found = assessed(
            verdict(
                said(HELLO, GREETING),
                said(NEW.build_info, build),
                said(NEW.list_databases, UNAUTHORIZED),
            )
        )

        assert found.service == service

    @pytest.mark.parametrize(
        "document",
        [{"ok": 1.0}, {"ok": 1.0, "version": "1"}, {"ok": False}, {"ok": 1.0, "code": 13}],
    )
    def test_another_speaker_is_not_identified(self, document: dict[str, Any]) -> None:
        """A document that greets as nobody does is not MongoDB's."""
        assert PROBE.identify(Answer(data=said(HELLO, document).payload)) is None


class TestHoldings:
    """What is kept of names, counts and indexes, and what is never asked."""

    def test_views_are_named_and_never_counted(self) -> None:
        """To count a view is to run its pipeline over the records."""
        listed = batch({"name": "adults", "type": "view"}, {"name": "old", "type": "timeseries"})

        found = assessed(
            proved(
                said(NEW.list_collections.fill("fax"), listed),
                said(NEW.coll_stats.fill("fax", "old"), {"count": 1, "size": 9, "ok": 1.0}),
                said(NEW.list_indexes.fill("fax", "old"), batch()),
            )
        )

        assert [(one.name, one.kind, one.records) for one in found.holdings] == [
            ("fax.old", "collection", 1),
            ("fax.adults", "view", None),
        ]

    def test_an_index_gives_field_names_and_no_value(self) -> None:
        """The expression of a partial index holds literals; its keys are the schema's."""
        index = {
            "name": "birth_date_1",
            "key": {"patient.birth_date": 1, "185127830012345": 1},
            "partialFilterExpression": {"patient.name": CANARY},
        }
        text = {"name": "t", "key": {"_fts": "text", "_ftsx": 1}, "weights": {"diagnosis": 1}}

        found = assessed(
            proved(
                said(NEW.list_collections.fill("fax"), batch({"name": "faxes"})),
                said(NEW.coll_stats.fill("fax", "faxes"), {"count": 9, "size": 90, "ok": 1.0}),
                said(
                    NEW.list_indexes.fill("fax", "faxes"), batch({"key": {"_id": 1}}, text, index)
                ),
            )
        )

        assert CANARY not in repr(found)
        assert found.holdings[0].fields == ("patient.birth_date",)

    def test_the_server_s_own_databases_come_last_and_are_not_entered(self) -> None:
        """`admin`, `config` and `local` are on every server."""
        found = assessed(
            proved(
                said(NEW.list_collections.fill("fax"), batch({"name": "faxes"})),
                said(NEW.coll_stats.fill("fax", "faxes"), {"count": 0, "size": 0, "ok": 1.0}),
                databases=("admin", "config", "fax", "local"),
            )
        )

        assert [one.name for one in found.holdings] == ["fax.faxes", "admin", "config", "local"]
        assert found.holdings_total == 4

    @pytest.mark.parametrize("name", ["a.b", "a\0b", "$external", "x" * 64, "a b", "a/b", ""])
    def test_a_name_that_no_database_has_is_listed_only(self, name: str) -> None:
        """A listing cannot make the probe ask about another namespace."""
        found = assessed(proved(databases=(name,)))

        assert found.holdings == (Holding(name=name, kind="database"),)

    @pytest.mark.parametrize("count", [-1, 1e300, 1.5, "9", True, None, [9]])
    def test_a_count_that_is_none_is_unknown(self, count: object) -> None:
        """What does not count is not counted, and does not hide the collection."""
        found = assessed(
            proved(
                said(NEW.list_collections.fill("fax"), batch({"name": "faxes"})),
                said(NEW.coll_stats.fill("fax", "faxes"), {"count": count, "ok": 1.0}),
            )
        )

        assert found.holdings == (Holding(name="fax.faxes", kind="collection"),)

    @pytest.mark.parametrize("silence", list(Silence))
    def test_a_silence_after_the_proof_costs_only_detail(self, silence: Silence) -> None:
        """The databases stand, whatever becomes of their contents."""
        ask = NEW.list_collections.fill("fax")
        lost = Recorded(ask=ask.name, arguments=ask.arguments, silence=silence)
        counts = Recorded(ask=NEW.db_stats.name, arguments=("fax",), silence=silence)

        found = assessed(proved(lost, counts))

        assert (found.access, found.holdings) == (
            Access.OPEN,
            (Holding(name="fax", kind="database"),),
        )

    def test_a_silence_before_the_proof_is_no_verdict(self) -> None:
        """A control that was never answered refused nothing."""
        lost = Recorded(ask=NEW.control.name, silence=Silence.TIMEOUT)
        whole = load("mongodb/ferretdb-1-open").exchanges

        assert unknown(verdict(*whole[:3], lost)).silence is Silence.TIMEOUT


@pytest.mark.parametrize("dialect", [OLD, NEW])
def test_no_command_reads_records_or_writes(dialect: Dialect) -> None:
    """These seven commands are all that can be encoded, and none has a query."""
    filled = [ask.fill(*["fax", "faxes"][: _places(ask)]) for ask in dialect]

    sent = [bson.decode(_document(ask.payload)) for ask in filled]

    assert [next(iter(command)) for command in sent] == [
        "buildInfo",
        "listDatabases",
        "rondeNoSuchCommand",
        "listCollections",
        "dbStats",
        "collStats",
        "listIndexes",
    ]
    assert not {"query", "filter", "find", "pipeline"} & {key for one in sent for key in one}


WHOLE = load("mongodb/ferretdb-1-open")


@given(place=st.integers(0, 3), cut=st.integers(0, 1_000))
def test_a_truncated_reply_is_never_open(place: int, cut: int) -> None:
    """Up to the control, every byte of every reply is needed."""
    payload = WHOLE.exchanges[place].payload
    broken = WHOLE.with_payload(place, payload[: min(cut, len(payload) - 1)])

    assert isinstance(replay(PROBE, broken), Unknown)


@given(place=st.integers(0, 3), changes=st.data())
def test_changed_bytes_are_no_exception(place: int, changes: st.DataObject) -> None:
    """Whatever one byte becomes, there is a verdict or a reason why there is none."""
    payload = bytearray(WHOLE.exchanges[place].payload)
    payload[changes.draw(st.integers(0, len(payload) - 1))] = changes.draw(st.integers(0, 255))

    try:
        outcome = replay(PROBE, WHOLE.with_payload(place, bytes(payload)))
    except AssertionError as error:
        assert "not recorded" in str(error)  # noqa: PT017 - another name was asked about
    else:
        assert isinstance(outcome, Assessment | Unknown)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ok", "code", "errmsg", "databases", "name", "cursor", "version"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(
    place=st.sampled_from([2, 3]),
    document=st.dictionaries(st.sampled_from(["ok", "databases", "errmsg", "code"]), VALUES),
)
def test_wrong_types_are_never_open(place: int, document: dict[str, Any]) -> None:
    """Whatever stands in the listing or the control, it is no proof and no error of ours."""
    changed = WHOLE.with_payload(place, _framed(document))

    assert not _is_open(replay(PROBE, changed)) or _is_refusal(document)


@given(document=st.dictionaries(st.sampled_from(["ok", "cursor", "errmsg", "code"]), VALUES))
def test_a_garbled_detail_costs_only_detail(document: dict[str, Any]) -> None:
    """The proof does not lean on counts and indexes."""
    assert _is_open(replay(PROBE, WHOLE.with_payload(5, _framed(document))))


@given(data=st.binary(max_size=80))
def test_garbage_is_not_identified(data: bytes) -> None:
    """A frame of nobody's is garbled, never a product."""
    with pytest.raises(Garbled):
        PROBE.identify(Answer(data=data))


def _places(ask: Exchange) -> int:
    return {"dbStats": 1, "listCollections": 1, "collStats": 2, "listIndexes": 2}.get(
        ask.name.partition(" ")[0], 0
    )


def _document(payload: bytes) -> bytes:
    """Cut a request's document out: after the head of OP_MSG, or that of OP_QUERY."""
    if payload[12:16] == (2013).to_bytes(4, "little"):
        return payload[21:]
    return payload[payload.index(b"\0", 20) + 9 :]


def _framed(document: dict[str, Any]) -> bytes:
    body = b"\0" * 5 + bson.encode(document)
    return b"".join(n.to_bytes(4, "little") for n in (16 + len(body), 1, 0, 2013)) + body


def _is_open(outcome: Outcome) -> bool:
    return isinstance(outcome, Assessment) and outcome.access is Access.OPEN


def _is_refusal(document: dict[str, Any]) -> bool:
    """Tell whether a made-up control happens to refuse the command as unknown."""
    words = str(document.get("errmsg", ""))
    return document.get("code") == 59 or words.startswith("no such c")

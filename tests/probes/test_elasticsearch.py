"""What the Elasticsearch probe makes of real replies, and of half, false and broken ones."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.elasticsearch import (
    CONTROL,
    COUNT,
    CREATED,
    LISTING,
    LISTING_HIDDEN,
    MAPPINGS,
    READABLE,
    STATS,
    Elasticsearch,
)
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from scanner.probe import FRONT, Get, Page
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Elasticsearch()

FIELDS = ("date_of_birth", "diagnosis", "fax_number", "patient_name")

ROOT = {
    "name": "lab-1",
    "cluster_uuid": "N8jUudrORCSCIvsdnKZNHA",
    "version": {"number": "7.10.2", "build_hash": "747e1cc71def077253878a59143c1f785afa92b9"},
    "tagline": "You Know, for Search",
}
MISSING = {"error": {"type": "index_not_found_exception", "reason": "no such index"}, "status": 404}
FORBIDDEN = {"error": {"type": "security_exception", "reason": "unauthorized"}, "status": 403}
ROW = {
    "index": "faxes",
    "docs.count": "3",
    "pri.store.size": "900",
    "creation.date": "1519862400000",
}
NGINX = "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n</html>\r\n"
CANARY = "RONDE-CANARY-in-a-mapping"


def said(ask: Get, body: object, status: int = 200, **headers: str) -> Recorded:
    """Write down one reply: text as it is, anything else as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Recorded(ask=ask.name, arguments=ask.arguments, status=status, headers=named, text=text)


def of(*exchanges: Recorded) -> Transcript:
    """Put a conversation together by hand."""
    return Transcript(server="written by hand", exchanges=exchanges)


def verdict(*exchanges: Recorded) -> Outcome:
    """Settle a conversation that was put together by hand."""
    return replay(PROBE, of(*exchanges))


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
        ("name", "product", "version"),
        [
            ("2.4-open", "elasticsearch", "2.4.6"),
            ("5.6-open", "elasticsearch", "5.6.16"),
            ("6.8-open", "elasticsearch", "6.8.23"),
            ("7.10-open", "elasticsearch", "7.10.2"),
            ("8.8-open", "elasticsearch", "8.8.2"),
            ("8.19-open-no-front", "elasticsearch", None),
            ("9.2-open", "elasticsearch", "9.2.4"),
            ("opensearch-1.3-open", "opensearch", "1.3.20"),
            ("opensearch-3.4-open", "opensearch", "3.4.0"),
            ("osmem-0.1-open", "opensearch", "3.8.0"),
        ],
    )
    def test_an_open_server_is_open(self, name: str, product: str, version: str | None) -> None:
        """Every version that lists its indices to a stranger is found, with what it holds."""
        found = assessed(replay(PROBE, load(f"elasticsearch/{name}")))

        assert (found.access, found.service.product) == (Access.OPEN, product)
        assert found.service.version == version
        assert [(one.name, one.records) for one in found.holdings] == [
            ("faxes-2018", 2),
            ("prescriptions", 2),
        ]
        assert {one.fields for one in found.holdings} == {FIELDS}
        assert all(one.created is not None and one.bytes for one in found.holdings)
        assert found.holdings_total == 2

    @pytest.mark.parametrize(
        ("name", "product"),
        [
            ("7.17-locked", "elasticsearch"),
            ("9.2-locked", "elasticsearch"),
            ("opensearch-2.19-locked", "opensearch"),
        ],
    )
    def test_a_locked_server_is_locked(self, name: str, product: str) -> None:
        """A server that demands authentication for all of it is recognised and shut."""
        found = assessed(replay(PROBE, load(f"elasticsearch/{name}")))

        assert (found.access, found.service) == (Access.LOCKED, Service(product))
        assert found.because == "GET /_cat/indices answered 401"
        assert found.holdings == ()

    def test_an_anonymous_reader_of_every_index_makes_it_open(self) -> None:
        """The front page is refused, but a stranger lists every index: the data is open."""
        found = assessed(replay(PROBE, load("elasticsearch/8.8-anonymous-indices")))

        assert found.access is Access.OPEN
        assert [one.name for one in found.holdings] == ["faxes-2018", "prescriptions"]
        assert found.because.endswith("although GET / answered 403")

    def test_an_anonymous_monitor_makes_it_partial(self) -> None:
        """The front page is shown, but no index is: only a part is open."""
        found = assessed(replay(PROBE, load("elasticsearch/8.8-anonymous-monitor")))

        assert found.access is Access.PARTIAL
        assert found.holdings == ()

    @pytest.mark.parametrize(
        ("name", "access"),
        [
            ("osmem-behind-guarded-front", Access.OPEN),
            ("osmem-behind-open-front", Access.PARTIAL),
        ],
    )
    def test_a_proxy_guards_what_it_guards(self, name: str, access: Access) -> None:
        """The front page behind a proxy says nothing about the indices, either way."""
        assert assessed(replay(PROBE, load(f"elasticsearch/{name}"))).access is access

    def test_a_proxy_that_guards_everything_names_nobody(self) -> None:
        """Its refusals do not say what is behind, only that the door is shut."""
        found = unknown(replay(PROBE, load("elasticsearch/osmem-behind-basic-auth")))

        assert (found.silence, found.service) == (Silence.GUARDED, None)

    def test_the_cluster_is_known_again_by_its_uuid(self) -> None:
        """Nodes of one cluster share an identity."""
        found = assessed(replay(PROBE, load("elasticsearch/opensearch-3.4-open")))

        assert found.service.identity == "xeMzJ_yGQ32XzjpuV2-IUA"

    def test_an_open_server_costs_four_asks(self) -> None:
        """Front page, listing, control and the mappings of all listed indices at once."""
        sent = asked(PROBE, load("elasticsearch/8.8-open"))

        assert sent == [FRONT.name, LISTING_HIDDEN.name, CONTROL.name, MAPPINGS.name]

    def test_a_locked_server_is_asked_three_times(self) -> None:
        """A log full of refusals alarms the team that owns the server."""
        sent = asked(PROBE, load("elasticsearch/7.17-locked"))

        assert sent == [FRONT.name, LISTING_HIDDEN.name, COUNT.name]


class TestOldVersions:
    """Before 2.0 the pages differ; their shapes are those that the versions document."""

    def test_version_1_dates_its_indices_in_their_settings(self) -> None:
        """There is no column for the creation date, and an error is a sentence."""
        root = ROOT | {"status": 200, "version": ROOT["version"] | {"number": "1.7.6"}}  # type: ignore[operator]  # an object
        row = {name: value for name, value in ROW.items() if name != "creation.date"}
        error = "IndexMissingException[[ronde-no-such-index] missing]"
        settings = {"faxes": {"settings": {"index": {"creation_date": "1519862400000"}}}}
        mapping = {"faxes": {"mappings": {"fax": {"properties": {"ssn": {"type": "string"}}}}}}

        found = assessed(
            verdict(
                said(FRONT, root),
                said(LISTING, [row]),
                said(CONTROL, {"error": error, "status": 404}, 404),
                said(CREATED, settings),
                said(MAPPINGS.fill("faxes"), mapping),
            )
        )

        (faxes,) = found.holdings
        assert (found.access, found.service.version) == (Access.OPEN, "1.7.6")
        assert faxes.created == datetime(2018, 3, 1, tzinfo=UTC)
        assert faxes.fields == ("ssn",)

    def test_version_0_lists_its_indices_in_their_statistics(self) -> None:
        """There is no `_cat` yet."""
        root = {
            "ok": True,
            "status": 200,
            "name": "Vance Astro",
            "version": {
                "number": "0.90.13",
                "build_hash": "249c9c5e06765c9e929e92b1d235e1ba4dc679fa",
            },
            "tagline": "You Know, for Search",
        }
        primaries = {"docs": {"count": 3}, "store": {"size_in_bytes": 900}}
        stats = {"ok": True, "_all": {}, "indices": {"faxes": {"primaries": primaries}}}
        error = "IndexMissingException[[ronde-no-such-index] missing]"

        found = assessed(
            verdict(
                said(FRONT, root),
                said(STATS, stats),
                said(CONTROL, {"error": error, "status": 404}, 404),
                said(CREATED, {}, 404),
                said(MAPPINGS.fill("faxes"), {"faxes": {"fax": {"properties": {"ssn": {}}}}}),
            )
        )

        (faxes,) = found.holdings
        assert found.access is Access.OPEN
        assert (faxes.name, faxes.records, faxes.bytes) == ("faxes", 3, 900)
        assert faxes.fields == ("ssn",)

    def test_a_locked_version_1_is_recognised_by_its_sentence(self) -> None:
        """Shield on 1.x answers with a string where later versions have an object."""
        error = "AuthenticationException[missing authentication token for REST request [/]]"
        refusal = {"error": error, "status": 401}

        found = assessed(
            verdict(
                said(FRONT, refusal, 401),
                said(LISTING_HIDDEN, refusal, 401),
                said(COUNT, refusal, 401),
            )
        )

        assert found.access is Access.LOCKED

    def test_a_word_that_is_too_new_is_taken_back(self) -> None:
        """A version that nobody told refuses the wish for hidden indices; it is asked without."""
        unrecognised = {"error": {"type": "illegal_argument_exception"}, "status": 400}

        found = assessed(
            verdict(
                said(FRONT, NGINX, 401),
                said(LISTING_HIDDEN, unrecognised, 400),
                said(LISTING, [ROW]),
                said(CONTROL, MISSING, 404),
                said(MAPPINGS.fill("faxes"), {}),
            )
        )

        assert (found.access, found.service.product) == (Access.OPEN, "elasticsearch-compatible")


class TestHalfOpen:
    """One side of a proof is never taken for two."""

    @pytest.mark.parametrize("index", [[], [ROW]])
    def test_a_control_that_succeeds_proves_nothing(self, index: list[object]) -> None:
        """Who answers 200 to an index that cannot exist would answer 200 to anything."""
        found = unknown(verdict(said(FRONT, ROOT), said(LISTING_HIDDEN, index), said(CONTROL, {})))

        assert found.silence is Silence.HALF_PROOF
        assert (
            "the control GET /ronde-no-such-index/_mapping was answered with success" in found.why
        )

    def test_the_right_words_with_the_wrong_status_prove_nothing(self) -> None:
        """A honeypot says `index_not_found_exception` and answers 200."""
        found = unknown(
            verdict(said(FRONT, ROOT), said(LISTING_HIDDEN, [ROW]), said(CONTROL, MISSING))
        )

        assert found.silence is Silence.HALF_PROOF

    def test_a_web_server_s_404_is_not_the_product_s_own(self) -> None:
        """A page that some web server has not is no refusal by Elasticsearch."""
        found = unknown(
            verdict(
                said(FRONT, ROOT),
                said(LISTING_HIDDEN, [ROW]),
                said(CONTROL, "<h1>Not Found</h1>", 404),
            )
        )

        assert found.silence is Silence.HALF_PROOF

    def test_a_honeypot_is_not_called_open(self) -> None:
        """Elasticpot imitates the front page of 1.4.1 and lists its indices as text."""
        found = unknown(replay(PROBE, load("elasticsearch/elasticpot-2.0-decoy")))

        assert found.silence is Silence.GARBLED

    def test_an_empty_cluster_is_open_when_nothing_is_hidden(self) -> None:
        """Nothing to read yet, but a stranger may look for any name and write."""
        found = assessed(
            verdict(said(FRONT, ROOT), said(LISTING_HIDDEN, []), said(CONTROL, MISSING, 404))
        )

        assert (found.access, found.holdings, found.holdings_total) == (Access.OPEN, (), 0)

    def test_an_empty_list_may_be_what_a_role_is_shown(self) -> None:
        """A stranger who sees no index and may not look for one sees only a part."""
        found = assessed(
            verdict(said(FRONT, ROOT), said(LISTING_HIDDEN, []), said(CONTROL, FORBIDDEN, 403))
        )

        assert found.access is Access.PARTIAL

    def test_a_role_on_some_indices_is_partial(self) -> None:
        """Some indices are listed and other names are refused."""
        found = assessed(
            verdict(
                said(FRONT, ROOT),
                said(LISTING_HIDDEN, [ROW]),
                said(CONTROL, FORBIDDEN, 403),
                said(MAPPINGS.fill("faxes"), FORBIDDEN, 403),
            )
        )

        assert (found.access, len(found.holdings)) == (Access.PARTIAL, 1)

    def test_a_front_page_alone_is_partial(self) -> None:
        """A proxy that guards the indices and lets the front page through."""
        found = assessed(
            verdict(said(FRONT, ROOT), said(LISTING_HIDDEN, NGINX, 401), said(COUNT, NGINX, 401))
        )

        assert found.access is Access.PARTIAL
        assert found.because == "tells its product and version, but refuses to list its indices"

    def test_documents_may_be_open_where_the_listing_is_not(self) -> None:
        """A role that may read but not monitor names nothing and counts documents."""
        found = assessed(
            verdict(
                said(FRONT, FORBIDDEN, 403),
                said(LISTING_HIDDEN, FORBIDDEN, 403),
                said(COUNT, {"count": 6_000_000, "_shards": {"total": 5}}),
                said(READABLE, FORBIDDEN, 403),
                said(CONTROL, FORBIDDEN, 403),
            )
        )

        assert (found.access, found.holdings, found.holdings_total) == (Access.PARTIAL, (), None)
        assert found.proof is not None
        assert found.proof.answer == "6000000 documents counted"

    def test_a_count_without_its_control_proves_nothing(self) -> None:
        """Who counts documents in anything may be answering anything."""
        found = unknown(
            verdict(
                said(FRONT, FORBIDDEN, 403),
                said(LISTING_HIDDEN, FORBIDDEN, 403),
                said(COUNT, {"count": 6_000_000, "_shards": {"total": 5}}),
                said(READABLE, {}),
                said(CONTROL, {}),
            )
        )

        assert found.silence is Silence.HALF_PROOF


class TestGuards:
    """What stands before the indices is recognised by its own words, or not named at all."""

    @pytest.mark.parametrize(
        ("realm", "product"),
        [
            ('Basic realm="security" charset="UTF-8"', "elasticsearch"),
            ('Bearer realm="security", ApiKey, Basic realm="security"', "elasticsearch"),
            ('Basic realm="shield"', "elasticsearch"),
            ('Basic realm="Search Guard"', "elasticsearch"),
            ('Basic realm="Open Distro Security"', "elasticsearch"),
            ('Basic realm="OpenSearch Security"', "opensearch"),
        ],
    )
    def test_a_security_layer_gives_its_realm(self, realm: str, product: str) -> None:
        """The body of such a refusal says nothing; its header does."""
        refused = {"status": 401, "www_authenticate": realm}

        found = assessed(
            verdict(
                said(FRONT, "Unauthorized", **refused),  # type: ignore[arg-type]  # one is a status
                said(LISTING_HIDDEN, "Unauthorized", **refused),  # type: ignore[arg-type]
                said(COUNT, "Unauthorized", **refused),  # type: ignore[arg-type]
            )
        )

        assert (found.access, found.service) == (Access.LOCKED, Service(product))

    @pytest.mark.parametrize(
        ("status", "silence"), [(401, Silence.GUARDED), (403, Silence.UNRECOGNISED)]
    )
    def test_a_bare_refusal_names_nobody(self, status: int, silence: Silence) -> None:
        """It may be anything; a demanded password is a shut door, a 403 may be for us alone."""
        found = unknown(
            verdict(
                said(FRONT, NGINX, status),
                said(LISTING_HIDDEN, NGINX, status),
                said(COUNT, NGINX, status),
            )
        )

        assert (found.silence, found.service) == (silence, None)

    def test_a_listing_behind_a_guarded_front_page_is_open(self) -> None:
        """A proxy that guards only the front page guards nothing."""
        found = assessed(
            verdict(
                said(FRONT, NGINX, 401),
                said(LISTING_HIDDEN, [ROW], x_elastic_product="Elasticsearch"),
                said(CONTROL, MISSING, 404),
                said(MAPPINGS.fill("faxes"), {}),
            )
        )

        assert (found.access, found.service) == (Access.OPEN, Service("elasticsearch"))
        assert found.because == (
            "lists its indices without credentials: 1, although GET / answered 401"
        )

    @pytest.mark.parametrize(
        ("sentence", "product"),
        [
            ("OpenSearch Security not initialized.", "opensearch"),
            ("Open Distro Security not initialized.", "elasticsearch"),
            ("Search Guard not initialized (SG11). See the documentation.", "elasticsearch"),
        ],
    )
    def test_an_uninitialised_security_layer_is_neither(self, sentence: str, product: str) -> None:
        """It refuses everybody until it has a configuration: ask again in another round."""
        found = unknown(verdict(said(FRONT, sentence, 503), said(LISTING_HIDDEN, sentence, 503)))

        assert (found.silence, found.service) == (Silence.BUSY, Service(product))

    def test_a_cluster_without_a_master_is_busy(self) -> None:
        """It cannot list its indices now; that it is open or locked cannot be told."""
        blocked = {"error": {"type": "cluster_block_exception"}, "status": 503}

        found = unknown(verdict(said(FRONT, ROOT), said(LISTING_HIDDEN, blocked, 503)))

        assert found.silence is Silence.BUSY


class TestOtherProducts:
    """What is not of the family is left alone."""

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (200, "<html><title>You Know, for Search</title></html>"),
            (200, '{"couchdb":"Welcome","version":"3.3.3"}'),
            (200, '{"tagline":"You Know, for Search"}'),
            (200, '{"tagline":"You Know, for Search","version":"7.10.2"}'),
            (200, '{"tagline":["You Know, for Search"],"version":{"number":"7.10.2"}}'),
            (200, '{"tagline":"Who knows?","version":{"number":"7.10.2"}}'),
            (200, "[]"),
            (200, ""),
            (302, ""),
            (404, '{"error":"not_found"}'),
            (502, "<html>Bad Gateway</html>"),
            (503, "OpenSearch Dashboards server is not ready yet"),
        ],
    )
    def test_another_page_is_not_identified(self, status: int, body: str) -> None:
        """Only the typed greeting, a refusal or a signature makes a candidate."""
        assert PROBE.identify(Page(status=status, headers={}, body=body.encode())) is None

    @pytest.mark.parametrize(
        ("version", "expected"),
        [
            ({"number": "7.10.2"}, Service("elasticsearch-compatible", "7.10.2")),
            ({"number": "7.10.2<script>"}, Service("elasticsearch-compatible")),
            ({"number": "8.0.0-rc1"}, Service("elasticsearch-compatible", "8.0.0-rc1")),
            ({"number": "9" * 400}, Service("elasticsearch-compatible")),
            ({"number": "8.8.2", "build_hash": "98e1271"}, Service("elasticsearch", "8.8.2")),
            ({"number": "8.8.2", "build_hash": 98}, Service("elasticsearch-compatible", "8.8.2")),
        ],
    )
    def test_only_a_well_formed_version_is_kept(
        self, version: dict[str, object], expected: Service
    ) -> None:
        """A version is digits and dots, perhaps with a suffix, and never prose."""
        root = {"tagline": "You Know, for Search", "version": version}
        body = json.dumps(root).encode()

        assert PROBE.identify(Page(status=200, headers={}, body=body)) == expected

    @pytest.mark.parametrize("uuid", ["_na_", "", "x" * 23, 1234567890123456789012, None, ["a"]])
    def test_only_a_well_formed_uuid_is_an_identity(self, uuid: object) -> None:
        """A cluster without a master says `_na_`: two such are not one."""
        body = json.dumps(ROOT | {"cluster_uuid": uuid}).encode()
        service = PROBE.identify(Page(status=200, headers={}, body=body))

        assert service == Service("elasticsearch", "7.10.2")


class TestHoldings:
    """What is kept of a listing and of a mapping, and what is not."""

    def test_a_mapping_gives_names_and_no_value(self) -> None:
        """Constants, defaults and notes of a mapping are values of records."""
        mapping = {
            "faxes": {
                "mappings": {
                    "_meta": {"note": CANARY},
                    "properties": {
                        "site": {"type": "constant_keyword", "value": CANARY},
                        "sex": {"type": "keyword", "null_value": CANARY},
                        "patient": {"properties": {"birth_date": {"type": "date"}}},
                        "type": {"type": "keyword"},
                        "jean.dupont@example.org": {"type": "text"},
                        "185127830012345": {"type": "text"},
                    },
                    "runtime": {"age": {"type": "long", "script": {"source": CANARY}}},
                }
            }
        }

        found = assessed(verdict(*_open(mapping=mapping)))

        assert CANARY not in repr(found)
        assert found.holdings[0].fields == ()

    def test_a_level_keyed_by_persons_gives_no_name(self) -> None:
        """Where records became keys, the rest of the schema is still named."""
        persons = {f"patient{number}": {"type": "text"} for number in range(201)}
        properties = {"diagnosis": {"type": "text"}, "by_person": {"properties": persons}}
        mapping = {"faxes": {"mappings": {"properties": properties}}}

        found = assessed(verdict(*_open(mapping=mapping)))

        assert found.holdings[0].fields == ("by_person", "diagnosis")

    def test_the_team_s_own_indices_come_first(self) -> None:
        """The largest on top, the cluster's own last; a data stream's is the team's."""
        rows = [
            {"index": ".security-7", "docs.count": "900"},
            {"index": "small", "docs.count": "1"},
            {"index": ".ds-logs-2026", "docs.count": "5"},
            {"index": "closed", "docs.count": None},
        ]

        found = assessed(
            verdict(
                said(FRONT, ROOT),
                said(LISTING_HIDDEN, rows),
                said(CONTROL, MISSING, 404),
                said(CREATED, {}),
                said(MAPPINGS.fill(".ds-logs-2026,small,closed"), {}),
            )
        )

        assert [(one.name, one.records) for one in found.holdings] == [
            (".ds-logs-2026", 5),
            ("small", 1),
            ("closed", None),
            (".security-7", 900),
        ]

    @pytest.mark.parametrize(
        "name", ["remote:faxes", "-faxes", "*", "<faxes-{now/d}>", "..", "a,b"]
    )
    def test_a_name_that_would_ask_for_more_is_listed_only(self, name: str) -> None:
        """A colon makes the server call another cluster, a wildcard makes it answer for all."""
        exchanges = _open(rows=[ROW | {"index": name}])[:3]

        found = assessed(verdict(*exchanges))

        assert [one.name for one in found.holdings] == [name]

    def test_long_lists_are_capped_and_counted(self) -> None:
        """A report holds 2,000 names and says how many there are."""
        rows = [ROW | {"index": f":{number}"} for number in range(2_001)]

        found = assessed(verdict(*_open(rows=rows)[:3]))

        assert (len(found.holdings), found.holdings_total) == (2_000, 2_001)

    def test_one_request_line_holds_what_a_node_accepts(self) -> None:
        """Elasticsearch refuses a line beyond 4 KiB: long names leave room for fewer."""
        names = [f"{number:02}" + "é" * 120 for number in range(20)]
        chosen = ",".join(names[:4])
        rows = [ROW | {"index": name} for name in names]

        exchanges = (*_open(rows=rows)[:3], said(MAPPINGS.fill(chosen), {}))

        assert assessed(verdict(*exchanges)).access is Access.OPEN
        assert len(MAPPINGS.fill(chosen).target) < 4_096

    @pytest.mark.parametrize("silence", list(Silence))
    def test_a_silence_after_the_proof_costs_only_detail(self, silence: Silence) -> None:
        """The listing stands, whatever becomes of the mappings."""
        lost = Recorded(ask=MAPPINGS.name, arguments=("faxes",), silence=silence)

        found = assessed(verdict(*_open()[:3], lost))

        assert (found.access, found.holdings[0].fields) == (Access.OPEN, ())

    def test_a_silence_before_the_proof_is_no_verdict(self) -> None:
        """A control that was never answered refused nothing."""
        lost = Recorded(ask=CONTROL.name, silence=Silence.TIMEOUT)

        assert unknown(verdict(*_open()[:2], lost)).silence is Silence.TIMEOUT

    @pytest.mark.parametrize("value", ["-1", "1e9", "٣", "9" * 30, "", True, {}, [], 1.5])
    def test_a_number_that_is_none_is_unknown(self, value: object) -> None:
        """What does not count is not counted, and does not hide the index."""
        rows = [ROW | {"docs.count": value, "creation.date": "9" * 18}]

        found = assessed(verdict(*_open(rows=rows)[:3], said(CREATED, {}), _open()[3]))

        assert (found.holdings[0].records, found.holdings[0].created) == (None, None)


def _open(
    rows: Sequence[Mapping[str, object]] = (ROW,), mapping: Mapping[str, object] | None = None
) -> tuple[Recorded, ...]:
    """Write an open cluster with one index down."""
    return (
        said(FRONT, ROOT),
        said(LISTING_HIDDEN, rows),
        said(CONTROL, MISSING, 404),
        said(MAPPINGS.fill("faxes"), mapping or {}),
    )


#: Before 7.14 no header signs: the front page is needed to identify the product at all.
WHOLE = load("elasticsearch/7.10-open")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "type", "index", "version", "tagline", "properties", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(place=st.integers(0, 2), cut=st.integers(0, 2_000))
def test_a_truncated_reply_is_never_open(place: int, cut: int) -> None:
    """Up to the control, every byte of every reply is needed."""
    payload = WHOLE.exchanges[place].payload
    broken = WHOLE.with_payload(place, payload[: min(cut, len(payload) - 1)])

    assert isinstance(replay(PROBE, broken), Unknown)


@given(
    place=st.integers(0, 2),
    body=st.binary(max_size=40) | JSON.map(lambda v: json.dumps(v).encode()),
)
def test_garbage_and_wrong_types_prove_nothing(place: int, body: bytes) -> None:
    """Whatever stands in a reply of the proof is no error of ours, and a listing is a listing."""
    outcome = replay(PROBE, _patient(WHOLE.with_payload(place, body)))

    assert _is_open(outcome) == (place == 1 and _is_listing(body))


@given(body=st.binary(max_size=40) | JSON.map(lambda v: json.dumps(v).encode()))
def test_a_garbled_mapping_costs_only_the_fields(body: bytes) -> None:
    """The proof does not lean on the mappings."""
    assert _is_open(replay(PROBE, WHOLE.with_payload(3, body)))


@given(status=st.integers(100, 599), place=st.integers(1, 2))
def test_another_status_is_no_exception(status: int, place: int) -> None:
    """Only 200 to the listing and 404 to the control make an open server."""
    outcome = replay(PROBE, _patient(WHOLE.with_reply(place, status=status)))

    assert _is_open(outcome) == (status == {1: 200, 2: 404}[place])


def _patient(transcript: Transcript) -> Transcript:
    """Add the replies that only a broken conversation asks for: refusals."""
    refusals = (said(LISTING, FORBIDDEN, 403), said(COUNT, FORBIDDEN, 403))
    more = (*transcript.exchanges, *refusals, said(CREATED, FORBIDDEN, 403))
    return Transcript(server=transcript.server, exchanges=more)


def _is_open(outcome: Outcome) -> bool:
    return isinstance(outcome, Assessment) and outcome.access is Access.OPEN


def _is_listing(body: bytes) -> bool:
    """Tell whether made-up bytes happen to list indices, perhaps none."""
    try:
        rows = json.loads(body)
    except ValueError:
        return False
    return isinstance(rows, list) and all(
        isinstance(row, dict) and isinstance(row.get("index"), str) for row in rows
    )

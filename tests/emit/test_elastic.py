"""Documents for Elasticsearch, and what is refused before and after; a real one is in the lab."""

import gc
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from hypothesis import given
from hypothesis import strategies as st

from scanner.emit import Unwritable
from scanner.emit.cluster import API_KEY, CA, Cluster
from scanner.emit.ecs import document, identity, render
from scanner.emit.elastic import WAITS, ship
from scanner.emit.report import Report
from scanner.guard import OutOfScope
from scanner.model import Finding, Refused, Status
from tests.emit.fakecluster import FakeCluster, answering
from tests.emit.test_formats import HOSTILE, saying
from tests.exposures import coverage, endpoint, exposure


def test_a_document_says_it_in_the_words_of_ecs() -> None:
    """What pages of Elastic show is where they look for it."""
    written = json.loads(json.dumps(document(exposure(), Report((), coverage()))))

    assert written["@timestamp"] == "2026-03-01T12:00:00+00:00"
    assert written["host"] == {"ip": ["192.0.2.7"], "name": "192.0.2.7"}
    assert (written["server"]["port"], written["event"]["severity"]) == (9200, 4)
    assert (written["vulnerability"]["id"], written["ronde"]["owner"]) == ("CWE-306", "Radiology")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_shipped_as_it_was_said(text: str) -> None:
    """Controls are escaped, and what has no end is cut."""
    shipped = json.dumps(document(saying(text), Report(())), ensure_ascii=False)

    assert shipped.isprintable()
    assert len(shipped) < 20_000


def test_a_file_has_a_document_a_line() -> None:
    """For clusters that the client does not speak to: Filebeat reads it."""
    (line,) = b"".join(render(Report((exposure(),)))).splitlines()

    assert json.loads(line) == document(exposure(), Report(()))


def test_a_document_shipped_twice_is_one() -> None:
    """Accepted in between, it is the same document; of another round or door it is another."""
    others = exposure(), exposure(round="r1"), exposure(endpoint=endpoint(8))

    assert {identity(exposure(status=status)) for status in Status} == {identity(exposure())}
    assert len({identity(one) for one in others}) == 3


class TestCluster:
    """What the user names."""

    @pytest.mark.parametrize(
        ("url", "named"),
        [
            ("https://es.example:9243/a-b", ("https", "es.example", 9243, "a-b")),
            ("http://192.0.2.7", ("http", "192.0.2.7", 9200, "ronde-findings")),
            ("https://[2001:db8::7]:1/x/", ("https", "2001:db8::7", 1, "x")),
            ("http://ES_1:9200", ("http", "es_1", 9200, "ronde-findings")),
        ],
    )
    def test_it_is_named_by_its_url(self, url: str, named: tuple[str, str, int, str]) -> None:
        """With the index behind it."""
        assert Cluster.parse(url, {}) == Cluster(*named)

    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("https://me:secret@es.example", "RONDE_ELASTIC_API_KEY"),
            ("ftp://es.example", "write https://HOST:PORT/INDEX"),
            ("es.example:9200", "write https://HOST:PORT/INDEX"),
            ("https://es.example:99999", "no URL of a cluster"),
            ("https://[es", "no URL of a cluster"),
            ("https://a..b", "no name of a host"),
            ("https://" + "x" * 64, "no name of a host"),
            ("https://h\u00f4pital.example", "write it in ASCII"),
            ("https://es.example/a/b", "one index"),
            ("https://es.example/..", "one index"),
        ],
    )
    def test_another_url_is_refused(self, url: str, why: str) -> None:
        """And no secret of it is said."""
        with pytest.raises(Refused, match=why) as refused:
            Cluster.parse(url, {})

        assert "secret" not in str(refused.value)

    @given(st.text() | st.from_regex(r"https?://[^/]{0,80}(/.*)?", fullmatch=True))
    def test_no_text_is_worse_than_refused(self, url: str) -> None:
        """A typing error is no bug, of this program or of the client."""
        with suppress(Refused):
            cluster = Cluster.parse(url, {})
            Elasticsearch(cluster.url).close()

    @pytest.mark.parametrize("host", ["es.example", "192.0.2.7", "127.0.0.1.example"])
    def test_a_key_is_not_sent_in_clear(self, host: str) -> None:
        """Whoever listens on the way would have it; over TLS nobody does."""
        with pytest.raises(Refused, match="write https://"):
            Cluster.parse(f"http://{host}", {API_KEY: "a2V5"})

        assert Cluster.parse(f"https://{host}", {API_KEY: "a2V5"}).key == "a2V5"

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
    def test_a_key_stays_on_this_machine(self, host: str) -> None:
        """There is no way to listen on."""
        assert Cluster.parse(f"http://{host}", {API_KEY: "a2V5"}).key == "a2V5"

    @pytest.mark.parametrize("key", ["a b", "a2V5\n", "cl\u00e9", "a\x00b", "k" * 4_097])
    def test_a_key_that_no_header_can_hold_is_refused(self, key: str) -> None:
        """A file often brings the end of its line with it; the message does not show the key."""
        with pytest.raises(Refused, match=r"^RONDE_ELASTIC_API_KEY: .* this is none$") as refused:
            Cluster.parse("https://es.example", {API_KEY: key})

        assert key.strip() not in str(refused.value)

    def test_a_key_is_in_no_trace(self) -> None:
        """What shows a cluster shows no secret."""
        assert "a2V5" not in repr(Cluster.parse("https://es.example", {API_KEY: "a2V5"}))

    @pytest.mark.parametrize("content", [None, "no certificate"])
    def test_an_authority_that_cannot_be_read_is_refused(
        self, tmp_path: Path, content: str | None
    ) -> None:
        """Before anything is sent."""
        path = tmp_path / "ca.pem"
        if content:
            path.write_text(content)

        with pytest.raises(Refused, match=CA):
            Cluster.parse("https://es.example", {CA: str(path)})


def shipped(
    cluster: FakeCluster, *findings: Finding, environment: Mapping[str, str] = {}
) -> list[float]:
    """Ship some findings, and give the seconds that were waited."""
    waited: list[float] = []
    target = Cluster.parse(cluster.url, environment)
    ship(target, Report(findings), resolve=lambda name: [name], sleep=waited.append)
    return waited


TWO = exposure(), exposure(fingerprint="f2")
NAMES = tuple(map(identity, TWO))


class TestShipping:
    """What a cluster answers, and what becomes of the documents."""

    def test_it_is_asked_as_every_release_understands_it(self) -> None:
        """The media types of 7.10 are those of 9 and of OpenSearch."""
        with answering([(200, None)]) as cluster:
            shipped(cluster, *TWO, environment={API_KEY: "a2V5"})

        (asked,) = cluster.asked
        assert (asked.path, asked.names) == ("/ronde-test/_bulk", NAMES)
        assert asked.headers["content-type"] == "application/x-ndjson"
        assert (asked.headers["accept"], asked.headers["authorization"]) == (
            "application/json",
            "ApiKey a2V5",
        )

    def test_many_go_in_several_requests(self) -> None:
        """Each of them once."""
        many = [exposure(fingerprint=f"f{number}") for number in range(501)]
        with answering([(200, None)]) as cluster:
            shipped(cluster, *many)

        assert [len(asked.names) for asked in cluster.asked] == [500, 1]

    def test_what_is_there_already_is_no_failure(self) -> None:
        """It was shipped before."""
        with answering([(200, [409, 201])]) as cluster:
            assert shipped(cluster, *TWO) == []

    def test_what_has_no_room_is_sent_again_and_nothing_else(self) -> None:
        """After a wait, which grows."""
        with answering([(200, [201, 429]), (200, [503]), (200, None)]) as cluster:
            waited = shipped(cluster, *TWO)

        assert [asked.names for asked in cluster.asked] == [NAMES, NAMES[1:], NAMES[1:]]
        assert waited == [1.0, 2.0]

    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    def test_a_busy_cluster_is_asked_again(self, status: int) -> None:
        """A proxy before it says so too, in words of its own."""
        with answering([(status, b"<html>busy"), (200, None)]) as cluster:
            assert shipped(cluster, *TWO) == [1.0]

    def test_patience_ends(self) -> None:
        """The findings are in the history."""
        with (
            answering([(200, [429, 429])]) as cluster,
            pytest.raises(Unwritable, match=r"no room, 6 times"),
        ):
            shipped(cluster, *TWO)

        assert len(cluster.asked) == 6

    def test_a_cluster_that_is_not_there_is_asked_again_and_named(self) -> None:
        """Port 1 of loopback refuses; a node that restarts is back in time."""
        gone, waited = Cluster("http", "127.0.0.1", 1, "x"), list[float]()

        with pytest.raises(
            Unwritable, match=r"cannot write http://127\.0\.0\.1:1: ConnectionError"
        ):
            ship(gone, Report(TWO), resolve=lambda name: [name], sleep=waited.append)

        assert waited == list(WAITS)

    def test_what_is_refused_is_counted_when_the_rest_is_there(self) -> None:
        """Exit code 5, with the cluster's own word for it."""
        with (
            answering([(200, [400, 201])]) as cluster,
            pytest.raises(Unwritable, match=r"refused 1 documents, the first for .*because 400"),
        ):
            shipped(cluster, *TWO)

    def test_a_refusal_of_all_is_not_repeated(self) -> None:
        """A wrong key stays wrong."""
        said = b'{"error": {"type": "security_exception"}}'
        with (
            answering([(401, said)]) as cluster,
            pytest.raises(Unwritable, match="401 security_exception"),
        ):
            shipped(cluster, *TWO)

        assert len(cluster.asked) == 1

    def test_an_answer_that_tells_not_of_each_is_a_failure(self) -> None:
        """Silence about a document is not its receipt."""
        with (
            answering([(200, [201])]) as cluster,
            pytest.raises(Unwritable, match="told of 1 of 2 documents"),
        ):
            shipped(cluster, *TWO)

    @pytest.mark.parametrize(
        "said",
        [b"{}", b"[]", b"1", b'"x"', b"", b"<html>", b'{"items": 1}', b'{"items": [{}, {}]}'],
    )
    def test_another_answer_is_no_bug_of_ours(self, said: bytes) -> None:
        """Something else listens there."""
        with answering([(200, said)]) as cluster, pytest.raises(Unwritable, match=r"127\.0\.0\.1"):
            shipped(cluster, *TWO)

    # What connects closes its socket after errors of the system alone.
    @pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
    def test_nothing_but_that_host_can_be_reached(self) -> None:
        """Whatever the client resolves by itself: the round ends with 2."""
        with answering([(200, None)]) as cluster:
            target = Cluster("http", "localhost", cluster.port, "x")
            with pytest.raises(OutOfScope, match=f"connect to .*:{cluster.port}"):
                ship(target, Report(TWO), resolve=lambda _: ["127.0.0.2"], sleep=lambda _: None)

        gc.collect()
        assert cluster.asked == []

"""The fakes are judged by the real clients; what these accept, a probe may be tested against."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest
from elasticsearch import (
    AuthenticationException,
    AuthorizationException,
    BadRequestError,
    Elasticsearch,
    NotFoundError,
    UnsupportedProductError,
)
from pymongo import MongoClient
from pymongo.errors import ConfigurationError, OperationFailure

from scanner.demo.canary import CANARY
from scanner.demo.certificate import server_context
from scanner.demo.elasticsearch import FakeElasticsearch
from scanner.demo.mongodb import FakeMongo
from scanner.demo.records import CLINIC, EXTORTION_NOTE, FAX_ARCHIVE
from scanner.demo.redis import FakeRedis
from scanner.demo.refusals import Door
from scanner.demo.releases import RELEASES
from tests.fakes.running import running


def fake_search(release: str, door: Door = Door.OPEN) -> FakeElasticsearch:
    """One node of that release, with the whole archive in it."""
    return FakeElasticsearch(RELEASES[release], FAX_ARCHIVE, door)


@pytest.fixture
def search() -> Iterator[Elasticsearch]:
    """The official client in front of an open fake of its own generation."""
    with running(fake_search("9.1").serve) as (host, port):
        client = Elasticsearch(f"http://{host}:{port}", retry_on_timeout=False, max_retries=0)
        with client:
            yield client


def client_of(address: tuple[str, int]) -> Elasticsearch:
    """The official client, which tries once."""
    host, port = address
    return Elasticsearch(f"http://{host}:{port}", max_retries=0)


class TestElasticsearch:
    """`elasticsearch` 9 against the fake node."""

    def test_the_client_accepts_the_fake_of_its_own_generation(self, search: Elasticsearch) -> None:
        """The product check and the negotiated media type both pass."""
        assert search.info()["version"]["number"] == "9.1.0"

    def test_it_lists_the_indices_with_their_counts(self, search: Elasticsearch) -> None:
        """Counts come as text, as the real listing has them."""
        listing = search.cat.indices(format="json", h="index,docs.count,creation.date").body

        assert isinstance(listing, list)
        assert listing[0] == {
            "index": "faxes-2018-03",
            "docs.count": "489300",
            "creation.date": "1519877520000",
        }

    def test_it_counts_six_million_faxes(self, search: Elasticsearch) -> None:
        """The archive has the size of the one that the project began with."""
        assert search.count()["count"] == 6_051_216

    def test_it_reads_field_names(self, search: Elasticsearch) -> None:
        """Names of fields are there to be classified."""
        fields = search.field_caps(index="faxes-2018-03", fields="*")["fields"]

        assert {"patient_name", "prescription", "date_of_birth", "fax_number"} <= set(fields)

    def test_a_search_does_return_a_record(self, search: Elasticsearch) -> None:
        """The canaries would leave if anybody asked for them."""
        hits = search.search(size=1)["hits"]["hits"]

        assert hits[0]["_source"]["patient_name"] == CANARY

    def test_an_index_that_does_not_exist_is_refused(self, search: Elasticsearch) -> None:
        """The control of a proof is answered in the product's own words."""
        with pytest.raises(NotFoundError, match="index_not_found_exception"):
            search.count(index="ronde-no-such-index")

    def test_a_locked_node_asks_for_credentials(self) -> None:
        """The client reads the refusal as its own product's."""
        with (
            running(fake_search("9.1", Door.LOCKED).serve) as address,
            client_of(address) as client,
            pytest.raises(AuthenticationException, match="security_exception"),
        ):
            client.info()

    def test_an_anonymous_role_may_see_the_front_page_only(self) -> None:
        """A front page without indices is another state than an open node."""
        with (
            running(fake_search("9.1", Door.FRONT_ONLY).serve) as address,
            client_of(address) as client,
        ):
            assert client.info()["cluster_name"] == "elasticsearch"
            with pytest.raises(AuthorizationException, match="unauthorized for user"):
                client.cat.indices(format="json")

    @pytest.mark.parametrize("release", ["1.7", "2.4", "5.6", "6.2", "7.10", "opensearch-2.17"])
    def test_the_client_refuses_what_the_real_releases_do_not_say(self, release: str) -> None:
        """No release before 7.14, and no fork, names itself in a header."""
        with (
            running(fake_search(release).serve) as address,
            client_of(address) as client,
            pytest.raises(UnsupportedProductError),
        ):
            client.info()

    def test_the_generation_before_refuses_the_clients_media_type(self) -> None:
        """A real 8.x answers a client of 9 with this error too."""
        with (
            running(fake_search("8.15").serve) as address,
            client_of(address) as client,
            pytest.raises(BadRequestError, match="media_type_header_exception"),
        ):
            client.info()

    def test_it_speaks_tls(self) -> None:
        """One certificate, made for the moment, serves the whole conversation."""
        tls = server_context(["fax-replica.demo.invalid"])
        with running(fake_search("9.1").serve, tls=tls) as (host, port):
            client = Elasticsearch(
                f"https://{host}:{port}", verify_certs=False, ssl_show_warn=False, max_retries=0
            )
            with client:
                assert client.info()["tagline"] == "You Know, for Search"


@pytest.fixture
def mongo() -> Iterator[MongoClient[dict[str, object]]]:
    """The official client in front of an open fake that it supports."""
    fake = FakeMongo("4.4", (CLINIC, EXTORTION_NOTE))
    with running(fake.serve) as (host, port), mongo_client(host, port) as client:
        yield client


def mongo_client(host: str, port: int) -> MongoClient[dict[str, object]]:
    """The official client, kept from following what the server announces."""
    return MongoClient(host, port, directConnection=True, serverSelectionTimeoutMS=5000)


class TestMongo:
    """`pymongo` against the fake server."""

    def test_it_lists_databases(self, mongo: MongoClient[dict[str, object]]) -> None:
        """The extortion note's name stands beside the clinic's."""
        assert mongo.list_database_names() == ["clinic", "READ__ME_TO_RECOVER_YOUR_DATA"]

    def test_it_lists_collections(self, mongo: MongoClient[dict[str, object]]) -> None:
        """A collection is what is counted."""
        assert sorted(mongo["clinic"].list_collection_names()) == [
            "appointments",
            "patients",
            "prescriptions",
        ]

    def test_it_counts_from_metadata(self, mongo: MongoClient[dict[str, object]]) -> None:
        """`count` without a query reads no record."""
        assert mongo["clinic"]["patients"].estimated_document_count() == 18_240

    def test_it_tells_sizes(self, mongo: MongoClient[dict[str, object]]) -> None:
        """Statistics sum over the collections."""
        assert mongo["clinic"].command("dbStats")["objects"] == 159_223
        assert mongo["clinic"].command("collStats", "patients")["size"] == 9_412_608

    def test_it_lists_index_names(self, mongo: MongoClient[dict[str, object]]) -> None:
        """Index names carry field names."""
        assert set(mongo["clinic"]["patients"].index_information()) == {
            "_id_",
            "last_name_1_birth_date_1",
            "nir_1",
        }

    def test_it_tells_its_version(self, mongo: MongoClient[dict[str, object]]) -> None:
        """`buildInfo` has the release's number."""
        assert mongo.server_info()["version"] == "4.4.9"

    def test_an_unknown_command_is_refused(self, mongo: MongoClient[dict[str, object]]) -> None:
        """The control of a proof: code 59."""
        with pytest.raises(OperationFailure, match="no such command") as refused:
            mongo["admin"].command("rondeNoSuchCommand")

        assert refused.value.code == 59

    def test_a_find_does_return_a_record(self, mongo: MongoClient[dict[str, object]]) -> None:
        """The canaries would leave if anybody asked for them."""
        found = mongo["clinic"]["patients"].find_one()

        assert found is not None
        assert found["nir"] == CANARY

    def test_a_locked_server_refuses_with_code_13(self) -> None:
        """Authorization lets greetings through, and nothing else."""
        fake = FakeMongo("7.0", (CLINIC,), locked=True)
        with running(fake.serve) as (host, port), mongo_client(host, port) as client:
            assert client.server_info()["version"] == "7.0.9"
            with pytest.raises(OperationFailure, match="requires authentication") as refused:
                client.list_database_names()

        assert refused.value.code == 13

    @pytest.mark.parametrize("release", ["5.0", "6.0", "7.0", "8.0"])
    def test_the_client_accepts_every_release_since(self, release: str) -> None:
        """Servers from 5.1 on take no OP_QUERY but the greeting; the client needs no other."""
        fake = FakeMongo(release, (CLINIC,))
        with running(fake.serve) as (host, port), mongo_client(host, port) as client:
            assert client.list_database_names() == ["clinic"]

    @pytest.mark.parametrize("release", ["3.6", "4.0", "4.2"])
    def test_the_client_reads_the_wire_version_of_older_ones(self, release: str) -> None:
        """The client is too new for them, and says so for the right reason."""
        fake = FakeMongo(release, (CLINIC,))
        with (
            running(fake.serve) as (host, port),
            mongo_client(host, port) as client,
            pytest.raises(ConfigurationError, match="requires at least 9"),
        ):
            client.list_database_names()


@pytest.mark.skipif(shutil.which("redis-cli") is None, reason="redis-cli is not installed")
class TestRedis:
    """`redis-cli` against the fake server."""

    def test_info_tells_version_and_keyspace(self) -> None:
        """The listing is one bulk string of sections."""
        told = redis_cli(FakeRedis(keys={0: 48_211}), "INFO", "keyspace")

        assert told == "# Keyspace\ndb0:keys=48211,expires=0,avg_ttl=0\n"

    def test_an_older_one_takes_one_section_only(self) -> None:
        """6.2 answers two sections with a syntax error."""
        assert "ERR syntax error" in redis_cli(FakeRedis("6.2.5"), "INFO", "server", "keyspace")

    def test_it_speaks_resp3(self) -> None:
        """`HELLO 3` answers a map."""
        assert "proto 3" in redis_cli(FakeRedis(), "-3", "HELLO", "3").replace('"', "").replace(
            "proto => (integer)", "proto"
        )

    def test_a_get_does_return_a_record(self) -> None:
        """The canaries would leave if anybody asked for them."""
        assert redis_cli(FakeRedis(), "GET", "any") == f"{CANARY}\n"


def redis_cli(fake: FakeRedis, *arguments: str) -> str:
    """What the official command line prints."""
    with running(fake.serve) as (host, port):
        command = ["redis-cli", "-h", host, "-p", str(port), *arguments]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 - fixed words
    return ran.stdout.replace("\r\n", "\n")

"""Each door of the family stands as its mode claims: judged without the scanner."""

import pytest

from tests.lab.servers.process import CANARY
from tests.lab.servers.search import Solr, chroma, solr, solr_4, weaviate
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


@pytest.mark.parametrize("mode", [Solr.OPEN, Solr.RULES])
def test_a_stranger_reads_a_canary_from_an_open_solr(mode: Solr) -> None:
    """Where unknown callers are not blocked, rules for some pages protect no document."""
    with Lab.ready(solr(mode)) as server:
        reply = ask(server.port, "/solr/faxes/select?q=*:*&wt=json")
    assert CANARY.encode() in reply.body


def test_a_stranger_reads_a_canary_from_a_solr_that_knew_no_lock() -> None:
    """Authentication came with 5.3."""
    with Lab.ready(solr_4()) as server:
        reply = ask(server.port, "/solr/faxes/select?q=*:*&wt=json")
    assert CANARY.encode() in reply.body


def test_a_stranger_reads_nothing_from_a_locked_solr() -> None:
    """No core, no document."""
    with Lab.ready(solr(Solr.LOCKED)) as server:
        reply = ask(server.port, "/solr/faxes/select?q=*:*&wt=json")
    assert (reply.status, CANARY.encode() in reply.body) == (401, False)


def test_a_stranger_reads_a_canary_from_chroma() -> None:
    """It has no authentication of its own."""
    above = "/api/v2/tenants/default_tenant/databases/default_database/collections"
    with Lab.ready(chroma()) as server:
        key = ask(server.port, above).json()[0]["id"]
        body: dict[str, object] = {"include": ["documents"]}
        reply = ask(server.port, f"{above}/{key}/get", method="POST", body=body)
    assert CANARY.encode() in reply.body


def test_a_stranger_reads_a_canary_from_an_open_weaviate() -> None:
    """Anonymous access is the default."""
    with Lab.ready(weaviate()) as server:
        reply = ask(server.port, "/v1/objects?class=Faxes")
    assert CANARY.encode() in reply.body


def test_a_stranger_reads_nothing_from_a_locked_weaviate() -> None:
    """Not even the names of classes."""
    with Lab.ready(weaviate(locked=True)) as server:
        statuses = [ask(server.port, path).status for path in ("/v1/objects", "/v1/schema")]
    assert statuses == [401, 401]

"""Each door of the family stands as its mode claims: judged without the scanner."""

import pytest

from tests.lab.servers.process import CANARY
from tests.lab.servers.search import Solr, chroma, solr, solr_4, weaviate
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


@pytest.mark.parametrize("mode", [Solr.OPEN, Solr.RULES])
def test_a_stranger_reads_a_canary_from_an_open_solr(lab: Lab, mode: Solr) -> None:
    """Where unknown callers are not blocked, rules for some pages protect no document."""
    server = lab.start(solr, mode)
    reply = ask(server.port, "/solr/faxes/select?q=*:*&wt=json")
    assert CANARY.encode() in reply.body


def test_a_stranger_reads_a_canary_from_a_solr_that_knew_no_lock(lab: Lab) -> None:
    """Authentication came with 5.3."""
    server = lab.start(solr_4)
    reply = ask(server.port, "/solr/faxes/select?q=*:*&wt=json")
    assert CANARY.encode() in reply.body


def test_a_stranger_reads_nothing_from_a_locked_solr(lab: Lab) -> None:
    """No core, no document."""
    server = lab.start(solr, Solr.LOCKED)
    reply = ask(server.port, "/solr/faxes/select?q=*:*&wt=json")
    assert (reply.status, CANARY.encode() in reply.body) == (401, False)


def test_a_stranger_reads_a_canary_from_chroma(lab: Lab) -> None:
    """It has no authentication of its own."""
    above = "/api/v2/tenants/default_tenant/databases/default_database/collections"
    server = lab.start(chroma)
    key = ask(server.port, above).json()[0]["id"]
    body: dict[str, object] = {"include": ["documents"]}
    reply = ask(server.port, f"{above}/{key}/get", method="POST", body=body)
    assert CANARY.encode() in reply.body


def test_a_stranger_reads_a_canary_from_an_open_weaviate(lab: Lab) -> None:
    """Anonymous access is the default."""
    server = lab.start(weaviate)
    reply = ask(server.port, "/v1/objects?class=Faxes")
    assert CANARY.encode() in reply.body


def test_a_stranger_reads_nothing_from_a_locked_weaviate(lab: Lab) -> None:
    """Not even the names of classes."""
    server = lab.start(weaviate, locked=True)
    statuses = [ask(server.port, path).status for path in ("/v1/objects", "/v1/schema")]
    assert statuses == [401, 401]

"""Neo4j's doors stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.neo4j import neo4j, said
from tests.lab.servers.process import CANARY
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(200)]

READ = "MATCH (n:Patient) RETURN n.patient_name"


def test_a_stranger_reads_a_node(lab: Lab) -> None:
    """No password was asked for."""
    assert CANARY.encode() in said(lab.start(neo4j).port, READ).body


def test_as_it_ships_a_stranger_reads_nothing(lab: Lab) -> None:
    """The refusal is Neo4j's own."""
    refused = said(lab.start(neo4j, locked=True).port, READ)
    assert refused.status == 401
    assert refused.json()["errors"][0]["code"] == "Neo.ClientError.Security.Unauthorized"

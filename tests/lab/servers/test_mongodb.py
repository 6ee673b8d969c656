"""Servers that speak MongoDB's protocol: each door stands as its mode claims."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pymongo
import pytest
from pymongo.errors import ConfigurationError, OperationFailure

from tests.lab.servers.mongodb import command, ferretdb, mongo_java_server, nx27017, secantusdb
from tests.lab.servers.process import CANARY, PASSWORD, USER, Running
from tests.lab.session import Lab

pytestmark = pytest.mark.real


def driver(server: Running, *, login: bool = False) -> pymongo.MongoClient[dict[str, Any]]:
    """The official client, told to stay with this one address."""
    who = f"{USER}:{PASSWORD}@" if login else ""
    how = "&tls=true&tlsAllowInvalidCertificates=true" if server.tls else ""
    address = f"mongodb://{who}{server.address}:{server.port}/"
    return pymongo.MongoClient(f"{address}?directConnection=true{how}")


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

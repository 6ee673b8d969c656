"""Names that attack whoever prints, logs or exports them, in the places where servers put names."""

from dataclasses import replace

from scanner.demo.elasticsearch import FakeElasticsearch
from scanner.demo.hylafax import FakeHylafax
from scanner.demo.mongodb import FakeMongo
from scanner.demo.records import CLINIC, FAX_ARCHIVE, Collection, Database
from scanner.demo.redis import FakeRedis
from scanner.demo.releases import RELEASES

#: Sets a window's title, clears the screen, rings, breaks the line, turns the text round, and
#: would be a formula to a spreadsheet and a tag to a browser.
EVIL = "=cmd()\x1b]0;owned\x07\x1b[2J\r\n\x00\x9b31m\u202egnp.exe\u2028<script>alert(1)</script>"

_FIELDS = (EVIL, "patient_name")


def evil_elasticsearch() -> FakeElasticsearch:
    """An open node whose cluster, index and field are all named so."""
    index = replace(FAX_ARCHIVE[0], name=EVIL, fields=_FIELDS)
    return FakeElasticsearch(RELEASES["7.10"], (index, FAX_ARCHIVE[1]), cluster=EVIL)


def evil_mongo() -> FakeMongo:
    """An open server with such a collection; BSON lets no name hold a NUL."""
    name = EVIL.replace("\x00", "")
    evil = Collection(name=name, records=3, bytes=300, indexes=(name,))
    return FakeMongo("7.0", (CLINIC, Database(name=name, collections=(evil,))))


def evil_redis() -> FakeRedis:
    """An open server that tells such a version, line breaks left out: they end an INFO line."""
    return FakeRedis(version="7" + EVIL.replace("\r\n", ""))


def evil_hylafax() -> FakeHylafax:
    """An open server on a host of that name, on one line."""
    return FakeHylafax({"recvq": ()}, host=EVIL.replace("\r\n", ""))

"""A mongod as a stranger meets it, from 2.4 to 8.x."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteReceiveStream

from scanner.demo.mongowire import OP_MSG, Message, read_message, send_reply
from scanner.demo.records import Collection, Database

Document: TypeAlias = dict[str, Any]

#: `maxWireVersion` of each release; servers before 2.6 do not tell one.
WIRE = {
    "2.4": None,
    "2.6": 2,
    "3.0": 3,
    "3.2": 4,
    "3.4": 5,
    "3.6": 6,
    "4.0": 7,
    "4.2": 8,
    "4.4": 9,
    "5.0": 13,
    "6.0": 17,
    "7.0": 21,
    "8.0": 25,
}

#: Wire versions: `listCollections` came with 3.0, OP_MSG with 3.6; 5.1 refuses other OP_QUERYs.
_LISTS_COLLECTIONS, _SPEAKS_OP_MSG, _DROPS_OP_QUERY = 3, 6, 14

#: Commands that a server with authorization answers to anyone.
_PUBLIC = frozenset({"hello", "ismaster", "buildinfo", "ping"})


@dataclass(slots=True)
class FakeMongo:
    """One server; `asked` lists the commands it got, as `database.command`.

    `members` are what a replica set announces: other machines, which nobody asked about.
    """

    release: str = "4.4"
    databases: tuple[Database, ...] = ()
    locked: bool = False
    members: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    @property
    def wire(self) -> int:
        """Give the wire version, 0 where the release tells none."""
        return WIRE[self.release] or 0

    async def serve(self, stream: ByteStream) -> None:
        """Converse with one client."""
        incoming = BufferedByteReceiveStream(stream)
        while (message := await read_message(incoming)) is not None:
            if message.opcode == OP_MSG and self.wire < _SPEAKS_OP_MSG:
                return  # an old server closes on an opcode that it does not know
            replies = self._answers(message)
            if message.wants_reply:
                await send_reply(stream, message, *replies)

    def _answers(self, message: Message) -> list[Document]:
        database, _, collection = message.namespace.partition(".")
        if message.opcode != OP_MSG and collection != "$cmd":
            return self._legacy_find(database, collection)
        wrapped = message.command.get("$query")  # beside it stand a read preference, a comment
        command = wrapped if isinstance(wrapped, dict) else message.command
        verb = next(iter(command), "")
        database = str(command.get("$db", database))
        self.asked.append(f"{database}.{verb}")
        return [self._run(verb, command, database, legacy=message.opcode != OP_MSG)]

    def _run(self, verb: str, command: Document, database: str, *, legacy: bool) -> Document:
        run = self._commands().get(verb.lower())
        if legacy and self.wire >= _DROPS_OP_QUERY and verb.lower() not in {"hello", "ismaster"}:
            return _failed(
                352, f"Unsupported OP_QUERY command: {verb}", "UnsupportedOpQueryCommand"
            )
        if run is None:
            return self._no_such_command(verb)
        if self.locked and verb.lower() not in _PUBLIC:
            return self._not_authorized(verb, database)
        answer = run(database, command)
        return {**answer, "ok": answer.get("ok", 1.0)}

    def _commands(self) -> dict[str, Callable[[str, Document], Document]]:
        commands: dict[str, Callable[[str, Document], Document]] = {
            "ismaster": self._hello,
            "buildinfo": self._build_info,
            "ping": lambda _database, _command: {},
            "endsessions": lambda _database, _command: {},
            "listdatabases": self._list_databases,
            "dbstats": self._db_stats,
            "count": self._count,
            "collstats": self._coll_stats,
            "find": self._find,
        }
        if self.wire >= _LISTS_COLLECTIONS:
            commands |= {
                "listcollections": self._list_collections,
                "listindexes": self._list_indexes,
            }
        if self.wire >= _SPEAKS_OP_MSG:
            commands["hello"] = self._hello  # the last patches of 3.6, 4.0 and 4.2 have it
        return commands

    def _hello(self, _database: str, command: Document) -> Document:
        primary = "isWritablePrimary" if "hello" in command else "ismaster"
        told: Document = {
            primary: True,
            "maxBsonObjectSize": 16_777_216,
            "maxMessageSizeBytes": 48_000_000,
            "maxWriteBatchSize": 100_000,
        }
        if WIRE[self.release] is not None:
            told |= {"minWireVersion": 0, "maxWireVersion": self.wire, "readOnly": False}
        if self.wire >= _SPEAKS_OP_MSG:
            told["helloOk"] = True
        if self.members:
            told |= {"setName": "rs0", "hosts": list(self.members), "me": self.members[0]}
        return told

    def _build_info(self, _database: str, _command: Document) -> Document:
        major, minor = self.release.split(".")
        return {
            "version": f"{self.release}.9",
            "gitVersion": "b4048e19814bfebac717cf5a880076aa69aba481",
            "versionArray": [int(major), int(minor), 9, 0],
            "bits": 64,
            "debug": False,
            "maxBsonObjectSize": 16_777_216,
        }

    def _list_databases(self, _database: str, command: Document) -> Document:
        if command.get("nameOnly"):
            return {"databases": [{"name": database.name} for database in self.databases]}
        listed = [
            {"name": database.name, "sizeOnDisk": float(database.bytes), "empty": False}
            for database in self.databases
        ]
        return {"databases": listed, "totalSize": float(sum(d.bytes for d in self.databases))}

    def _list_collections(self, database: str, _command: Document) -> Document:
        listed = [
            {"name": collection.name, "type": "collection"}
            for collection in self._collections(database)
        ]
        return _cursor(f"{database}.$cmd.listCollections", listed)

    def _list_indexes(self, database: str, command: Document) -> Document:
        collection = self._collection(database, command)
        if collection not in self._collections(database):
            return _failed(
                26, f"ns does not exist: {database}.{collection.name}", "NamespaceNotFound"
            )
        names = ("_id_", *collection.indexes)
        listed = [{"v": 2, "key": _keys(name), "name": name} for name in names]
        return _cursor(f"{database}.{collection.name}", listed)

    def _db_stats(self, database: str, _command: Document) -> Document:
        collections = self._collections(database)
        size = float(sum(collection.bytes for collection in collections))
        return {
            "db": database,
            "collections": len(collections),
            "objects": sum(collection.records for collection in collections),
            "dataSize": size,
            "storageSize": size,
        }

    def _count(self, database: str, command: Document) -> Document:
        return {"n": self._collection(database, command).records}

    def _coll_stats(self, database: str, command: Document) -> Document:
        collection = self._collection(database, command)
        return {
            "ns": f"{database}.{collection.name}",
            "count": collection.records,
            "size": collection.bytes,
            "storageSize": collection.bytes,
            "nindexes": 1 + len(collection.indexes),
        }

    def _find(self, database: str, command: Document) -> Document:
        collection = self._collection(database, command)
        documents = [{"_id": 1, **collection.document()}] if collection.records else []
        return _cursor(f"{database}.{collection.name}", documents)

    def _legacy_find(self, database: str, name: str) -> list[Document]:
        """Answer an OP_QUERY on a collection: how clients of 2.x read records and listings."""
        self.asked.append(f"{database}.{name}")
        if self.locked:
            return [{"$err": "unauthorized", "code": 16550}]
        collections = self._collections(database)
        if name == "system.namespaces":
            return [{"name": f"{database}.{collection.name}"} for collection in collections]
        return [{"_id": 1, **found.document()} for found in collections if found.name == name]

    def _collections(self, database: str) -> tuple[Collection, ...]:
        return next((d.collections for d in self.databases if d.name == database), ())

    def _collection(self, database: str, command: Document) -> Collection:
        """Give the collection that a command names; a missing one counts as an empty one."""
        name = str(next(iter(command.values())))
        empty = Collection(name=name, records=0, bytes=0)
        return next((c for c in self._collections(database) if c.name == name), empty)

    def _no_such_command(self, verb: str) -> Document:
        if self.wire == 0:
            return {"ok": 0.0, "errmsg": f"no such cmd: {verb}", "bad cmd": {verb: 1}}
        if self.wire < _SPEAKS_OP_MSG:
            return {"ok": 0.0, "errmsg": f"no such command: '{verb}'", "code": 59}
        return _failed(59, f"no such command: '{verb}'", "CommandNotFound")

    def _not_authorized(self, verb: str, database: str) -> Document:
        if self.wire == 0:
            return {"ok": 0.0, "errmsg": "unauthorized"}
        if self.wire <= _SPEAKS_OP_MSG:
            text = f"not authorized on {database} to execute command {{ {verb}: 1.0 }}"
            return {"ok": 0.0, "errmsg": text, "code": 13}
        return _failed(13, f"command {verb} requires authentication", "Unauthorized")


def _failed(code: int, message: str, name: str) -> Document:
    return {"ok": 0.0, "errmsg": message, "code": code, "codeName": name}


def _cursor(namespace: str, batch: list[Document]) -> Document:
    return {"cursor": {"id": 0, "ns": namespace, "firstBatch": batch}}


def _keys(index: str) -> Document:
    return {"_id": 1} if index == "_id_" else {index.removesuffix("_1"): 1}

"""An Elasticsearch or OpenSearch node as a stranger meets it, in any generation since 1.x."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import TypeAlias

import msgspec
from anyio.abc import ByteStream

from scanner.demo import refusals
from scanner.demo.http import Request, Response, serve_http
from scanner.demo.records import Index
from scanner.demo.refusals import Door
from scanner.demo.releases import Release

Document: TypeAlias = dict[str, object]

#: The first generation whose field names have no document type above them.
_TYPELESS = 7

#: The first generation that refuses a parameter it does not know.
_STRICT = 5

#: Parameters of `_cat/indices` by the generation that brought them; 7.7 for the last.
_CAT_PARAMETERS = {
    5: {"format", "h", "help", "v", "s", "bytes", "pri", "health", "local", "master_timeout"},
    7: {"time", "include_unloaded_segments", "expand_wildcards"},
}

_COMMON_PARAMETERS = {"pretty", "human", "error_trace", "filter_path", "format"}

#: What `_cat/indices` shows when no column is named.
_CAT_DEFAULT = "health,status,index,uuid,pri,rep,docs.count,docs.deleted,store.size,pri.store.size"


@dataclass(slots=True)
class FakeElasticsearch:
    """One node; `asked` lists every request it got, as method and target."""

    release: Release
    indices: tuple[Index, ...] = ()
    door: Door = Door.OPEN
    cluster: str = "elasticsearch"
    uuid: str = "b7yWfRt4QXiRBvJDmYkZ3A"
    asked: list[str] = field(default_factory=list)

    async def serve(self, stream: ByteStream) -> None:
        """Converse with one client."""
        await serve_http(stream, self.respond)

    def respond(self, request: Request) -> Response:
        """Answer one request as the release does behind this door."""
        self.asked.append(f"{request.method} {request.target}")
        refusal = refusals.refusal_at(self.door, self.release, request)
        if refusal is None:
            refusal = refusals.of_media_type(self.release, request)
        return refusal or self._answer(request)

    def _answer(self, request: Request) -> Response:
        pages: dict[tuple[str, ...], Document] = {
            (): self.front(),
            ("_cluster", "health"): self._health(),
        }
        if self.release.major >= _STRICT and not self.release.is_opensearch:
            pages["_xpack",] = _XPACK
        steps = request.steps
        if steps in pages:
            return self._json(request, pages[steps], indent=-1 if steps else 2)
        if steps[:2] == ("_cat", "indices"):
            return self._cat(request, *steps[2:])
        if steps[0] in _VERBS:
            return self._on_indices(request, "_all", *steps)
        return self._on_indices(request, *steps)

    def _on_indices(self, request: Request, pattern: str, verb: str = "", *rest: str) -> Response:
        indices = self._selected(pattern)
        if indices is None:
            return refusals.no_such_index(self.release, pattern)
        views: dict[str, Callable[[Iterable[Index]], Document]] = {
            "": lambda chosen: {index.name: self._whole(index) for index in chosen},
            "_mapping": lambda chosen: {i.name: {"mappings": self._mapping(i)} for i in chosen},
            "_settings": lambda chosen: {i.name: {"settings": self._settings(i)} for i in chosen},
            "_field_caps": self._field_caps,
            "_stats": _stats,
            "_count": lambda chosen: {"count": _total(chosen), "_shards": _SHARDS},
            "_search": lambda chosen: self._search(chosen, request),
        }
        if verb in views:
            return self._json(request, views[verb](indices))
        if rest and indices:  # /index/_doc/id, /index/type/id: a record
            return self._json(request, self._hit(indices[0]))
        return refusals.no_handler(self.release, request)

    def _selected(self, pattern: str) -> tuple[Index, ...] | None:
        """Choose indices by a comma-separated pattern; None when a plain name is missing."""
        chosen: dict[str, Index] = {}
        for part in pattern.split(","):
            glob = "*" if part == "_all" else part
            found = [index for index in self.indices if fnmatchcase(index.name, glob)]
            if not found and "*" not in glob:
                return None
            chosen.update({index.name: index for index in found})
        return tuple(chosen.values())

    def front(self) -> Document:
        """Give the front page's document."""
        release = self.release
        status: Document = {"status": 200} if release.major == 1 else {}
        uuid: Document = {"cluster_uuid": self.uuid} if release.major > 1 else {}
        return {
            **status,
            "name": "fax-node-1",
            "cluster_name": self.cluster,
            **uuid,
            "version": release.version,
            "tagline": release.tagline,
        }

    def _cat(self, request: Request, pattern: str = "_all") -> Response:
        unknown = sorted(set(request.query) - self._cat_parameters())
        if unknown and self.release.major >= _STRICT:
            return refusals.unknown_parameter(self.release, request, unknown[0])
        indices = self._selected(pattern)
        if indices is None:
            return refusals.no_such_index(self.release, pattern)
        columns = request.query.get("h", _CAT_DEFAULT).split(",")
        rows = [_row(index, columns, self.release) for index in indices]
        if request.query.get("format") == "json":
            return self._json(request, rows)
        lines = "".join(" ".join(row.values()) + "\n" for row in rows)
        return Response(200, lines.encode(), "text/plain; charset=UTF-8")

    def _cat_parameters(self) -> set[str]:
        brought = (names for major, names in _CAT_PARAMETERS.items() if major <= self.release.major)
        return _COMMON_PARAMETERS.union(*brought)

    def _health(self) -> Document:
        shards = 5 * len(self.indices)
        return {
            "cluster_name": self.cluster,
            "status": "yellow",
            "timed_out": False,
            "number_of_nodes": 1,
            "number_of_data_nodes": 1,
            "active_primary_shards": shards,
            "active_shards": shards,
        }

    def _whole(self, index: Index) -> Document:
        return {
            "aliases": {},
            "mappings": self._mapping(index),
            "settings": self._settings(index),
        }

    def _mapping(self, index: Index) -> Document:
        kind = "string" if self.release.major < _STRICT else "keyword"
        properties: Document = {name: {"type": kind} for name in index.fields}
        if self.release.major >= _TYPELESS:
            return {"properties": properties}
        return {"fax": {"properties": properties}}

    def _settings(self, index: Index) -> Document:
        return {
            "index": {
                "creation_date": str(_millis(index)),
                "number_of_shards": "5",
                "number_of_replicas": "1",
                "uuid": _uuid(index),
                "provided_name": index.name,
            }
        }

    def _field_caps(self, indices: Iterable[Index]) -> Document:
        names = sorted({name for index in indices for name in index.fields})
        caps = {"type": "keyword", "searchable": True, "aggregatable": True}
        return {"fields": {name: {"keyword": caps} for name in names}}

    def _search(self, indices: Iterable[Index], request: Request) -> Document:
        chosen = tuple(indices)
        total = _total(chosen)
        counted: object = total
        if self.release.major >= _TYPELESS:
            counted = {"value": total, "relation": "eq"}
        hits = [self._hit(index) for index in chosen[: _size(request)]]
        return {
            "took": 3,
            "timed_out": False,
            "_shards": _SHARDS,
            "hits": {"total": counted, "max_score": 1.0, "hits": hits},
        }

    def _hit(self, index: Index) -> Document:
        kind: Document = {} if self.release.major > _TYPELESS else {"_type": "fax"}
        return {"_index": index.name, **kind, "_id": "1", "_source": index.document()}

    def _json(self, request: Request, document: object, *, indent: int = -1) -> Response:
        if "filter_path" in request.query:
            document = _filtered(document, request.query["filter_path"])
        body = msgspec.json.format(msgspec.json.encode(document), indent=indent)
        return refusals.reply(self.release, 200, body, accept=request.headers.get("accept", ""))


#: What may stand first in a path and then speaks of every index.
_VERBS = frozenset({"_mapping", "_settings", "_count", "_search", "_stats", "_field_caps"})

_XPACK: Document = {"features": {"security": {"available": True, "enabled": False}}}

_SHARDS: Document = {"total": 5, "successful": 5, "failed": 0}


def _row(index: Index, columns: Iterable[str], release: Release) -> dict[str, str]:
    """Give the columns that were named, in their order, each as text; unknown ones are left out."""
    cells = {
        "health": "yellow",
        "status": "open",
        "index": index.name,
        "uuid": _uuid(index),
        "pri": "5",
        "rep": "1",
        "docs.count": str(index.records),
        "docs.deleted": "0",
        "store.size": str(index.bytes),
        "pri.store.size": str(index.bytes),
    }
    if release.major > 1:
        cells["creation.date"] = str(_millis(index))
    return {name: cells[name] for name in columns if name in cells}


def _stats(indices: Iterable[Index]) -> Document:
    return {
        "indices": {
            index.name: {
                "primaries": {
                    "docs": {"count": index.records, "deleted": 0},
                    "store": {"size_in_bytes": index.bytes},
                }
            }
            for index in indices
        }
    }


def _size(request: Request) -> int:
    """Read how many records a search asks for, in its query or its body; ten by default."""
    asked: object = request.query.get("size")
    if asked is None:
        with suppress(msgspec.MsgspecError):
            asked = msgspec.json.decode(request.body, type=dict[str, object]).get("size")
    digits = str(asked)
    return int(digits) if digits.isdecimal() else 10


def _filtered(document: object, paths: str) -> object:
    if isinstance(document, list):
        return [_filtered(element, paths) for element in document]
    kept: Document = {}
    for path in paths.split(","):
        _keep(document, path.split("."), kept)
    return kept


def _keep(document: object, steps: list[str], kept: Document) -> None:
    """Copy what a path of `filter_path` reaches: `*` is any one step, `**` any number of them."""
    if not isinstance(document, dict):
        return
    if steps[0] == "**":
        _keep(document, steps[1:], kept)
    for name, value in document.items():
        if steps[0] == "**":
            _keep_below(name, value, steps, kept)
        elif fnmatchcase(name, steps[0]) and len(steps) == 1:
            kept[name] = value
        elif fnmatchcase(name, steps[0]):
            _keep_below(name, value, steps[1:], kept)


def _keep_below(name: str, value: object, steps: list[str], kept: Document) -> None:
    """Copy into the member of that name, which comes to be only if anything is kept in it."""
    below = kept.get(name, {})
    if isinstance(below, dict):
        _keep(value, steps, below)
        if below:
            kept[name] = below


def _total(indices: Iterable[Index]) -> int:
    return sum(index.records for index in indices)


def _millis(index: Index) -> int:
    return int(index.created.timestamp() * 1000)


def _uuid(index: Index) -> str:
    return sha256(index.name.encode()).hexdigest()[:22]

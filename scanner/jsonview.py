"""A cursor over untrusted JSON: an error names the place, never the value."""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from scanner.wire import Garbled

T = TypeVar("T")

#: No reply that a probe asks for nests deeper than a dozen levels; a mapping of a schema may.
MAX_DEPTH = 64

#: What 64 bits hold. JSON sets no bound, and Python neither: a number of a million digits would be
#: compared, added up and written in decimals.
MAX_INTEGER = (1 << 63) - 1


class Json:
    """One place in a JSON document. Every step down checks the type and names the path."""

    __slots__ = ("path", "value")

    def __init__(self, value: object, path: str = "$") -> None:
        """Point at a decoded value; `path` is how errors name it."""
        self.value = value
        self.path = path

    @classmethod
    def parse(cls, body: bytes) -> "Json":
        """Decode a document.

        Raises:
            Garbled: not JSON, or deeper than `MAX_DEPTH`.
        """
        try:
            value = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Garbled("expected JSON") from error
        if _deeper_than(value, MAX_DEPTH):
            raise Garbled(f"JSON nested deeper than {MAX_DEPTH}")
        return cls(value)

    def __getitem__(self, key: str) -> "Json":
        """Step into an object's member, which must be there; errors name the key, so it is ours."""
        members = self._object()
        if key not in members:
            raise Garbled(f"expected a member {key!r} at {self.path}")
        return Json(members[key], f"{self.path}.{key}")

    def get(self, key: str) -> "Json | None":
        """Step into an object's member, or None when it is absent or null."""
        value = self._object().get(key)
        return None if value is None else Json(value, f"{self.path}.{key}")

    def items(self) -> Iterator[tuple[str, "Json"]]:
        """Walk an object's members. Their keys are the server's, so the path does not name them."""
        for key, value in self._object().items():
            yield key, Json(value, f"{self.path}.*")

    def elements(self) -> Iterator["Json"]:
        """Walk an array."""
        for index, value in enumerate(self._expect(list, "array")):
            yield Json(value, f"{self.path}[{index}]")

    def __bool__(self) -> bool:
        """Be true, whatever stands here: `get` gives None for what is absent."""
        return True

    def __len__(self) -> int:
        """Count an array's elements or an object's members."""
        if isinstance(self.value, list | dict):
            return len(self.value)
        raise Garbled(f"expected array or object at {self.path}")

    def text(self) -> str:
        """Read a string."""
        return self._expect(str, "string")

    def integer(self) -> int:
        """Read an integer of 64 bits; JSON's `true` is none."""
        if isinstance(self.value, bool):
            raise Garbled(f"expected int at {self.path}")
        value = self._expect(int, "int")
        if not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
            raise Garbled(f"expected an int of 64 bits at {self.path}")
        return value

    def boolean(self) -> bool:
        """Read a boolean."""
        return self._expect(bool, "boolean")

    @property
    def is_object(self) -> bool:
        """Tell whether an object stands here."""
        return isinstance(self.value, dict)

    @property
    def is_array(self) -> bool:
        """Tell whether an array stands here."""
        return isinstance(self.value, list)

    def _object(self) -> dict[str, object]:
        return self._expect(dict, "object")

    def _expect(self, kind: type[T], word: str) -> T:
        if isinstance(self.value, kind):
            return self.value
        raise Garbled(f"expected {word} at {self.path}")


def _deeper_than(value: object, limit: int) -> bool:
    """Walk level by level, so that the walk itself cannot recurse."""
    level: list[object] = [value]
    for _ in range(limit):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: object) -> list[object]:
    if isinstance(node, dict):
        return [child for child in node.values() if isinstance(child, dict | list)]
    if isinstance(node, list):
        return [child for child in node if isinstance(child, dict | list)]
    return []

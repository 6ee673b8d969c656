"""A cursor over untrusted JSON: it checks every type, and its errors never hold a value."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.jsonview import MAX_DEPTH, Json
from scanner.wire import Garbled

SECRET = "s3cret"

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def parsed(value: object) -> Json:
    """A cursor at the root of a document."""
    return Json.parse(json.dumps(value).encode())


class TestSteps:
    """What is there can be read."""

    def test_members_elements_and_values_are_read(self) -> None:
        """Each by its own word."""
        root = parsed({"name": "es", "nodes": [{"heap": 7, "master": True}], "gone": None})
        assert root["name"].text() == "es"
        assert [node["heap"].integer() for node in root["nodes"].elements()] == [7]
        assert [node["master"].boolean() for node in root["nodes"].elements()] == [True]
        assert [key for key, _ in root.items()] == ["name", "nodes", "gone"]
        assert (len(root), len(root["nodes"])) == (3, 1)
        assert (root.is_object, root.is_array) == (True, False)
        assert (root["nodes"].is_object, root["nodes"].is_array) == (False, True)

    @pytest.mark.parametrize("member", ["gone", "never"])
    def test_what_may_be_missing_is_none(self, member: str) -> None:
        """Absent and null are the same to a reader who can do without."""
        assert parsed({"gone": None}).get(member) is None

    def test_what_is_there_is_not_missing(self) -> None:
        """A false value is a value."""
        there = parsed({"count": 0}).get("count")
        assert there is not None
        assert there.integer() == 0


class TestErrors:
    """What is wrong is named by its place."""

    @pytest.mark.parametrize(
        ("read", "message"),
        [
            (lambda root: root["a"]["b"][1], "expected object at $.a.b"),
            (lambda root: root["missing"], "expected a member 'missing' at $"),
            (lambda root: root["a"]["b"].integer(), "expected int at $.a.b"),
            (lambda root: root["true"].integer(), "expected int at $.true"),
            (lambda root: root["half"].integer(), "expected int at $.half"),
            (lambda root: root["huge"].integer(), "expected an int of 64 bits at $.huge"),
            (lambda root: root["debt"].integer(), "expected an int of 64 bits at $.debt"),
            (lambda root: root["a"].text(), "expected string at $.a"),
            (lambda root: root["one"].boolean(), "expected boolean at $.one"),
            (lambda root: list(root["a"].elements()), "expected array at $.a"),
            (lambda root: list(root["list"].items()), "expected object at $.list"),
            (lambda root: len(root["a"]["b"]), "expected array or object at $.a.b"),
            (lambda root: root["a"]["b"].get("c"), "expected object at $.a.b"),
            (
                lambda root: [one["x"] for one in root["list"].elements()],
                "expected object at $.list[0]",
            ),
            (
                lambda root: [one.text() for _, one in root["a"].items()][1],
                "expected string at $.a.*",
            ),
        ],
    )
    def test_the_error_names_the_place_and_never_the_value(
        self, read: object, message: str
    ) -> None:
        """What a server sent must not reach a log by way of an error."""
        root = parsed(
            {
                "a": {"b": SECRET, SECRET: 1},
                "true": True,
                "half": 0.5,
                "one": 1,
                "list": [SECRET],
                "huge": 1 << 63,
                "debt": -(1 << 63) - 1,
            }
        )
        assert callable(read)
        with pytest.raises(Garbled) as caught:
            read(root)
        assert str(caught.value) == message

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"{'single': 'quotes'}",
            b'{"a": 1} trailing',
            b"NaN",
            b'"\xff\xfe"',
            b'"\\ud800"',
            b"\xef\xbb\xbf{}",
            b"<html></html>",
        ],
    )
    def test_what_is_not_json_is_garbled(self, body: bytes) -> None:
        """Without a word of what it was instead."""
        with pytest.raises(Garbled, match=r"^expected JSON$"):
            Json.parse(body)


class TestDepth:
    """A document cannot exhaust the stack."""

    def test_a_document_may_nest_as_deep_as_the_limit(self) -> None:
        """The limit itself is allowed."""
        assert Json.parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).is_array

    @pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 900, 100_000])
    @pytest.mark.parametrize("brackets", [(b"[", b"]"), (b'{"a":', b"}")])
    def test_a_deeper_document_is_garbled(self, depth: int, brackets: tuple[bytes, bytes]) -> None:
        """Whether the decoder or we notice it first."""
        left, right = brackets
        with pytest.raises(Garbled):
            Json.parse(left * depth + (b"1" if left != b"[" else b"") + right * depth)


@given(documents)
def test_every_document_is_read_or_garbled(value: object) -> None:
    """Never another exception, whatever JSON allows."""
    assert _attempt(json.dumps(value).encode()) in {"read", "garbled"}


@given(st.binary(max_size=200))
def test_all_bytes_are_read_or_garbled(body: bytes) -> None:
    """Never another exception, whatever a server sends."""
    assert _attempt(body) in {"read", "garbled"}


def _attempt(body: bytes) -> str:
    try:
        Json.parse(body)
    except Garbled:
        return "garbled"
    return "read"


@pytest.mark.parametrize("value", [0, "", None, [], {}, "text", 7])
def test_a_place_is_true_whatever_stands_there(value: object) -> None:
    """What is absent is None; an empty text is there."""
    assert Json(value)

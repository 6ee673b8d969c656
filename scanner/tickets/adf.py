"""Plain text as a document of Jira Cloud: paragraphs, lists, and links that are ours.

Facts are of the schema that ships in `@atlaskit/adf-schema` (`json-schema/v1/full.json`): a text
node holds at least one character, and nothing in it is mark-up, so a value can only be shown.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, TypeAlias

Node: TypeAlias = dict[str, Any]

#: Jira takes 32,767 characters in a description. Whether it counts the text or the document is not
#: told, so it is the document that is kept below.
MAX_DOCUMENT = 32_000

#: So many last blocks of a text are kept when it is cut: what to do, and what the ticket's key is.
_LAST = 4

#: Values of servers come with `:` and `/` kept apart: what still looks like this is a link of ours.
_URL = re.compile(r"(https?://[\w./?=&%#:~+-]+)", re.ASCII)

_CUT = "… the rest is left out: it is longer than Jira takes."


def document(text: str) -> Node:
    """Give a document: blank lines part paragraphs; indented lines, and those with `- `, are lists.

    It is never larger than `MAX_DOCUMENT`, in characters of its JSON: what is left out is in the
    middle of the text.
    """
    blocks = list(_blocks(text.splitlines()))
    sizes = [_size(block) for block in blocks]
    if sum(sizes) > MAX_DOCUMENT:
        blocks = _cut(blocks, sizes)
    return {"type": "doc", "version": 1, "content": blocks}


def _size(block: Node) -> int:
    """Count the longest way to write a block that has no spaces: ASCII alone, and a comma."""
    return len(json.dumps(block, separators=(",", ":"))) + 1


def _cut(blocks: list[Node], sizes: list[int]) -> list[Node]:
    """Leave out what is too much, from the last block before the end backwards."""
    end = [block for block, size in _pairs(blocks, sizes)[-_LAST:] if size < MAX_DOCUMENT // 8]
    room = MAX_DOCUMENT - sum(_size(block) for block in end) - len(_CUT) * 8
    begin = []
    for block, size in _pairs(blocks, sizes)[:-_LAST]:
        room -= size
        if room < 0:
            break
        begin.append(block)
    return [*begin, _paragraph([_CUT]), *end]


def _pairs(blocks: list[Node], sizes: list[int]) -> list[tuple[Node, int]]:
    return list(zip(blocks, sizes, strict=True))


def _blocks(lines: Iterable[str]) -> Iterator[Node]:
    for kind, group in groupby(lines, _kind):
        if kind == "item":
            yield {"type": "bulletList", "content": [_item(line) for line in group]}
        elif kind == "words":
            yield _paragraph(group)


def _kind(line: str) -> str:
    if not line.strip():
        return "nothing"
    return "item" if line.startswith((" ", "- ")) else "words"


def _item(line: str) -> Node:
    return {"type": "listItem", "content": [_paragraph([line.strip().removeprefix("- ")])]}


def _paragraph(lines: Iterable[str]) -> Node:
    inline = [[*_inline(line), {"type": "hardBreak"}] for line in lines]
    return {"type": "paragraph", "content": [node for line in inline for node in line][:-1]}


def _inline(line: str) -> Iterator[Node]:
    for number, part in enumerate(_URL.split(line)):
        if number % 2:
            mark = {"type": "link", "attrs": {"href": part}}
            yield {"type": "text", "text": part, "marks": [mark]}
        elif part:
            yield {"type": "text", "text": part}

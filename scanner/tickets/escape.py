"""What servers and lists say, made harmless in the mark-up of a ticket.

It is shown as text: nothing in it is a mention that wakes somebody, a link that somebody follows,
an image that tells somebody else who reads, or a command of the tracker.
"""

import html
import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from scanner.plaintext import printable

#: Characters of one value: a name and its neighbours are recognised by fewer.
MAX_VALUE = 200

#: Stands between two characters that mean something together; it takes no room on the screen.
_APART = "\N{ZERO WIDTH SPACE}"

#: What wakes people or links by itself, in nearly every system: `@all`, `#12`, `!12`, `~user`;
#: `https://…`, `www.…`; in GitLab also `%12`, `&12` and `$12`, in GitHub `GH-12`; in Redmine also
#: `[[page]]`, `{{macro}}`, `r12` and `user:name`, whose words are those of its `LINKS_RE`. Mark-up
#: cannot stop that, for it is looked for in the text that is shown.
_WAKES = re.compile(r"([@#!~%&$])(?=[\w\[{(])|([\[{])(?=\2)")
_LINKS = re.compile(
    r"(?i)(?<=[a-z0-9]):(?=/)|(?<=www)(?=\.)|(?<![a-z0-9])(?:r(?=\d)|g[hl](?=-\d))"
    r"|(?<![a-z0-9])(?:attachment|commit|document|export|forum|message|news|project|source|user"
    r"|version|wiki)(?=:)"
)

#: A URL in which nothing can be mark-up.
_URL = re.compile(r"https?://[\w./?=&%#:~+-]+", re.ASCII)

#: ASCII punctuation can be taken literally everywhere (CommonMark 0.31, section 2.4).
_MARKDOWN = re.compile(r"([!#$&*<>\[\\\]^_`{|}~])")

#: A backslash takes each of these literally in Jira's wiki mark-up.
_WIKI = re.compile(r"([!#$&*<>\[\\\]^_{|}~+?-])")

#: Words in which Textile finds nothing to do, and what in them ends or begins a span of its own.
_WORDS = re.compile(r"(?:[^\W_]|[ .,/:]|(?<=[^\W_])-(?=[^\W_]))*")
_TAG = re.compile(r"<(?=[/!\w])")


class Markup(StrEnum):
    """How the text of a ticket is written in a system."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    HTML = "html"
    WIKI = "wiki"
    TEXTILE = "textile"


class Link(str):
    """A reference of a probe: ours, so it may be followed, unless it is more than a URL."""

    __slots__ = ()


def escape(value: object, markup: Markup) -> str:
    """Write a value on one line, as text and nothing but text; a link stays one."""
    if isinstance(value, Link) and _URL.fullmatch(value):
        return f"<{value}>" if markup is Markup.MARKDOWN else _as_html(value, markup)
    text = printable(str(value), MAX_VALUE)
    for pattern in (_WAKES, _LINKS):
        text = pattern.sub(lambda match: match[0] + _APART, text)
    return _ESCAPES[markup](text)


def _as_html(text: str, markup: Markup) -> str:
    return html.escape(text) if markup is Markup.HTML else text


def _textile(text: str) -> str:
    """Textile has a span that holds anything but a tag, and Redmine shows `&lt;` in it as that."""
    if _WORDS.fullmatch(text):
        return text
    return f"<notextile>{_TAG.sub(f'<{_APART}', text)}</notextile>"


_ESCAPES: Mapping[Markup, Callable[[str], str]] = {
    Markup.PLAIN: str,
    Markup.MARKDOWN: lambda text: _MARKDOWN.sub(r"\\\1", text),
    Markup.HTML: html.escape,
    Markup.WIKI: lambda text: _WIKI.sub(r"\\\1", text),
    Markup.TEXTILE: _textile,
}

"""Version numbers as servers write them: the number, or nothing.

What a server calls its version is its own text; only what has a number's shape leaves the probe.
"""

import re

#: `8.19.4`, `v1.27.0-rc.1`, `2.42.0+ds`, `24.8.14.39`, `15`; real ones stay below 32.
_VERSION = re.compile(r"v?(\d{1,8}(?:\.\d{1,8}){0,4}(?:[-+~._][A-Za-z0-9.+~_-]{1,40})?)", re.ASCII)


def read(text: object) -> str | None:
    """Give the version that a text is, or None when it is none."""
    found = _VERSION.fullmatch(text.strip()) if isinstance(text, str) else None
    return found[1] if found else None


def found_in(text: str, after: str) -> str | None:
    """Give the version that follows a word, as in `Server: Docker/20.10.24 (linux)`."""
    _, word, rest = text.partition(after)
    head = re.split(r"[\s,;()<>\"']", rest, maxsplit=1)[0] if word else ""
    return read(head)

"""The pages with which web servers list a folder: how many entries, and no name of them."""

import re
from html import unescape

from scanner.wire import Garbled

#: What servers call the list of a folder, in the title and in the heading below it: Apache,
#: nginx, lighttpd, Caddy and npm's http-server; Python; rclone; Jetty; Tomcat; WsgiDAV.
NAMES = (
    "Index of {}",
    "Directory listing for {}",
    "Directory listing of {}",
    "Directory: {}",
    "Directory Listing For [{}]",
    "WsgiDAV - Index of {}",
)

#: Each part is bounded, so that a page of nothing but `<a` costs no more than its length.
_HEADING = re.compile(
    rb"<h[12][^<>]{0,200}>\s{0,80}(?:<img[^<>]{0,300}>\s{0,80})?([^<]{1,200})</h[12]>",
    re.IGNORECASE,
)
_LINK = re.compile(rb"<a\s[^<>]{0,200}?href=[\"']([^\"'<>]{1,2000})[\"']", re.IGNORECASE)

#: Where a link leads that is no entry: up, to another order of the list, elsewhere.
_NO_ENTRY = (b"?", b"#", b"/", b"../", b"./?")


def entries(title: str, body: bytes, folder: str = "/") -> int:
    """Count what a page lists of a folder, an absolute path that ends in a slash.

    Raises:
        Garbled: the title names no list of this folder, or no heading says the same.
    """
    if not is_titled(title, folder):  # most pages are none: their bodies are not looked through
        raise Garbled("expected a list of a folder")
    headings = {unescape(one.decode("utf-8", "replace")).strip() for one in _HEADING.findall(body)}
    if title.removeprefix("WsgiDAV - ") not in headings:
        raise Garbled("a title that no heading repeats")
    links = set(_LINK.findall(body))
    return sum(not link.startswith(_NO_ENTRY) and b"://" not in link for link in links)


def is_titled(title: str, folder: str) -> bool:
    """Tell whether a page calls itself the list of a folder, which alone proves nothing."""
    return title in _names(folder)


def _names(folder: str) -> set[str]:
    """Name the list of a folder as servers do; Apache drops the slash at its end."""
    paths = {folder, folder.rstrip("/") or folder}
    return {name.format(path) for name in NAMES for path in paths}

"""The XML of WebDAV: what a folder says of itself. defusedxml reads, and is bounded.

Source: RFC 4918 (multistatus, resourcetype), RFC 4331 (quota).
"""

from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from scanner.jsonview import Json
from scanner.wire import Garbled, counts

#: One folder with all its properties; real ones have below fifty.
MAX_ELEMENTS = 2_000

DAV = "{DAV:}"
SUCCESS = " 200 "


class Folder(NamedTuple):
    """What a folder holds in all, in bytes, where its server keeps a quota."""

    used: int | None


def folder(body: bytes) -> Folder:
    """Read the answer about one folder, asked for alone.

    Raises:
        Garbled: another document, more than one resource, or one that is no folder.
    """
    answer = _parsed(body)
    responses = answer.findall(f"{DAV}response")
    if answer.tag != f"{DAV}multistatus" or len(responses) != 1:
        raise Garbled("expected a multistatus about one resource")
    given = [prop for stat in responses[0] if _succeeded(stat) for prop in stat.iter(f"{DAV}prop")]
    if not any(prop.find(f"{DAV}resourcetype/{DAV}collection") is not None for prop in given):
        raise Garbled("expected a folder")
    texts = [prop.findtext(f"{DAV}quota-used-bytes", "").strip() for prop in given]
    return Folder(next((counts.read(Json(text)) for text in texts if text), None))


def _succeeded(stat: Element) -> bool:
    return stat.tag == f"{DAV}propstat" and SUCCESS in f"{stat.findtext(f'{DAV}status', '')} "


def _parsed(body: bytes) -> Element:
    if body.count(b"<") > 2 * MAX_ELEMENTS:  # before a tree of them is built
        raise Garbled(f"more than {MAX_ELEMENTS} elements")
    try:
        document: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Garbled("expected XML") from error
    if sum(1 for _ in document.iter()) > MAX_ELEMENTS:
        raise Garbled(f"more than {MAX_ELEMENTS} elements")
    return document

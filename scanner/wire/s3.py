"""The XML of S3: lists of buckets, and errors with a code. defusedxml reads, and is bounded.

Source: Amazon S3 API Reference, ListBuckets, ListObjectsV2 and Error Responses.
"""

from datetime import UTC, datetime
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from scanner.wire import Garbled

#: A page of 10,000 buckets, the most that one may ask for, has three or four for each.
MAX_ELEMENTS = 50_000


class Bucket(NamedTuple):
    """A bucket as a listing names it, and when it was made, in UTC."""

    name: str
    created: datetime | None


def root(body: bytes) -> str:
    """Name the outermost element, without its namespace.

    Raises:
        Garbled: no XML, or XML with entities.
    """
    return _local(_parsed(body))


def buckets(body: bytes) -> list[Bucket]:
    """Read `ListAllMyBucketsResult`.

    Raises:
        Garbled: another document.
    """
    listing = _parsed(body)
    if _local(listing) != "ListAllMyBucketsResult":
        raise Garbled("expected a list of buckets")
    found = [one for one in listing.iter() if _local(one) == "Bucket"]
    return [Bucket(_text(one, "Name"), _date(_text(one, "CreationDate"))) for one in found]


def is_listing_of(body: bytes, bucket: str) -> bool:
    """Tell whether this is `ListBucketResult` of a bucket, with no key in it: none was asked for.

    Raises:
        Garbled: no XML.
    """
    listing = _parsed(body)
    keys = any(_local(one) == "Key" for one in listing.iter())
    return _local(listing) == "ListBucketResult" and _text(listing, "Name") == bucket and not keys


def error(body: bytes) -> str:
    """Give the code of an error (`AccessDenied`, `NoSuchBucket`), or "" where this is none."""
    try:
        said = _parsed(body)
    except Garbled:
        return ""
    return _text(said, "Code") if _local(said) == "Error" else ""


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


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element, name: str) -> str:
    child = next((one for one in element if _local(one) == name), None)
    return (child.text or "").strip() if child is not None else ""


def _date(text: str) -> datetime | None:
    """Read `2019-03-01T08:00:00.000Z`; a bucket without a date is as good as any."""
    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        return None
    return made.astimezone(UTC) if made.tzinfo else made.replace(tzinfo=UTC)

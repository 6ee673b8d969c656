"""What is read of S3's XML, and what is not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, s3
from scanner.wire.s3 import Bucket

LISTING = (
    b'<?xml version="1.0"?><ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    b"<Owner><ID>x</ID></Owner><Buckets><Bucket><Name>faxes</Name>"
    b"<CreationDate>2019-03-01T08:00:00.000Z</CreationDate></Bucket>"
    b"<Bucket><Name>letters</Name></Bucket></Buckets></ListAllMyBucketsResult>"
)
KEYS = b"<ListBucketResult><Name>faxes</Name><Contents><Key>a</Key></Contents></ListBucketResult>"
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'


def test_buckets_are_named_and_dated() -> None:
    """One without a date is listed all the same."""
    assert s3.buckets(LISTING) == [
        Bucket("faxes", datetime(2019, 3, 1, 8, tzinfo=UTC)),
        Bucket("letters", None),
    ]


@pytest.mark.parametrize(
    ("body", "is_listing"),
    [
        (b"<ListBucketResult><Name>faxes</Name><KeyCount>0</KeyCount></ListBucketResult>", True),
        (b"<ListBucketResult><Name>other</Name></ListBucketResult>", False),
        (KEYS, False),
        (b"<Error><Code>AccessDenied</Code></Error>", False),
    ],
)
def test_a_listing_is_of_the_bucket_that_was_asked_for_and_empty(
    body: bytes,
    is_listing: bool,  # noqa: FBT001 - expected
) -> None:
    """A server that sends keys where none were asked for is no witness."""
    assert s3.is_listing_of(body, "faxes") is is_listing


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<Error><Code>NoSuchBucket</Code></Error>", "NoSuchBucket"),
        (b"<Error/>", ""),
        (b"<html/>", ""),
        (b"NoSuchBucket", ""),
        (BOMB, ""),
    ],
)
def test_an_error_has_a_code(body: bytes, code: str) -> None:
    """Whatever else is said is nobody's code."""
    assert s3.error(body) == code


@pytest.mark.parametrize("body", [b"", b"{}", b"<a>", BOMB, b"\xff<a/>", KEYS])
def test_what_is_no_list_of_buckets_is_garbled(body: bytes) -> None:
    """Entities are refused before they grow."""
    with pytest.raises(Garbled):
        s3.buckets(body)


def test_more_elements_than_there_may_be_are_refused_before_they_are_read() -> None:
    """One inside the other, which is no XML either: nothing of it is built."""
    with pytest.raises(Garbled, match="more than 50000 elements"):
        s3.root(b"<li>" * 200_000)


@given(st.binary(max_size=400) | st.text(alphabet="<>/!&;[]abc =\"'", max_size=200).map(str.encode))
def test_any_bytes_are_xml_or_garbled(body: bytes) -> None:
    """Never another exception."""
    try:
        s3.root(body)
    except Garbled:
        return
    assert s3.error(body) is not None

"""What the S3 probe makes of real replies, and of half and false ones."""

import pytest

from probes.s3 import S3
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = S3()
OPEN = load("s3/minio-2024-open")


def settled(transcript: Transcript) -> Outcome:
    """Drive the probe to its end."""
    return replay(PROBE, transcript)


@pytest.mark.parametrize(
    ("name", "service", "buckets"),
    [
        ("minio-2024-open", Service("minio"), ["faxes", "letters"]),
        ("moto-5.2-open", Service("s3"), ["faxes"]),
    ],
)
def test_a_store_that_lists_its_buckets_is_open(
    name: str, service: Service, buckets: list[str]
) -> None:
    """With their names and dates; no object is named."""
    found = settled(load(f"s3/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.OPEN, service)
    assert [one.name for one in found.holdings] == buckets
    assert {one.created.year for one in found.holdings if one.created} == {2019}


def test_buckets_that_list_no_object_are_partial() -> None:
    """Their names are told; what is in them is not."""
    refused = OPEN.with_reply(2, status=403).with_reply(3, status=403)
    found = settled(refused)

    assert isinstance(found, Assessment)
    assert found.access is Access.PARTIAL


@pytest.mark.parametrize(
    ("name", "product"), [("seaweedfs-4.48-locked", "seaweedfs"), ("minio-2024-locked", "minio")]
)
def test_a_store_that_refuses_the_list_is_locked(name: str, product: str) -> None:
    """After the front page alone."""
    found = settled(load(f"s3/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service.product) == (Access.LOCKED, product)
    assert asked(PROBE, load(f"s3/{name}")) == ["GET /"]


def test_a_seaweedfs_that_gives_any_list_is_open() -> None:
    """It names no bucket to strangers, and would refuse the list itself if it knew anybody."""
    found = settled(load("s3/seaweedfs-4.48-unnamed"))

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN
    assert found.holdings == (Holding(name="buckets", kind="store"),)


def test_an_empty_list_proves_nothing() -> None:
    """Ceph gives every stranger an empty list of his own."""
    found = settled(load("s3/ceph-18-anonymous"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_an_empty_list_with_a_refused_control_is_locked() -> None:
    """Ceph refuses to say whether a bucket is there."""
    denied = b"<Error><Code>AccessDenied</Code></Error>"
    found = settled(load("s3/ceph-18-anonymous").with_payload(1, denied).with_reply(1, status=403))

    # `with_reply` keeps the payload that was put before.
    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED


@pytest.mark.parametrize("body", [b"", b"<html/>", b"<Error><Code>Busy</Code></Error>"])
def test_a_control_in_nobodys_words_proves_nothing(body: bytes) -> None:
    """What has no code of S3 is no S3."""
    found = settled(OPEN.with_payload(1, body))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_other_xml_is_not_identified() -> None:
    """A sitemap, a feed."""
    found = settled(load("s3/sitemap"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED

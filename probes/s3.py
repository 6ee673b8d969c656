"""S3-compatible object stores: which buckets a stranger can list."""

from collections.abc import Generator, Sequence
from contextlib import suppress

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import Garbled, s3, versions
from scanner.wire.s3 import Bucket

#: Zero keys: no object's name leaves the server.
LISTING = Get("/{}?list-type=2&max-keys=0")
CONTROL = Get("/ronde-no-such-bucket?list-type=2&max-keys=0")

#: Each costs an ask; the listing tells how many buckets there are.
MAX_LISTED = 20

#: Who sets which header; what sets none of them is some S3.
SIGNED = (
    ("server", "MinIO", "minio"),
    ("server", "SeaweedFS", "seaweedfs"),
    ("server", "AmazonS3", "s3"),
    ("x-minio-deployment-id", "", "minio"),
    ("x-rgw-object-count", "", "ceph-rgw"),
    ("x-amz-request-id", "tx0", "ceph-rgw"),
)

#: Locked, these refuse the list itself; open, they hide from strangers which buckets there are.
REFUSE_WHEN_LOCKED = frozenset({"seaweedfs"})

#: The errors that a store answers a stranger with who lists its buckets.
DENIALS = frozenset({"AccessDenied", "AccessForbidden", "MissingSecurityHeader", "Unauthorized"})


class S3:
    """A store is open when it lists buckets and misses one that cannot exist."""

    about = About(
        name="s3",
        title="An object store lists its buckets to anyone",
        ports=frozenset({9000, 7480, 8333, 4566, 3900, 6007}),
        tls_ports=frozenset({9443}),
        front=FRONT,
        asks=(FRONT, CONTROL, LISTING),
        proves="the buckets are listed, and one that cannot exist is missing by its code",
        cwe=306,
        remedy=(
            "Switch anonymous access off: give the gateway identities (SeaweedFS `-s3.config`), "
            "remove the bucket policies and ACLs that name everybody (`mc anonymous set none`, "
            "`s3cmd setacl --acl-private`), and let only the hosts that need it reach the port."
        ),
        references=("https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise a list of buckets, or the error of a store that refuses it."""
        try:
            is_list = front.status == OK and s3.root(front.body) == "ListAllMyBucketsResult"
        except Garbled:
            is_list = False
        if is_list or s3.error(front.body) in DENIALS:
            return _signed(front)
        return None

    def assess(self, front: Page) -> HttpDialogue:
        """See which buckets are listed, what is said of one that is not there, and look into some.

        Ceph answers a stranger with an empty list of his own, so an empty list proves nothing.
        """
        service = _signed(front)
        if front.status != OK:
            return verdict.locked(service, FRONT, front)
        buckets = s3.buckets(front.body)
        control = yield CONTROL
        denied = s3.error(control.body) in DENIALS
        if not denied and (control.status, s3.error(control.body)) != (NOT_FOUND, "NoSuchBucket"):
            return verdict.half_proof(service, f"{verdict.path(CONTROL)} was not missing by name")
        if not buckets and denied:
            return verdict.locked(service, CONTROL, control)
        if not buckets and service.product in REFUSE_WHEN_LOCKED:
            return Assessment(
                access=Access.OPEN,
                service=service,
                because="takes orders without credentials; its buckets are not listed to strangers",
                proof=Proof(FRONT.name, "a list was given", f"{verdict.path(CONTROL)} is missing"),
                holdings=(Holding(name="buckets", kind="store"),),  # whatever they are
            )
        if not buckets:
            return verdict.half_proof(service, "no bucket is listed, so nothing shows whose it is")
        holdings, listed = yield from _looked_into(buckets)
        return Assessment(
            access=Access.OPEN if listed else Access.PARTIAL,
            service=service,
            because=(
                f"lists its buckets without credentials: {len(buckets)}; "
                f"of those tried, {listed} list their objects"
            ),
            proof=Proof(
                FRONT.name,
                f"{len(buckets)} buckets listed, {listed} of them looked into",
                f"{verdict.path(CONTROL)} answered {control.status} with a code of its own",
            ),
            holdings=holdings,
            holdings_total=len(buckets),
        )


def _signed(page: Page) -> Service:
    for header, begins, product in SIGNED:
        value = page.headers.get(header)
        if value is not None and value.startswith(begins):
            words = value.split() if product == "seaweedfs" else []
            return Service(product, versions.read(words[-1]) if words else None)
    return Service("s3")


def _looked_into(
    buckets: Sequence[Bucket],
) -> Generator[Get, Page, tuple[tuple[Holding, ...], int]]:
    """Ask some for a listing of zero keys. The names stand already: silence costs only detail."""
    listed = 0
    with suppress(NoAnswer, Garbled):
        for bucket in buckets[:MAX_LISTED]:
            page = yield LISTING.fill(bucket.name)
            listed += page.status == OK and s3.is_listing_of(page.body, bucket.name)
    held = tuple(Holding(name=one.name, kind="bucket", created=one.created) for one in buckets)
    return held, listed

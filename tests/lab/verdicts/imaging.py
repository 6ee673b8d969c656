"""Orthanc, DCMTK and pynetdicom, by DICOM and by HTTP."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.imaging import Peers, dcmqrscp, orthanc, orthanc_web, qrscp, storescp
from tests.lab.servers.nginx import Front
from tests.lab.verdict import AS_TOLD, FOUND, NAMES, QUIET, Group, Held, Verdict, behind, door

STUDIES: tuple[Held, ...] = (("studies", "archive", None, ()),)
COUNTED: tuple[Held, ...] = (("studies", "archive", 1, ()),)
OPEN = Verdict(Access.OPEN, "dcmtk", AS_TOLD, Severity.HIGH, STUDIES)
#: Associated with anybody, and not proved to be open.
SESSION = Verdict(Access.UNKNOWN, "dcmtk", AS_TOLD)
#: A rejection names no toolkit.
LOCKED = Verdict(Access.LOCKED, "dicom", None)
WEB = Verdict(Access.OPEN, "orthanc", AS_TOLD, Severity.HIGH, COUNTED)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "imaging": Group(
            FOUND,
            (
                (door(orthanc), SESSION),
                (door(orthanc, Peers.ANYBODY), OPEN),
                (door(orthanc, Peers.TITLE), LOCKED),
                (door(dcmqrscp), OPEN),
                (
                    door(qrscp),
                    Verdict(Access.OPEN, "pynetdicom", AS_TOLD, Severity.HIGH, STUDIES),
                ),
                (door(storescp), SESSION),
                (
                    door(storescp, tls=True),
                    Verdict(Access.UNKNOWN, "dcmtk", AS_TOLD, tls_names=NAMES),
                ),
                (
                    door(storescp, tls=True, certified=True),
                    Verdict(Access.CLIENT_CERT, None, None, tls_names=NAMES),
                ),
            ),
        ),
        # The same servers where the scope allows no query.
        "imaging-unasked": Group(
            QUIET,
            (
                (door(orthanc, probe="dicom"), SESSION),
                (door(orthanc, Peers.LISTED, probe="dicom"), LOCKED),
                (door(dcmqrscp, probe="dicom"), SESSION),
                (door(dcmqrscp, listed=True, probe="dicom"), LOCKED),
                (door(storescp, probe="dicom"), SESSION),
                (door(storescp, promiscuous=True, probe="dicom"), SESSION),
            ),
        ),
        "imaging-web": Group(
            FOUND,
            (
                (door(orthanc_web), WEB),
                (behind(Front.NO_FRONT_PAGE, door(orthanc_web)), WEB),
                (
                    behind(Front.BASIC_AUTH, door(orthanc_web)),
                    Verdict(Access.LOCKED, None, None),
                ),
                (
                    behind(Front.TLS, door(orthanc_web, probe="orthancproxy")),
                    replace(WEB, tls_names=NAMES),
                ),
                (door(orthanc_web, locked=True), Verdict(Access.LOCKED, "orthanc", None)),
                (
                    door(orthanc_web, probe="dicomweb"),
                    Verdict(Access.OPEN, "dicomweb", None, Severity.HIGH, STUDIES),
                ),
                (
                    door(orthanc_web, probe="dicomweb", locked=True),
                    Verdict(Access.LOCKED, "orthanc", None),
                ),
            ),
        ),
    }
)

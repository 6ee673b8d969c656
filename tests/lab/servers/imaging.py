"""Orthanc at its two doors, DICOM and HTTP, and the servers of DCMTK and of pynetdicom."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from tests.lab.layout import Family
from tests.lab.namespace import only_loopback
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotStarted,
    NotYet,
    Program,
    Running,
    free_port,
    require,
    said_by,
)
from tests.lab.servers.standing import Place, listens, place, standing
from tests.lab.servers.web import ask

FAMILY = Family("imaging")
DICOMWEB = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


class Peers(StrEnum):
    """Whom Orthanc's DICOM door knows."""

    DEFAULT = "default"  # anybody may associate and store, nobody may query
    ANYBODY = "open"
    TITLE = "title"  # whoever calls it by its own title
    LISTED = "listed"


_PEERS: Mapping[Peers, Mapping[str, object]] = MappingProxyType(
    {
        Peers.DEFAULT: {},
        Peers.ANYBODY: {"DicomAlwaysAllowFind": True},
        Peers.TITLE: {"DicomCheckCalledAet": True},
        Peers.LISTED: {"DicomAlwaysAllowEcho": False, "DicomAlwaysAllowStore": False},
    }
)

#: What a server is called of which this probe looks at the HTTP door.
_WEB: Mapping[str, str] = MappingProxyType(
    {
        "orthanc": "orthanc-web",
        "orthancproxy": "orthanc-proxied",
        "dicomweb": "orthanc-dicomweb",
    }
)

_ARCHIVE = """\
NetworkTCPPort = {port}
MaxPDUSize = 16384
MaxAssociations = 16
HostTable BEGIN
ward = (WARD, 198.18.0.9, 104)
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
ANY-SCP {home}/images RW (10, 1024mb) {peers}
AETable END
"""

#: One image without pixels: every value that tells of somebody is the canary.
_IMAGE = """\
(0008,0016) UI [1.2.840.10008.5.1.4.1.1.7]
(0008,0018) UI [2.25.1.1.1]
(0008,0060) CS [OT]
(0008,1030) LO [{canary}]
(0010,0010) PN [{canary}]
(0010,0020) LO [{canary}]
(0020,000d) UI [2.25.1]
(0020,000e) UI [2.25.1.1]
"""


@contextmanager
def orthanc(
    peers: Peers = Peers.DEFAULT, *, probe: str = "dicomfind", canary: str = CANARY
) -> Iterator[Running]:
    """Its DICOM door, before one study; `probe` decides whether it is queried."""
    mode = f"{peers}-unasked" if probe == "dicom" else peers
    with place("orthanc", mode) as at:
        web = replace(at, port=free_port())
        own = {"HttpPort": web.port, "DicomPort": at.port, **_PEERS[peers]}
        with standing(
            at,
            _orthanc(at, own),
            probe=probe,
            version=lambda: _toolkit(at, web),
            fill=lambda: _make(web, canary),
            state=lambda _: _counted(web),
        ) as server:
            yield server


@contextmanager
def orthanc_web(
    *, locked: bool = False, probe: str = "orthanc", canary: str = CANARY
) -> Iterator[Running]:
    """Its HTTP door, before one study; `probe` decides what of it is looked at."""
    with place(_WEB[probe], "locked" if locked else "open") as at:
        own = {
            "HttpPort": at.port,
            "DicomServerEnabled": False,
            "AuthenticationEnabled": locked,
            "RegisteredUsers": {USER: PASSWORD},
            "Plugins": [str(DICOMWEB)],
        }
        with standing(
            at,
            _orthanc(at, own),
            probe=probe,
            version=lambda: str(_told(at, "/system")["Version"]),
            fill=lambda: _make(at, canary),
            state=lambda _: _counted(at),
        ) as server:
            yield server


@contextmanager
def dcmqrscp(
    *, listed: bool = False, probe: str = "dicomfind", canary: str = CANARY
) -> Iterator[Running]:
    """An archive called `ANY-SCP` with one study, for any peer or for one that is listed."""
    mode = "listed" if listed else "open"
    with place("dcmqrscp", f"{mode}-unasked" if probe == "dicom" else mode) as at:
        _refuse_outside(at)
        program = require("dcmqrscp", at.name, "dcmtk")
        text = _ARCHIVE.format(port=at.port, home=at.home, peers="ward" if listed else "ANY")
        settings = at.write("dcmqrscp.cfg", text)
        image = _image(at, canary)
        said_by(require("dcmqridx", at.name, "dcmtk"), image.parent, image)
        with standing(
            at,
            Program((program, "-c", settings)),
            probe=probe,
            version=lambda: _version(at, "dcmqrscp"),
            fill=lambda: None,
            state=lambda _: _files(image.parent),
        ) as server:
            yield server


@contextmanager
def storescp(
    *,
    tls: bool = False,
    certified: bool = False,
    promiscuous: bool = False,
    probe: str = "dicomfind",
    canary: str = CANARY,
) -> Iterator[Running]:
    """A storage server with one image; `certified` demands a client's certificate.

    `promiscuous` accepts whatever is proposed, as long as it knows of nothing else to do with it.
    """
    mode = "certified" if certified else "promiscuous" if promiscuous else "open"
    with place("storescp", f"{mode}-unasked" if probe == "dicom" else mode, tls=tls) as at:
        _refuse_outside(at)
        program = require("storescp", at.name, "dcmtk")
        image = _image(at, canary)
        peer = "--require-peer-cert" if certified else "--ignore-peer-cert"
        anything = ("--promiscuous",) if promiscuous else ()
        secure = ("+tls", at.own.key, at.own.chain, peer) if at.own else ()
        with standing(
            at,
            Program((program, *secure, *anything, "-od", image.parent, str(at.port))),
            probe=probe,
            version=lambda: _version(at, "storescp"),
            fill=lambda: None,
            state=lambda _: _files(image.parent),
        ) as server:
            yield server


@contextmanager
def qrscp(*, canary: str = CANARY) -> Iterator[Running]:
    """The archive that pynetdicom brings along, with one study; it knows no peers."""
    with place("qrscp") as at:
        program = require(FAMILY.venv / "bin" / "python", at.name, "pynetdicom")
        image, kept = _image(at, canary), at.home / "kept"
        where = ("--database-location", at.home / "kept.sqlite", "--instance-location", kept)
        argv = (program, "-m", "pynetdicom", "qrscp", *where, "-ba", LOOPBACK)
        send = require("storescu", at.name, "dcmtk")
        with standing(
            at,
            Program((*argv, "--port", str(at.port))),
            probe="dicomfind",
            version=lambda: _pynetdicom(at, program),
            fill=lambda: _send(send, at, image),
            state=lambda _: _files(kept),
        ) as server:
            yield server


def _send(send: Path, at: Place, image: Path) -> None:
    said_by(send, LOOPBACK, str(at.port), image)


def _pynetdicom(at: Place, program: Path) -> str:
    listens(at)
    return said_by(program, "-c", "import pynetdicom; print(pynetdicom.__version__)").strip()


def _orthanc(at: Place, own: Mapping[str, object]) -> Program:
    _refuse_outside(at)
    program = require("/usr/sbin/Orthanc", at.name, "orthanc")
    kept = {"Name": at.name, "StorageDirectory": str(at.home), "IndexDirectory": str(at.home)}
    return Program((program, at.write("orthanc.json", json.dumps({**kept, **own}))))


def _refuse_outside(at: Place) -> None:
    if not only_loopback():
        raise NotStarted(at.name, "binds every address; run it below tests/lab/namespace.py")


def _image(at: Place, canary: str) -> Path:
    dump = at.write("image.txt", _IMAGE.format(canary=canary))
    image = at.write("images/image.dcm", "")
    said_by(require("dump2dcm", at.name, "dcmtk"), "+te", dump, image)
    return image


def _make(web: Place, canary: str) -> None:
    """Let Orthanc make one instance, in whichever way its other door knows its peers."""
    tags = dict.fromkeys(("PatientName", "PatientID", "StudyDescription"), canary)
    body = {"Tags": {**tags, "Modality": "OT"}}
    made = ask(web.port, "/tools/create-dicom", method="POST", body=body, login=True)
    if made.status != 200:
        raise NotStarted(web.name, f"it made no instance: {made.status}")


def _counted(web: Place) -> object:
    """What it holds, and what became of it: every change has a number."""
    last = _told(web, "/changes?last")
    return _told(web, "/statistics"), last["Last"]


def _told(at: Place, path: str) -> Mapping[str, object]:
    reply = ask(at.port, path, login=True)
    if reply.status != 200:
        raise NotYet(f"{path} answered {reply.status}")
    told: Mapping[str, object] = reply.json()
    return told


def _toolkit(at: Place, web: Place) -> str:
    """What the DICOM door says of itself: the version of DCMTK, and not Orthanc's own."""
    _told(web, "/system")
    return _version(at, "storescp")


def _version(at: Place, program: str) -> str:
    listens(at)
    found = re.search(r" v(\d+\.\d+\.\d+) ", said_by(program, "--version"))
    return found[1] if found else "unknown"


def _files(images: Path) -> object:
    return sorted((path.name, path.stat().st_size) for path in images.iterdir())

"""DICOM: who associates with a caller of any title, and what for. Nothing is queried."""

import re
from collections.abc import Generator
from contextlib import suppress

from scanner.model import (
    Access,
    Assessment,
    AssetClass,
    Confidence,
    Outcome,
    Service,
    Silence,
    Unknown,
)
from scanner.probe import About, Answer, Exchange, NoAnswer, StreamAsk, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import Garbled, dicom, versions
from scanner.wire.dicom import Aborted, Accepted, Context, Rejected

ASSOCIATE = Exchange(
    name="A-ASSOCIATE-RQ (RONDE to ANY-SCP)",
    encode=dicom.associate,
    framing=dicom.frame_association,
    max_bytes=dicom.MAX_PDU,
)
RELEASE = Exchange(
    name="A-RELEASE-RQ", encode=dicom.release, framing=dicom.frame_release, max_bytes=dicom.MAX_PDU
)

PORTS = frozenset({104, 4242, 11112})
TLS_PORTS = frozenset({2762})

#: How toolkits name themselves; a product that is built on one has its toolkit's name.
PRODUCTS = {
    "OFFIS_DCMTK_": "dcmtk",
    "PYNETDICOM_": "pynetdicom",
    "dcm4che-": "dcm4che",
    "fo-dicom ": "fo-dicom",
}
#: `367` is 3.6.7; the last place may have two digits.
SQUEEZED = re.compile(r"(\d)(\d)(\d{1,2})")

SERVICES = {
    "verification": {Context.VERIFICATION},
    "query": {Context.PATIENT_FIND, Context.STUDY_FIND, Context.WORKLIST_FIND},
    "retrieval": {Context.STUDY_MOVE, Context.STUDY_GET},
    "storage": {Context.CT_STORAGE, Context.CAPTURE_STORAGE},
}

#: Who rejects [PS3.8 9.3.4]; the latter's only reasons are congestion and a limit exceeded.
BY_USER = 1
BY_PRESENTATION = 3

#: Whose title was refused, by the reason that the user of the service gave.
REFUSED = {
    1: "for no reason that it gives",
    3: "for the title of its caller",
    7: "for the title that was called",
}

REMEDY = (
    "Let the archive know its modalities and workstations by title and address, refuse others "
    "(Orthanc: `DicomCheckCalledAet`, `DicomAlwaysAllowEcho`, `DicomAlwaysAllowStore` and their "
    "kin `false`; dcm4chee: accepted calling titles; dcmqrscp: a peer table in place of `ANY`), "
    "speak TLS with client certificates, and keep the port inside the imaging network."
)
REFERENCES = (
    "https://dicom.nema.org/medical/dicom/current/output/html/part08.html",
    "https://orthanc.uclouvain.be/book/faq/security.html",
)


class Dicom:
    """A server that associates with anybody is reported as such; that proves no open door."""

    about = About(
        name="dicom",
        title="A DICOM server associates with a caller of any title",
        ports=PORTS,
        tls_ports=TLS_PORTS,
        front=ASSOCIATE,
        asks=(ASSOCIATE, RELEASE),
        proves="nothing: what an association accepts may be refused when it is used",
        cwe=306,
        remedy=f"{REMEDY} Let the scope say `dicom_find = true` to have the query asked.",
        references=REFERENCES,
        made_for=AssetClass.MEDICAL,
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the answer to an association."""
        return recognised(front)

    def assess(self, front: Answer) -> StreamDialogue:
        """Release the association, and say what it would have accepted."""
        service, met = recognised(front), dicom.decode_association(front.data)
        if not isinstance(met, Accepted):
            return refused(service, met)
        released = yield from leave()
        if unbelievable := not_believed(service, met):
            return unbelievable
        asked = "; none of it was tried" + ("" if released else UNRELEASED)
        return half_proof(service, f"{offer(met)}{asked}")


UNRELEASED = ", and its release was not answered"


def recognised(front: Answer) -> Service:
    """Name the toolkit that answers an association.

    Raises:
        Garbled: nothing that answers one.
    """
    met = dicom.decode_association(front.data)
    said = met.version if isinstance(met, Accepted) else ""
    for word, product in PRODUCTS.items():
        if said.startswith(word):
            number = said.removeprefix(word)
            squeezed = SQUEEZED.fullmatch(number)
            text = ".".join(squeezed.groups()) if squeezed else number
            return Service(product, versions.read(text))
    return Service("dicom")


def leave() -> Generator[StreamAsk, Answer, bool]:
    """Release the association, and tell whether the server took note of it."""
    with suppress(NoAnswer, Garbled):
        yield RELEASE
        return True
    return False


def refused(service: Service, met: Rejected | Aborted) -> Outcome:
    """Settle a server with which there is no association."""
    if isinstance(met, Aborted):
        return half_proof(service, f"{ASSOCIATE.name} was aborted")
    if met.result == dicom.TRANSIENT or met.source == BY_PRESENTATION:
        why = f"rejects associations for now: {met.source}/{met.reason}"
        return Unknown(Silence.BUSY, why, service)
    if met.source == BY_USER and met.reason in REFUSED:
        return Assessment(
            access=Access.LOCKED,
            service=service,
            because=f"rejects an association {REFUSED[met.reason]}: a name, and no secret",
            confidence=Confidence.PROBABLE,
        )
    why = f"rejects an association as we propose it: {met.source}/{met.reason}"
    return Assessment(access=Access.IDENTIFIED, service=service, because=why)


def not_believed(service: Service, met: Accepted) -> Outcome | None:
    """Settle a server whose acceptance means nothing."""
    if met.contexts.get(Context.NO_SUCH) == dicom.ACCEPTED:
        return half_proof(service, f"{offer(met)}, and what cannot exist as well")
    if met.contexts.get(Context.NO_SUCH) is None:
        return half_proof(service, f"{offer(met)}, and does not say whether what cannot exist")
    return None


def offer(met: Accepted) -> str:
    """Say what an association accepts, and from whom: anybody."""
    granted = {context for context, result in met.contexts.items() if result == dicom.ACCEPTED}
    words = [word for word, contexts in SERVICES.items() if contexts & granted]
    accepted = "nothing that was proposed" if not words else ", ".join(words)
    made = f"implementation {met.uid}" if met.uid else "no implementation named"
    size = f"PDUs of {met.max_pdu} bytes"
    return f"associates with any title, and accepts {accepted} ({made}, {size})"

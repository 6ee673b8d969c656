"""DICOM: whether an archive answers queries of anybody, where the scope allows one to be put."""

from collections.abc import Generator
from contextlib import suppress
from uuid import uuid4

from probes.dicom import (
    ASSOCIATE,
    PORTS,
    REFERENCES,
    RELEASE,
    REMEDY,
    TLS_PORTS,
    UNRELEASED,
    leave,
    not_believed,
    offer,
    recognised,
    refused,
)
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, NoAnswer, StreamAsk, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import dicom, dimse
from scanner.wire.dicom import Aborted, Accepted, Context

#: A UID that nobody had before [PS3.5 B.2]: no study in the world can match.
FIND = Exchange(
    name="C-FIND-RQ (a study that cannot exist)",
    encode=lambda: dimse.find(f"2.25.{uuid4().int}"),
    framing=dimse.frame_command,
    max_bytes=2 * dicom.MAX_PDU,
)
ABORT = Exchange(
    name="C-CANCEL-RQ, A-ABORT",
    encode=lambda: dimse.cancel() + dicom.abort(),
    framing=dicom.frame_nothing,
    max_bytes=1,
)

CONTROL = "an abstract syntax that cannot exist was not accepted in the same association"


class Dicomfind:
    """An archive is open when it answers a query, and does not accept what cannot exist."""

    about = About(
        name="dicomfind",
        title="A DICOM archive answers the queries of anyone",
        ports=PORTS,
        tls_ports=TLS_PORTS,
        front=ASSOCIATE,
        asks=(ASSOCIATE, FIND, ABORT, RELEASE),
        proves="a query that matches nothing is answered, and a false syntax is not accepted",
        cwe=306,
        remedy=REMEDY,
        references=REFERENCES,
        needs="dicom_find",
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the answer to an association."""
        return recognised(front)

    def assess(self, front: Answer) -> StreamDialogue:
        """Ask for a study that cannot exist, where queries are accepted; then release."""
        service, met = recognised(front), dicom.decode_association(front.data)
        if not isinstance(met, Accepted):
            return refused(service, met)
        unbelievable = not_believed(service, met)
        if unbelievable or met.contexts.get(Context.STUDY_FIND) != dicom.ACCEPTED:
            released = yield from leave()
            missing = f"{offer(met)}; queries of studies are not among it"
            return unbelievable or half_proof(service, _noted(missing, released=released))
        try:
            said = dimse.decode_status((yield FIND).data)
        except NoAnswer as silence:
            why = f"{offer(met)}; {FIND.name} was not answered: {silence.silence}"
            return Unknown(silence.silence, why, service)
        return (yield from _answered(service, met, said))


def _answered(service: Service, met: Accepted, said: int | Aborted) -> StreamDialogue:
    """Settle what came of the query; a match is not waited for, let alone read."""
    if isinstance(said, Aborted):
        return half_proof(service, f"{offer(met)}; {FIND.name} was aborted")
    if said in dimse.PENDING:
        yield from _break_off()
        return _open(service, offer(met), "a match, although none can be: it was not read")
    released = yield from leave()
    told = _noted(offer(met), released=released)
    if said == dimse.SUCCESS:
        return _open(service, told, "success, without a match")
    return _failed(service, told, said)


def _break_off() -> Generator[StreamAsk, Answer, None]:
    with suppress(NoAnswer):
        yield ABORT


def _noted(told: str, *, released: bool) -> str:
    return told if released else told + UNRELEASED


def _open(service: Service, told: str, answer: str) -> Assessment:
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"answers queries; {told}",
        proof=Proof(FIND.name, answer, CONTROL),
        holdings=(Holding(name="studies", kind="archive"),),
    )


def _failed(service: Service, told: str, status: int) -> Outcome:
    if status == dimse.NOT_AUTHORISED:
        because = f"{FIND.name} was refused: not authorised; {told}"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    why = f"{FIND.name} failed with {status:04X}; {told}"
    busy = status == dimse.OUT_OF_RESOURCES
    return Unknown(Silence.BUSY if busy else Silence.HALF_PROOF, why, service)

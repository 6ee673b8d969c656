"""What the FHIR probe makes of real replies, of half and false ones, and of servers that pour."""

import msgspec
import pytest

from probes.fhir import MAX_COUNT, POURED, UNCOUNTED, Fhir
from scanner.demo.listen import listening
from scanner.identify import hearings
from scanner.model import Access, Assessment, Endpoint, Holding, Service, Silence, Unknown
from scanner.probe import Page
from scanner.visit import visit
from tests.fakes import http
from tests.fakes.gates import Hears, gate_to_loopback
from tests.transcripts import Transcript, asked, load, replay

PROBE = Fhir()
CONTROL, METADATA, NOBODY, PATIENTS = range(4)  # places in the transcript of an open server

PATIENT = "DOE^JANE"

#: What a server hands out that knows neither `_id` nor `_summary`.
ENTRIES = [{"resource": {"resourceType": "Patient", "name": [{"family": PATIENT}]}}]

#: A searchset may tell of its own failure in an entry, with success.
REFUSAL = {
    "search": {"mode": "outcome"},
    "resource": {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "forbidden"}],
    },
}


def counted(name: str, records: int) -> Holding:
    """Give a type of resources with its count."""
    return Holding(name=name, kind="resource type", records=records)


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(transcript: Transcript) -> Unknown:
    """Drive the probe to where it cannot tell."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize(
    ("name", "service", "holdings"),
    [
        (
            "hapi-8.4-open",
            Service("hapi-fhir", "8.4.0"),
            (counted("Patient", 3), counted("DocumentReference", 1)),
        ),
        (
            "ibm-4.9-open",
            Service("linuxforhealth-fhir", "4.9.0"),
            (counted("Patient", 120), counted("Observation", 4096), counted("Coverage", 98)),
        ),
    ],
)
def test_a_server_that_searches_for_anybody_is_open(
    name: str, service: Service, holdings: tuple[Holding, ...]
) -> None:
    """It searched for nobody, so no record was touched; the types that it knows are counted."""
    found = settled(load(f"fhir/{name}"))

    assert (found.access, found.service) == (Access.OPEN, service)
    assert (found.holdings, found.holdings_total) == (holdings, len(holdings))


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("hapi-8.4-locked", Service("hapi-fhir", "8.4.0")),
        ("medplum-3.2-locked", Service("medplum", "3.2.14")),
        ("ibm-4.9-locked", Service("linuxforhealth-fhir", "4.9.0")),
    ],
)
def test_a_public_statement_alone_is_no_finding(name: str, service: Service) -> None:
    """It is everybody's by design, and names the product that refuses to search."""
    found = settled(load(f"fhir/{name}"))

    assert (found.access, found.service) == (Access.LOCKED, service)


def test_a_locked_server_is_asked_three_times() -> None:
    """Below the path at which it stands, it is told what cannot exist first."""
    assert asked(PROBE, load("fhir/hapi-8.4-locked")) == [
        "GET /fhir/RondeNoSuchType?_summary=count",
        "GET /fhir/metadata",
        "GET /fhir/Patient?_id=ronde-no-such-patient&_summary=count",
    ]


def test_a_proxy_that_lets_nobody_through_is_left_to_others() -> None:
    """Nothing names what is behind, but this door is shut."""
    shut = load("fhir/hapi-8.4-open")
    for place in (CONTROL, METADATA):
        shut = shut.with_reply(place, status=401, headers={}, json=msgspec.Raw(), text="")

    assert unknown(shut).silence is Silence.GUARDED
    assert len(asked(PROBE, shut)) == 2


def test_where_nothing_stands_it_is_left_to_others() -> None:
    """Three paths that are not there are no FHIR."""
    found = unknown(load("fhir/nothing-there"))

    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


def test_types_that_are_refused_make_it_partial() -> None:
    """A role of strangers may search for patients and not for everything."""
    transcript = load("fhir/hapi-8.4-open").with_reply(CONTROL, status=403)

    assert settled(transcript).access is Access.PARTIAL


@pytest.mark.parametrize(
    ("place", "status", "body"),
    [
        pytest.param(NOBODY, 200, {"resourceType": "Bundle", "total": 5}, id="somebody is found"),
        pytest.param(NOBODY, 200, {"resourceType": "Bundle"}, id="nothing is counted"),
        pytest.param(NOBODY, 404, {}, id="it has no patients"),
        pytest.param(CONTROL, 401, {}, id="the control is refused in nobody's words"),
    ],
)
def test_one_side_of_a_proof_is_none(place: int, status: int, body: object) -> None:
    """What says yes to everything, or nothing at all, is not called open."""
    spoilt = load("fhir/hapi-8.4-open").with_json(place, body).with_reply(place, status=status)

    assert unknown(spoilt).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "body",
    [
        {"resourceType": "Patient", "total": 0},
        {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]},
        {"resourceType": "Bundle", "type": "history", "total": 0},
    ],
)
def test_what_answers_a_search_with_something_else_is_garbled(body: object) -> None:
    """A refusal with success is a lie, and proves nothing."""
    spoilt = load("fhir/hapi-8.4-open").with_json(NOBODY, body)

    assert unknown(spoilt).silence is Silence.GARBLED


def test_a_count_without_a_type_is_a_count() -> None:
    """HAPI FHIR left the type out of its counts for years."""
    bare = {"resourceType": "Bundle", "total": 0}

    assert settled(load("fhir/hapi-8.4-open").with_json(NOBODY, bare)).access is Access.OPEN


def test_a_statement_that_cannot_be_read_costs_only_its_facts() -> None:
    """All types are asked for then, as far as answers come."""
    transcript = load("fhir/hapi-8.4-open").with_json(METADATA, {})
    found = replay(PROBE, transcript, unrecorded_is_silence=True)

    assert isinstance(found, Assessment)
    assert (found.access, found.service.version) == (Access.OPEN, "8.4.0")
    assert [one.name for one in found.holdings] == ["Patient", "DocumentReference"]


def test_a_server_that_hands_out_records_is_told_as_such_and_asked_no_more() -> None:
    """Nobody was asked for, and patients came: nothing of them is kept."""
    poured = {"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": ENTRIES}
    transcript = load("fhir/hapi-8.4-open").with_json(NOBODY, poured)
    found = settled(transcript)

    assert (found.access, found.holdings) == (Access.OPEN, (UNCOUNTED,))
    assert found.because.startswith("hands out records without credentials")
    assert PATIENT not in repr(found)
    assert len(asked(PROBE, transcript)) == 3


@pytest.mark.parametrize(
    "entries",
    [pytest.param([REFUSAL], id="a refusal inside"), pytest.param([], id="no entry at all")],
)
@pytest.mark.parametrize("total", [{}, {"total": 3}])
def test_what_hands_out_no_record_is_not_open_for_it(
    entries: list[object], total: dict[str, int]
) -> None:
    """An outcome is about the search, and an empty array is none."""
    said = {"resourceType": "Bundle", "type": "searchset", "entry": entries, **total}

    assert unknown(load("fhir/hapi-8.4-open").with_json(NOBODY, said)).silence is Silence.HALF_PROOF


def test_a_failure_inside_a_count_of_nothing_proves_nothing() -> None:
    """It may be nothing because a stranger may see nothing."""
    said = {"resourceType": "Bundle", "type": "searchset", "total": 0, "entry": [REFUSAL]}

    assert unknown(load("fhir/hapi-8.4-open").with_json(NOBODY, said)).silence is Silence.HALF_PROOF


def test_a_type_whose_count_fails_is_not_counted() -> None:
    """The others are."""
    said = {"resourceType": "Bundle", "type": "searchset", "total": 0, "entry": [REFUSAL]}
    found = settled(load("fhir/hapi-8.4-open").with_json(PATIENTS, said))

    assert found.holdings == (counted("DocumentReference", 1),)


def test_counting_ends_at_the_first_record() -> None:
    """A type whose count is no count may be the next one, too."""
    poured = {"resourceType": "Bundle", "total": 3, "entry": ENTRIES}
    transcript = load("fhir/hapi-8.4-open").with_json(PATIENTS, poured)

    assert settled(transcript).holdings == (UNCOUNTED,)
    assert len(asked(PROBE, transcript)) == 4


def test_a_stream_of_patients_is_left_at_its_beginning() -> None:
    """A server that ignores both `_id` and `_summary` would send all of them."""
    flood = b'{"resourceType":"Bundle","entry":[' + b'{"family":"DOE^JANE"},' * MAX_COUNT
    found = unknown(load("fhir/hapi-8.4-open").with_payload(NOBODY, flood))

    assert found == Unknown(Silence.HALF_PROOF, POURED, Service("hapi-fhir", "8.4.0"))


@pytest.mark.anyio
async def test_a_search_says_that_what_is_not_known_must_be_refused() -> None:
    """`Prefer: handling=strict` goes with every search, and with nothing else."""
    outcome = b'{"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}'
    server = Hears(http.page(outcome, status=b"404 Not Found"))
    async with listening(server) as (address, port):
        fronts = hearings([PROBE], {}, 8103)
        await visit(gate_to_loopback(), Endpoint(address=address, port=port), fronts)
    lines = [request.split(b"\r\n") for request in server.heard]

    assert [
        (one[0].split()[1].partition(b"?")[0], b"Prefer: handling=strict" in one) for one in lines
    ] == [
        (b"/fhir/RondeNoSuchType", True),
        (b"/fhir/metadata", False),
        (b"/fhir/Patient", True),
    ]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<title>Welcome</title>"),
        (200, b'{"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}'),
        (500, b"{}"),
        (302, b""),
    ],
)
def test_another_product_is_not_recognised(status: int, body: bytes) -> None:
    """A page for whatever is asked, an error, a way to a login."""
    assert PROBE.identify(Page(status=status, headers={}, body=body)) is None

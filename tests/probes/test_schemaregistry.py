"""What the schema registry probe makes of its pages, and of half and false ones."""

import pytest

from probes.schemaregistry import SchemaRegistry
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = SchemaRegistry()
OPEN = "schemaregistry/7.5-open"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_registry_without_a_login_tells_the_fields_of_its_schemas() -> None:
    """Avro's and JSON Schema's, by name alone; documentation and defaults are dropped."""
    found = settled(load(OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("schema-registry"))
    assert found.holdings == (
        Holding(name="faxes-value", kind="subject", fields=("fax_number", "patient_name")),
        Holding(name="notes-value", kind="subject"),
        Holding(name="prescriptions-value", kind="subject", fields=("prescriber",)),
    )
    assert "CANARY" not in repr(found)


def test_a_registry_that_demands_a_login_is_locked() -> None:
    """The refusal is of its own type, and ends the conversation."""
    transcript = load("schemaregistry/7.5-locked")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /subjects"]


def test_an_empty_registry_is_open() -> None:
    """Whoever finds it may register a schema."""
    found = settled(load(OPEN).with_json(0, []))

    assert (found.access, found.holdings_total) == (Access.OPEN, 0)


def test_a_silence_after_the_proof_costs_only_detail() -> None:
    """The fields are missing, the verdict is not."""
    mute = load(OPEN).with_payload(2, b"").with_reply(2, silence=Silence.TIMEOUT)

    assert [one.fields for one in settled(mute).holdings] == [(), (), ()]


@pytest.mark.parametrize("page", [{"error_code": 404}, {"message": "not found"}, {}])
def test_a_control_that_is_missed_in_nobodys_number_proves_nothing(page: object) -> None:
    """Every web server has a 404."""
    outcome = replay(PROBE, load(OPEN).with_json(1, page))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("kind", ["application/json", "text/html", ""])
def test_a_list_of_another_type_is_not_recognised(kind: str) -> None:
    """A list of names is anybody's."""
    page = load(OPEN).with_reply(0, headers={"content-type": kind})

    assert replay(PROBE, page) == Unknown(Silence.UNRECOGNISED, "")

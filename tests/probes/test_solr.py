"""What the Solr probe makes of real replies, and of half and false ones."""

import pytest

from probes.solr import Solr
from scanner.model import Access, Assessment, Outcome, Proof, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Solr()
CORES = "GET /solr/admin/cores?action=STATUS&wt=json"
CONTROL = "GET /solr/admin/cores?action=RONDENOSUCHACTION&wt=json"
VERSION = "GET /solr/admin/metrics?wt=json&key=solr.node:CONTAINER.version.specification"
FIELDS = "GET /solr/{}/schema/fields?wt=json&includeDynamic=false"
NAMES = ("diagnosis", "fax_number", "id", "patient_name")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def front(status: int, **headers: str) -> Transcript:
    """Write down a server that answers the first ask so, and nothing else."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = Recorded(ask=CORES, status=status, headers=named, text="<html>no</html>")
    return Transcript(server="written by hand", exchanges=(reply,))


@pytest.mark.parametrize(
    ("name", "version", "size"),
    [("solr/9.8-open", "9.8.1", 1686), ("solr/8.11-open", "8.11.4", 1744)],
)
def test_a_node_without_security_is_open(name: str, version: str, size: int) -> None:
    """Its cores come with counts, bytes and fields, its version from the metrics."""
    found = assessed(replay(PROBE, load(name)))

    assert (found.access, found.service.version) == (Access.OPEN, version)
    held = [(one.name, one.kind, one.records, one.bytes, one.fields) for one in found.holdings]
    assert held == [
        ("faxes", "core", 2, size, NAMES),
        ("prescriptions", "core", 0, 69, NAMES),
    ]
    assert found.holdings_total == 2


def test_both_sides_of_the_proof_are_named() -> None:
    """What was answered and what was refused, in our own words."""
    found = assessed(replay(PROBE, load("solr/9.8-open")))

    assert found.proof == Proof(
        "GET /solr/admin/cores?action=STATUS",
        "2 cores listed",
        "an action that cannot exist answered 400 with an error of its own",
    )


@pytest.mark.parametrize("name", ["solr/9.8-locked", "solr/8.11-locked"])
def test_a_node_behind_basic_authentication_is_locked(name: str) -> None:
    """The first refusal ends the conversation."""
    transcript = load(name)

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == [CORES]


def test_rules_without_block_unknown_leave_the_node_open() -> None:
    """Such a node refuses its metrics, so the version is not told, and words the control anew."""
    found = assessed(replay(PROBE, load("solr/9.8-rules")))

    assert (found.access, found.service.version) == (Access.OPEN, None)
    assert found.proof is not None
    assert found.proof.control == (
        "an action that cannot exist answered 500 with an error of its own"
    )
    assert [one.name for one in found.holdings] == ["faxes", "prescriptions"]


def test_a_node_before_the_metrics_api_has_no_version() -> None:
    """All else of a 4.10 reads as it does today."""
    found = assessed(replay(PROBE, load("solr/4.10-open")))

    assert (found.access, found.service.version) == (Access.OPEN, None)
    (core,) = found.holdings
    assert (core.name, core.records, core.bytes, core.fields) == ("faxes", 2, 1194, NAMES)


def test_a_refusal_that_names_nobody_is_left_to_others() -> None:
    """A proxy's 401 says that the door is shut, not what is behind it."""
    found = unknown(replay(PROBE, front(401, www_authenticate='Basic realm="fax archive"')))

    assert (found.silence, found.service) == (Silence.GUARDED, None)


def test_a_403_that_names_nobody_says_nothing() -> None:
    """It may be meant for our address alone."""
    assert unknown(replay(PROBE, front(403))).silence is Silence.UNRECOGNISED


@pytest.mark.parametrize("status", [200, 404, 500])
def test_another_product_is_not_identified(status: int) -> None:
    """A page that is no listing of cores is nobody's whom we know."""
    assert unknown(replay(PROBE, front(status))).silence is Silence.UNRECOGNISED


def test_a_control_that_succeeds_proves_nothing() -> None:
    """What says yes to everything is not called open."""
    liar = load("solr/9.8-open").with_reply(1, status=200)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


def test_a_silence_after_the_proof_costs_only_detail() -> None:
    """The verdict stands without version and fields."""
    found = assessed(
        replay(PROBE, load("solr/9.8-open").until(2), unrecorded_is_silence=True),
    )

    assert (found.access, found.service.version) == (Access.OPEN, None)
    assert [one.fields for one in found.holdings] == [(), ()]


def test_a_core_that_could_not_be_loaded_is_listed_without_counts() -> None:
    """It has no index to count."""
    listing = {"responseHeader": {"status": 0}, "initFailures": {}, "status": {"faxes": {}}}
    half = load("solr/9.8-open").with_json(0, listing)
    found = assessed(replay(PROBE, half))

    assert [(one.name, one.records, one.bytes) for one in found.holdings] == [("faxes", None, None)]

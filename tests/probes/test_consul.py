"""What the Consul probe makes of its pages, and of half and false ones."""

import pytest

from probes.consul import Consul
from scanner.model import Access, Assessment, Holding, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = Consul()


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_an_agent_without_access_lists_is_open() -> None:
    """Services by name; the key-value store is named and not counted."""
    found = settled(load("consul/1.20-open"))

    assert (found.access, found.service.version) == (Access.OPEN, "1.20.6")
    assert found.service.identity == "9a2c8b1e-5f0d-4c57-9d3e-0a1b2c3d4e5f"
    assert found.holdings == (
        Holding(name="kv", kind="key-value store"),
        Holding(name="consul", kind="service"),
        Holding(name="fax-gateway", kind="service"),
    )


def test_a_real_agent_is_open_and_a_real_one_is_locked() -> None:
    """What 1.11 answers, with its header and with the two words alone."""
    found = settled(load("consul/1.11-open"))

    assert (found.access, found.service.version) == (Access.OPEN, "1.11.11")
    assert [one.name for one in found.holdings] == ["kv", "consul", "fax-gateway"]
    assert settled(load("consul/1.11-locked")).access is Access.LOCKED
    assert asked(PROBE, load("consul/1.11-locked")) == ["GET /v1/agent/self"]


def test_an_agent_that_runs_scripts_for_strangers_says_so() -> None:
    """Whoever registers a check there runs a program."""
    one = load("consul/1.20-open")
    page = dict(one.exchanges[0].document) | {"DebugConfig": {"EnableRemoteScriptChecks": True}}  # type: ignore[call-overload]  # it is an object

    assert settled(one.with_json(0, page)).because == (
        "lists its services without a token: 2, and runs scripts for whoever registers a check"
    )


def test_an_empty_list_is_open_only_beside_an_agent_that_describes_itself() -> None:
    """Access lists filter lists; they do not filter the agent."""
    assert settled(load("consul/1.20-open").with_json(1, {})).access is Access.OPEN
    assert settled(load("consul/1.20-locked")).access is Access.LOCKED


def test_an_older_denial_is_told_from_nomads_by_its_datacenters() -> None:
    """Both say the same two words."""
    transcript = load("consul/1.9-locked")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /v1/agent/self", "GET /v1/catalog/datacenters"]


@pytest.mark.parametrize(
    ("status", "text"), [(404, "404 page not found"), (200, "{}"), (200, "null"), (200, "[1]")]
)
def test_a_denial_of_somebody_else_is_left_to_the_next(status: int, text: str) -> None:
    """Nothing names Consul, so it is not called so."""
    one = load("consul/1.9-locked").with_payload(1, text.encode()).with_reply(1, status=status)
    outcome = replay(PROBE, one.with_payload(1, text.encode()))

    assert isinstance(outcome, Unknown)
    assert (outcome.silence, outcome.service) == (Silence.UNRECOGNISED, None)


@pytest.mark.parametrize(("status", "text"), [(200, "{}"), (404, "404 page not found")])
def test_one_side_of_a_proof_is_none(status: int, text: str) -> None:
    """A decoy that has every service is not called open."""
    outcome = replay(PROBE, load("consul/1.20-open").with_reply(2, status=status, text=text))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_nomads_page_of_the_same_name_is_not_recognised() -> None:
    """It describes itself in other words."""
    page = load("nomad/1.9-open").exchanges[0]

    assert replay(PROBE, Transcript(server="x", exchanges=(page,))) == Unknown(
        Silence.UNRECOGNISED, ""
    )

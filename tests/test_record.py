"""What a finding is called, and how it is written down: rules without a store."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scanner.inferred import Inferred
from scanner.model import (
    Access,
    Assessment,
    Asset,
    Closed,
    Endpoint,
    Holding,
    Outcome,
    Proof,
    Service,
    Severity,
    Silence,
    Status,
    TlsFacts,
    Transport,
    Unknown,
)
from scanner.probe import FRONT, About
from scanner.record import (
    MAX_FIELDS,
    MAX_HOLDINGS,
    MAX_IDENTITY,
    MAX_NAME,
    MAX_TLS_NAMES,
    Look,
    access_of,
    demands_credential,
    finding,
    fingerprint,
    service_seen,
    shows_shut,
)
from tests.exposures import NOON, SCOPE, VANTAGE, day, endpoint

ABOUT = About(
    name="elasticsearch",
    title="Elasticsearch lists its indices to anyone",
    ports=frozenset({9200}),
    front=FRONT,
    asks=(FRONT,),
    proves="a stranger can list the indices",
    cwe=306,
    remedy="Demand a password.",
)
LOOK = Look(
    endpoint=endpoint(),
    tls=None,
    asset=Asset(),
    scope=SCOPE,
    round="r0",
    vantage=VANTAGE,
    at=NOON,
)

IDENTITIES = st.none() | st.text(max_size=MAX_IDENTITY + 5)
SERVICES = st.builds(Service, st.just("Elasticsearch"), st.none() | st.text(), IDENTITIES)
HOLDINGS = st.lists(
    st.builds(
        Holding,
        name=st.text(),
        kind=st.just("index"),
        records=st.none() | st.integers(min_value=0),
    )
).map(tuple)
NAMES = st.text(min_size=1, max_size=MAX_IDENTITY).filter(lambda text: text.strip() == text)
PROBES = st.sampled_from(["redis", "elasticsearch", "mongodb"])
ENDPOINTS = st.builds(
    Endpoint,
    address=st.ip_addresses().map(str),
    port=st.integers(1, 65535),
    transport=st.sampled_from(Transport),
    host=st.none() | st.text(),
)


def opened(service: Service, *holdings: Holding) -> Assessment:
    """Give a verdict of an open door."""
    return Assessment(
        access=Access.OPEN,
        service=service,
        because="the indices were listed",
        proof=Proof("GET /_cat/indices", "listed", "refused"),
        holdings=holdings,
    )


#: What is inferred from names that say nothing.
UNKNOWN = Inferred()


class TestFingerprint:
    """A fingerprint holds identity, not description."""

    @given(SERVICES, st.none() | st.text(), HOLDINGS, HOLDINGS)
    def test_growth_and_upgrades_keep_it(
        self,
        service: Service,
        version: str | None,
        before: tuple[Holding, ...],
        after: tuple[Holding, ...],
    ) -> None:
        """A night's new records, indices or version make no new finding."""
        tonight = opened(service, *before)
        tomorrow = opened(replace(service, version=version), *after)

        first = finding(ABOUT, tonight, LOOK, Severity.HIGH, UNKNOWN)
        second = finding(
            ABOUT, tomorrow, replace(LOOK, round="r1", at=day(1)), Severity.LOW, UNKNOWN
        )

        assert second.fingerprint == first.fingerprint

    @given(ENDPOINTS, ENDPOINTS)
    def test_nodes_of_one_cluster_share_it(self, one: Endpoint, other: Endpoint) -> None:
        """An identity of its own names a service wherever it is met."""
        cluster = Service("Elasticsearch", identity="x1yGZzT3T6Gg")

        assert fingerprint("elasticsearch", cluster, one) == fingerprint(
            "elasticsearch", cluster, other
        )

    @given(st.lists(st.tuples(PROBES, NAMES, ENDPOINTS), min_size=2, max_size=2, unique=True))
    def test_different_things_have_different_names(
        self, pair: list[tuple[str, str, Endpoint]]
    ) -> None:
        """Whatever an identity is spelled like, it imitates no other, and no endpoint."""
        (probe, identity, here), (other, other_identity, there) = pair
        assume((probe, identity) != (other, other_identity))
        assume((probe, _door(here)) != (other, _door(there)))

        named = fingerprint(probe, Service("x", identity=identity), here)
        other_named = fingerprint(other, Service("x", identity=other_identity), there)
        placed = fingerprint(probe, Service("x"), here)
        other_placed = fingerprint(other, Service("x"), there)

        assert len({named, other_named, placed, other_placed}) == 4

    @given(ENDPOINTS, st.none() | st.text())
    def test_without_identity_the_endpoint_names_it_and_not_its_host_name(
        self, here: Endpoint, host: str | None
    ) -> None:
        """Another name pinned to the same address makes no new finding."""
        renamed = msgspec.structs.replace(here, host=host)

        assert fingerprint("redis", Service("Redis"), here) == fingerprint(
            "redis", Service("Redis"), renamed
        )

    @pytest.mark.parametrize("identity", ["", " \t", "x" * (MAX_IDENTITY + 1)])
    def test_what_is_no_identity_is_not_taken_for_one(self, identity: str) -> None:
        """A blank identity would merge strangers; an endless one is a server that plays."""
        service = Service("Redis", identity=identity)

        assert fingerprint("redis", service, endpoint()) == fingerprint(
            "redis", Service("Redis"), endpoint()
        )

    def test_it_stays_the_same_in_every_version_of_this_program(self) -> None:
        """These two are in other people's ticket systems."""
        cluster = Service("Elasticsearch", identity="x1yGZzT3T6Gg")

        assert (
            fingerprint("elasticsearch", cluster, endpoint()) == "27d8d849c68bbf4b3abad1fa004a2066"
        )
        assert (
            fingerprint("redis", Service("Redis"), endpoint(9, 6379))
            == "21fce0184705b316e924980ebfdab5c7"
        )


class TestDraft:
    """What a server says is bounded when it is written down."""

    def test_an_exposure_is_written_down_whole(self) -> None:
        """A draft says what was seen, where, when, and under which permission."""
        seen = finding(
            ABOUT, opened(Service("Elasticsearch", "2.4.6")), LOOK, Severity.HIGH, UNKNOWN
        )

        assert (seen.status, seen.first_seen, seen.last_seen) == (Status.NEW, NOON, NOON)
        assert (seen.probe, seen.title, seen.cwe) == ("elasticsearch", ABOUT.title, 306)
        assert (seen.product, seen.version) == ("Elasticsearch", "2.4.6")
        assert (seen.endpoint, seen.vantage, seen.scope) == (endpoint(), VANTAGE, SCOPE)
        assert seen.severity is Severity.HIGH

    def test_names_and_lists_are_cut_and_the_total_is_kept(self) -> None:
        """A server that lists without end fills neither the history nor a ticket."""
        endless = "x" * 10_000
        holding = Holding(name=endless, kind=endless, fields=(endless,) * (MAX_FIELDS + 1))
        tls = TlsFacts(version="TLSv1.3", cipher="AES", names=(endless,) * 999, issuer=endless)
        service = Service(endless, endless)

        seen = finding(
            ABOUT,
            opened(service, *[holding] * (MAX_HOLDINGS + 1)),
            replace(LOOK, tls=tls),
            Severity.HIGH,
            UNKNOWN,
        )

        cut = "x" * (MAX_NAME - 1) + "…"
        assert (seen.product, seen.version) == (cut, cut)
        assert (len(seen.holdings), seen.holdings_total) == (MAX_HOLDINGS, MAX_HOLDINGS + 1)
        assert seen.holdings[0] == Holding(name=cut, kind=cut, fields=(cut,) * MAX_FIELDS)
        assert seen.tls is not None
        assert (seen.tls.names, seen.tls.issuer) == ((cut,) * MAX_TLS_NAMES, cut)

    def test_a_service_that_is_no_finding_is_written_down_too(self) -> None:
        """A silence keeps the product that was recognised before it."""
        silent = Unknown(Silence.TIMEOUT, "no answer in 10 s", Service("Redis", "7.2"))

        seen = service_seen(ABOUT, silent, LOOK)

        assert (seen.product, seen.version, seen.access) == ("Redis", "7.2", Access.UNKNOWN)
        assert seen.because == "no answer in 10 s"

    def test_a_silence_without_a_product_is_written_down_as_such(self) -> None:
        """Nothing is invented about what did not answer."""
        seen = service_seen(None, Unknown(Silence.TIMEOUT, "no answer in 10 s"), LOOK)

        assert (seen.probe, seen.product, seen.version) == (None, None, None)


def settled(access: Access) -> Assessment:
    """Give a verdict of any access."""
    return replace(opened(Service("Redis")), access=access)


@pytest.mark.parametrize(
    "outcome",
    [
        Closed(),
        settled(Access.LOCKED),
        settled(Access.CLIENT_CERT),
        Unknown(Silence.CLIENT_CERT, "the server demands a client certificate"),
        Unknown(Silence.GUARDED, "every page answered 401"),
    ],
)
def test_a_refused_port_and_a_demanded_credential_show_a_door_shut(outcome: Outcome) -> None:
    """These are observations, and the only ones that end a finding."""
    assert shows_shut(outcome)


@pytest.mark.parametrize(
    "outcome",
    [
        *[Unknown(silence, "") for silence in Silence if silence not in {"client-cert", "guarded"}],
        *[settled(access) for access in Access if access not in {"locked", "client-cert"}],
    ],
)
def test_silence_never_shows_a_door_shut(outcome: Outcome) -> None:
    """An unplugged cable must not fix a breach."""
    assert not shows_shut(outcome)


def test_a_guard_before_an_unnamed_product_is_an_access() -> None:
    """It need not be known what is behind to see that the door is shut."""
    assert access_of(Unknown(Silence.CLIENT_CERT, "")) is Access.CLIENT_CERT
    assert access_of(Unknown(Silence.GUARDED, "")) is Access.LOCKED
    assert access_of(Unknown(Silence.TIMEOUT, "")) is Access.UNKNOWN


def _door(place: Endpoint) -> tuple[str, int, Transport]:
    return place.address, place.port, place.transport


@pytest.mark.parametrize("outcome", [Closed(), Unknown(Silence.TIMEOUT, ""), settled(Access.OPEN)])
def test_only_a_demand_locks_a_door(outcome: Outcome) -> None:
    """A port that refuses is shut, and nobody has locked it."""
    assert not demands_credential(outcome)

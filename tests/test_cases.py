"""A case is named by what its members share: nobody who comes or goes renames it."""

import json
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scanner.age import aged
from scanner.cases import case_of, gather, summary
from scanner.inferred import Category, DataCategory
from scanner.judged import CaseKind
from scanner.model import Asset, Endpoint, Finding, Service, Severity, TlsFacts
from scanner.plaintext import document
from scanner.record import fingerprint
from tests.exposures import day, endpoint, exposure

KEY = TlsFacts(version="TLSv1.3", cipher="AES", key_sha256="ab" * 32)
OTHER_KEY = replace(KEY, key_sha256="cd" * 32)
FAX = (DataCategory(name=Category.FAX_DOCUMENT, confidence=0.9, words=("a service of HylaFAX",)),)


def door(where: Endpoint, *, identity: str | None = None, **changes: object) -> Finding:
    """Give a finding under its proper fingerprint."""
    probe = str(changes.get("probe", "elasticsearch"))
    name = fingerprint(probe, Service(probe, identity=identity), where)
    values = {"tls": None, "product": probe, "asset": Asset(), "endpoint": where, **changes}
    return exposure(fingerprint=name, **values)


def of_kind(kind: CaseKind, *findings: Finding) -> list[set[str]]:
    """Give the doors of each case of one kind."""
    return [{str(one) for one in case.endpoints} for case in gather(findings) if case.kind is kind]


HERE, THERE = endpoint(7), endpoint(8)
SIX = Endpoint(address="2001:db8::7", port=9200)


class TestOneService:
    """What makes several doors one service's."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (door(HERE, identity="uuid"), door(THERE, identity="uuid")),
            (door(HERE, identity="uuid", tls=KEY), door(THERE, identity="uuid", tls=OTHER_KEY)),
            (door(HERE, tls=KEY), door(SIX, tls=KEY)),
            (
                door(replace(HERE, host="es.example.org")),
                door(replace(SIX, host="es.example.org")),
            ),
        ],
    )
    def test_doors_of_one_service_are_one_case(self, one: Finding, other: Finding) -> None:
        """Nodes of a cluster, owners of one key, families of one name."""
        assert case_of(one) == case_of(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (door(HERE), door(THERE)),
            (door(HERE, identity="uuid", tls=KEY), door(THERE, identity="other", tls=KEY)),
            (door(HERE, tls=KEY), door(HERE, tls=OTHER_KEY)),
            (door(HERE, tls=KEY), door(HERE, tls=KEY, probe="redis")),
            (
                door(replace(HERE, host="es.example.org")),
                door(replace(HERE, host="es.example.org", port=9201)),
            ),
        ],
    )
    def test_others_are_not(self, one: Finding, other: Finding) -> None:
        """A wildcard's key behind two products, two clusters, two ports: two problems."""
        assert case_of(one) != case_of(other)

    def test_a_new_certificate_does_not_rename_it(self) -> None:
        """What the history says of a door goes before what the door shows now."""
        before = replace(door(HERE, tls=KEY), round="r0", case="c1")
        now = replace(door(HERE, tls=OTHER_KEY), round="r1", case="c2")

        assert aged(now, before, None).case == "c1"


class TestWider:
    """What joins findings of several services."""

    def test_a_fax_server_beside_a_store_is_a_case(self) -> None:
        """The shape of the incident: both on one host."""
        store = door(HERE)
        fax = door(endpoint(7, 4559), probe="hylafax", categories=FAX)

        assert of_kind(CaseKind.HOST, store, fax) == [{"192.0.2.7:9200", "192.0.2.7:4559"}]
        assert of_kind(CaseKind.HOST, store, door(endpoint(7, 6379), probe="redis")) == []
        assert of_kind(CaseKind.HOST, store, replace(fax, endpoint=endpoint(8, 4559))) == []

    def test_one_product_at_three_sites_is_one_case(self) -> None:
        """Three laboratories with the same software have one problem."""
        labs = [door(endpoint(n), asset=Asset(site=f"lab {n}")) for n in (1, 2, 3)]

        assert of_kind(CaseKind.PRODUCT, *labs) == [
            {"192.0.2.1:9200", "192.0.2.2:9200", "192.0.2.3:9200"}
        ]
        assert of_kind(CaseKind.PRODUCT, labs[0], replace(labs[1], asset=labs[0].asset)) == []

    def test_what_one_owner_has_open_is_a_case(self) -> None:
        """Somebody is asked once; a single finding needs no second case."""
        mine = [door(endpoint(n), asset=Asset(owner="Radiology")) for n in (1, 2)]

        assert of_kind(CaseKind.OWNER, *mine) == [{"192.0.2.1:9200", "192.0.2.2:9200"}]
        assert of_kind(CaseKind.OWNER, mine[0]) == []


def test_a_case_is_as_grave_and_as_due_as_the_worst_of_it() -> None:
    """And gives what a team needs to begin."""
    nodes = [
        door(HERE, identity="u", severity=Severity.LOW, due=day(9), first_seen=day(1)),
        door(THERE, identity="u", severity=Severity.CRITICAL, due=day(3), first_seen=day(2)),
    ]

    (case,) = gather(nodes)

    assert (case.severity, case.due, case.first_seen) == (Severity.CRITICAL, day(3), day(1))
    assert (case.findings, case.endpoints) == ((nodes[0].fingerprint,), (HERE, THERE))
    assert summary(case) == (
        "critical  service  elasticsearch: findings 1, doors 2, due 2026-03-04  " + case.case
    )


def test_a_case_is_a_published_object() -> None:
    """It says which."""
    (case,) = gather([door(HERE)])

    assert json.loads(document(case))["schema"] == "ronde.case/1"


def test_what_a_server_said_is_never_obeyed() -> None:
    """Terminal sequences are escaped."""
    (case,) = gather([replace(door(HERE), product="\x1b[2J")])

    assert "\x1b" not in summary(case)


DOORS = st.builds(
    door,
    st.builds(
        Endpoint,
        address=st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1"]),
        port=st.sampled_from([4559, 9200]),
        host=st.sampled_from([None, "a.example", "b.example"]),
    ),
    identity=st.sampled_from([None, "u1", "u2"]),
    probe=st.sampled_from(["elasticsearch", "hylafax"]),
    tls=st.sampled_from([None, KEY, OTHER_KEY]),
    asset=st.builds(
        Asset,
        site=st.sampled_from([None, "north", "south"]),
        owner=st.sampled_from([None, "Radiology", "IT"]),
    ),
    severity=st.sampled_from(list(Severity)),
    categories=st.sampled_from([(), FAX]),
)


@given(findings=st.lists(DOORS, max_size=8), data=st.data())
def test_the_order_of_findings_changes_nothing(
    findings: list[Finding], data: st.DataObject
) -> None:
    """Two rounds that see the same in another order give the same cases."""
    shuffled = data.draw(st.permutations(findings))

    assert gather(shuffled) == gather(findings)


@given(findings=st.lists(DOORS, min_size=1, max_size=8))
def test_a_member_that_comes_or_goes_renames_nothing(findings: list[Finding]) -> None:
    """Who stays in a case knows it by the name that it had."""
    before = {case.case: case for case in gather(findings)}
    after = {case.case: case for case in gather(findings[1:])}

    assert after.keys() <= before.keys()
    assert all(set(after[name].findings) <= set(before[name].findings) for name in after)
    assert all(before[name].severity.reaches(after[name].severity) for name in after)


@given(findings=st.lists(DOORS, min_size=1, max_size=8))
def test_whatever_a_door_shows_from_round_to_round_its_case_keeps_its_name(
    findings: list[Finding],
) -> None:
    """A certificate that is renewed, a name that the scope gave or took, another owner."""
    looks = (
        replace(one, fingerprint="f1", endpoint=HERE, round=f"r{number}", case=case_of(one))
        for number, one in enumerate(findings)
    )

    rounds = list(accumulate(looks, lambda before, now: aged(now, before, None)))

    assert {one.case for one in rounds} == {case_of(findings[0])}


@given(findings=st.lists(DOORS, max_size=8))
def test_every_finding_is_in_exactly_one_case_of_its_service(findings: list[Finding]) -> None:
    """None is lost, and none is counted twice."""
    services = [case for case in gather(findings) if case.kind is CaseKind.SERVICE]

    assert {case.case for case in services} == {case_of(one) for one in findings}
    assert {name for case in services for name in case.findings} == {
        one.fingerprint for one in findings
    }

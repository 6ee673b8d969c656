"""What a round and a worker tell each other is read as it was meant."""

from typing import cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes import PROBES
from scanner.account import Leg
from scanner.crew.messages import Seen, Stand, Word
from scanner.model import (
    Access,
    Assessment,
    Closed,
    Holding,
    Outcome,
    Proof,
    Service,
    Silence,
    TlsFacts,
    Unknown,
)
from scanner.plan import Plan, Shard
from scanner.probe import Visit
from scanner.sweep import State
from tests.exposures import NOON, endpoint

ABOUTS = {probe.about.name: probe.about for probe in PROBES}

OPEN = Assessment(
    access=Access.OPEN,
    service=Service("redis", "7.2.4", "a-name"),
    because="3 keys",
    proof=Proof("DBSIZE", "3", "unknown command"),
    holdings=(Holding(name="db0", kind="database", records=3, created=NOON, fields=("ssn",)),),
    holdings_total=1,
)

VISITS = st.builds(
    Visit,
    endpoint=st.just(endpoint()),
    outcome=st.one_of(
        st.just(OPEN),
        st.just(Closed()),
        st.builds(Unknown, st.sampled_from(Silence), st.text(), st.builds(Service, st.text())),
    ),
    about=st.sampled_from([None, *ABOUTS.values()]),
    tls=st.sampled_from([None, TlsFacts(version="TLSv1.3", cipher="AES", not_after=NOON)]),
    labels=st.lists(st.text(), max_size=2).map(tuple),
)


def over_the_wire(word: Word) -> Word:
    """Encode and decode a word."""
    return cast("Word", msgspec.msgpack.decode(msgspec.msgpack.encode(word), type=Word))


@given(visit=VISITS)
def test_a_visit_is_handed_over_as_it_was(visit: Visit) -> None:
    """Outcome, probe, certificate and labels: nothing is lost between two processes."""
    seen = over_the_wire(Seen.of(3, visit))

    assert isinstance(seen, Seen)
    assert seen.shard == 3
    assert seen.visit(ABOUTS) == visit


@pytest.mark.parametrize("outcome", [OPEN, Closed(), Unknown(Silence.TIMEOUT, "late")], ids=repr)
def test_each_of_the_three_meanings_stays_what_it_is(outcome: Outcome) -> None:
    """No verdict becomes another on its way."""
    seen = Seen.of(0, Visit(endpoint=endpoint(), outcome=outcome))

    assert seen.visit({}).outcome == outcome


def test_a_claim_without_its_proof_is_refused_here_too() -> None:
    """A worker that lost its mind cannot make the round claim what nobody proved."""
    seen = Seen.of(0, Visit(endpoint=endpoint(), outcome=OPEN))
    claimed = msgspec.to_builtins(seen)
    claimed["assessment"]["proof"] = None

    with pytest.raises(msgspec.ValidationError, match="without a proof"):
        msgspec.convert(claimed, Seen)


@given(data=st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    """It is a word, or it is an error: never anything else."""
    try:
        word = msgspec.msgpack.decode(data, type=Word)
    except msgspec.DecodeError:
        return
    assert isinstance(word, Word)


def test_a_shard_stands_here_as_it_stands_there() -> None:
    """The round's count of it is replaced, not added to: a report may come again."""
    shard = Shard(Plan(()), 0, 1)
    theirs, ours = Leg(shard, pending=0, passed_by=1, catch_all=2), Leg(shard)
    theirs.sweep.planned = 9
    theirs.sweep.counts[State.OPEN] = 4
    stand = Stand.of(theirs)

    stand.update(ours)
    stand.update(ours)

    assert stand.over
    assert ours.tally() == theirs.tally()
    assert (ours.sweep.planned, ours.passed_by) == (9, 1)

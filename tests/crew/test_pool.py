"""Which shard comes next, and when one is given up."""

from scanner.account import Leg
from scanner.crew.pool import MAX_DEATHS, Nothing, Pool
from scanner.plan import Plan, Shard

PLAN = Plan(())


def pool(count: int) -> Pool:
    """Give a pool of so many shards."""
    return Pool(PLAN.shards(count), Leg)


def dealt(shards: Pool, *has: Leg) -> Leg:
    """Deal a shard, which there must be."""
    leg = shards.deal(has)
    assert isinstance(leg, Leg)
    return leg


def test_each_shard_is_dealt_once() -> None:
    """In their order, until there are none."""
    shards = pool(3)

    assert [dealt(shards).shard for _ in range(3)] == [Shard(PLAN, n, 3) for n in range(3)]
    assert shards.deal([]) is Nothing.LEFT


def test_a_shard_whose_worker_died_goes_to_one_that_has_no_other() -> None:
    """And before shards that nobody has begun."""
    shards = pool(3)
    lost, kept = dealt(shards), dealt(shards)

    assert shards.bring_back(lost)
    assert dealt(shards, kept).shard.number == 2
    assert shards.deal([kept]) is Nothing.YET
    assert dealt(shards) is lost
    assert shards.deal([]) is Nothing.LEFT


def test_a_shard_that_is_walked_again_is_walked_alone() -> None:
    """If it kills this worker too, no other shard is to blame."""
    shards = pool(2)
    lost = dealt(shards)
    shards.bring_back(lost)

    assert dealt(shards) is lost
    assert shards.deal([lost]) is Nothing.YET
    assert dealt(shards).shard.number == 1


def test_a_shard_that_kills_every_worker_is_given_up() -> None:
    """After three of them; the others are still walked."""
    shards = pool(2)
    deadly = dealt(shards)

    assert [shards.bring_back(deadly), shards.bring_back(dealt(shards))] == [True, True]
    assert shards.bring_back(dealt(shards)) is False
    assert MAX_DEATHS == 3
    assert dealt(shards).shard.number == 1

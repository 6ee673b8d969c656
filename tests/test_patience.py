"""Deadlines count the peer's time only."""

import anyio
import pytest

from scanner.patience import Patience

pytestmark = pytest.mark.anyio


async def test_a_deadline_that_passes_is_a_time_out() -> None:
    """Whoever waits in the block is woken."""
    with pytest.raises(TimeoutError), Patience().deadline(0.01):
        await anyio.sleep_forever()


async def test_the_innermost_deadline_ends_its_own_block() -> None:
    """A deadline inside another does not wait for the other."""
    patience = Patience()
    with patience.deadline(60), pytest.raises(TimeoutError), patience.deadline(0.01):
        await anyio.sleep_forever()


async def test_our_own_wait_is_not_counted() -> None:
    """Every deadline around it stands still."""
    patience = Patience()
    with patience.deadline(0.2), patience.deadline(0.2), patience.unhurried():
        await anyio.sleep(0.3)


async def test_a_deadline_runs_on_after_our_wait() -> None:
    """It stood still; it was not lifted."""
    patience = Patience()

    async def wait_and_sleep() -> None:
        with patience.unhurried():
            await anyio.sleep(0.02)
        await anyio.sleep_forever()

    with pytest.raises(TimeoutError), patience.deadline(0.01):
        await wait_and_sleep()


async def test_a_wait_of_ours_can_still_be_cancelled() -> None:
    """What stands still is the peer's deadline, not the end of the round."""
    patience = Patience()
    with anyio.move_on_after(0.01) as end:
        with patience.deadline(60), patience.unhurried():
            await anyio.sleep_forever()
    assert end.cancelled_caught

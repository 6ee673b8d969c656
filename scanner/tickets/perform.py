"""One errand at a tracker whose tickets can be looked at: look first, then the fewest writes."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from scanner.ourside import Rehearsed
from scanner.ticket import Errand, Kind, State
from scanner.tickets.base import ByHand, Exists, Parked, Remote, Tracker

#: What is worth a new ticket where the old one was deleted; the others are about a ticket.
_WORTH_A_TICKET = frozenset({Kind.CREATE, Kind.CHANGE, Kind.REOPEN})


@dataclass(frozen=True, slots=True)
class Performer:
    """Does errands such that doing one again, after any failure, leaves what doing it once leaves.

    `noted` writes down that the note of an errand was given: it is the one thing that cannot be
    looked for afterwards. `begins` is told before a ticket is created.
    """

    tracker: Tracker
    policy: ByHand
    noted: Callable[[Errand], None]
    begins: Callable[[Errand], None]

    async def perform(self, errand: Errand, known: str | None) -> Remote | None:
        """Do an errand, and give the ticket as it is then; None if it was deleted.

        Raises:
            Undelivered: it was not done, or it is not known whether it was.
            Unreached: likewise.
            Rehearsed: a ticket would be created now.
        """
        draft, creates = errand.action.draft, errand.action.kind in _WORTH_A_TICKET
        ticket = await self.tracker.look(known) if known else None
        if ticket is None and not (creates and self.tracker.unique):
            ticket = await self.tracker.find(draft.key)
        if ticket is None and creates:
            self.begins(errand)
            try:
                return await self.tracker.create(draft)
            except Exists as error:
                ticket = await self.tracker.find(draft.key)
                if ticket is None:
                    raise Parked(f"{error}, and does not show it to us") from error
        return ticket and await self._brought(errand, ticket)

    async def _brought(self, errand: Errand, ticket: Remote) -> Remote:
        """Bring a ticket that is there to where it should be."""
        kind, note = errand.action.kind, errand.action.note
        is_open = ticket.state is State.OPEN
        if kind is Kind.CLOSE:
            if is_open:
                await self._tell(errand, ticket)
                await _written(self.tracker.close(ticket.id, note))
            return replace(ticket, state=State.CLOSED)
        if kind is Kind.UPDATE and not is_open:
            return ticket
        if not is_open and self._reopens(kind):
            await _written(self.tracker.reopen(ticket.id, note))
            ticket = replace(ticket, state=State.OPEN)
        await _written(self.tracker.update(ticket.id, errand.action.draft))
        await self._tell(errand, ticket)
        return ticket

    def _reopens(self, kind: Kind) -> bool:
        """Tell whether a closed ticket is opened again; somebody may have closed it by hand."""
        if kind is Kind.CHANGE:
            return self.policy is ByHand.UNTIL_CHANGE
        return kind in {Kind.CREATE, Kind.REOPEN}

    async def _tell(self, errand: Errand, ticket: Remote) -> None:
        if errand.action.note and not errand.noted:
            await _written(self.tracker.comment(ticket.id, errand.action.note))
            self.noted(errand)


async def _written(call: Awaitable[None]) -> None:
    """Make a write; in a rehearsal it is told instead, and the next one follows."""
    with suppress(Rehearsed):
        await call

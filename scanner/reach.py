"""What a round reached of one part of its plan: a range, an owner's addresses, a probe's ports."""

import msgspec


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """Endpoints by what became of them; nothing is known of those that did not answer.

    `planned = reached + closed + filtered + unreachable + sum(skipped)`.
    """

    planned: int
    reached: int
    closed: int
    filtered: int
    unreachable: int
    skipped: dict[str, int] = {}

    @property
    def answered(self) -> int:
        """How many endpoints said themselves whether they are open."""
        return self.reached + self.closed

    @property
    def due(self) -> int:
        """How many endpoints were to be visited, those left out aside."""
        return self.planned - sum(self.skipped.values())

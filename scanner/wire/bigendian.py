"""A cursor over big-endian bytes: what Kafka, ZooKeeper, AMQP and OpenWire are written in."""

from scanner.wire import Garbled


def length_prefixed(data: bytes, most: int) -> int | None:
    """Give the length of the first frame that a signed 32-bit length announces, or None so far.

    Raises:
        Garbled: a length that is negative or beyond `most`.
    """
    if data[:1] > b"\x7f" or int.from_bytes(data[:4].ljust(4, b"\0")) > most:
        raise Garbled(f"a frame that is not between 0 and {most} bytes long")
    if len(data) < 4:  # noqa: PLR2004 - the length itself
        return None
    size = 4 + int.from_bytes(data[:4])
    return size if len(data) >= size else None


class Cursor:
    """One pass over a frame; every step checks that its bytes are there."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes, at: int = 0) -> None:
        """Stand at a place of the frame."""
        self.data = data
        self.at = at

    @property
    def left(self) -> int:
        """How many bytes are not read yet."""
        return len(self.data) - self.at

    def take(self, size: int) -> bytes:
        """Read so many bytes.

        Raises:
            Garbled: fewer are left, or the size is negative.
        """
        if not 0 <= size <= self.left:
            raise Garbled("a field that is longer than its frame")
        self.at += size
        return self.data[self.at - size : self.at]

    def integer(self, size: int) -> int:
        """Read a signed integer of so many bytes."""
        return int.from_bytes(self.take(size), signed=True)

    def count(self, size: int = 4, *, least: int = 1) -> int:
        """Read how many elements follow, each of at least so many bytes; -1 is none.

        Raises:
            Garbled: more than the frame can hold, so that nobody makes us walk for nothing.
        """
        number = self.integer(size)
        if not -1 <= number <= self.left // least:
            raise Garbled("more elements than the frame can hold")
        return max(number, 0)

    def blob(self, size: int) -> bytes | None:
        """Read bytes behind a signed length of `size` bytes; -1 is null."""
        length = self.integer(size)
        return None if length == -1 else self.take(length)

    def text(self, size: int) -> str:
        """Read text behind a signed length of `size` bytes; null reads as the empty one."""
        return (self.blob(size) or b"").decode("utf-8", "replace")

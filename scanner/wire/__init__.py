"""Framing and codecs: pure functions from untrusted bytes to values, each with its cap."""


class Garbled(Exception):
    """A peer's bytes are not what its protocol says. The message never holds those bytes."""

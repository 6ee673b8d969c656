"""Gives up what only opening raw sockets took: capabilities(7) of Linux, dropped for good.

Capabilities belong to threads. Call it before others are started: they inherit what is left.
"""

import ctypes
import os

from scanner.model import Refused

#: CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH and CAP_FOWNER. Root keeps them, if it has
#: them: history and outputs may lie in a folder of the user who runs the nightly rounds.
FOR_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3

#: Linux's own numbers [include/uapi/linux/capability.h, include/uapi/linux/prctl.h].
_VERSION_3 = 0x20080522
_SET_NO_NEW_PRIVILEGES = 38


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Half(ctypes.Structure):
    """Half of the 64 capabilities, in three sets."""

    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def drop_privilege() -> None:
    """Keep no capability but those for files, and let no program that is started gain any.

    Raises:
        Refused: the kernel would not; who asked for less must not go on with more.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    header, halves = _Header(_VERSION_3, 0), (_Half * 2)()
    _checked(libc.capget(ctypes.byref(header), ctypes.byref(halves)))
    kept = halves[0].permitted & FOR_FILES
    less = (_Half * 2)(_Half(kept, kept, 0))
    _checked(libc.capset(ctypes.byref(header), ctypes.byref(less)))
    _checked(libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0))


def _checked(returned: int) -> None:
    if returned:
        why = os.strerror(ctypes.get_errno())
        raise Refused(f"the privilege for raw sockets cannot be given up again: {why}")

"""Many packets in one system call: Linux's `sendmmsg` and `recvmmsg`, which Python does not have.

Their arguments are laid out once; from then on numpy fills the packets in. No audit event tells
of what is sent here, so whoever calls this must have compared every destination with the scope.
"""

import ctypes
import os
import socket
import sys

import numpy as np

#: The kernel takes no more at a time (UIO_MAXIOV).
MOST = 1024

_ADDRESS_LENGTH = {socket.AF_INET: 16, socket.AF_INET6: 28}
_ADDRESS_AT = {socket.AF_INET: slice(4, 8), socket.AF_INET6: slice(8, 24)}


class _Piece(ctypes.Structure):
    """`struct iovec`."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """`struct msghdr`."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("pieces", ctypes.c_void_p),
        ("piece_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """`struct mmsghdr`."""

    _fields_ = (("header", _Header), ("length", ctypes.c_uint))


class Calls:
    """The two calls. Make it before the guard watches: the guard lets no library be loaded."""

    def __init__(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self.send, self.receive = libc.sendmmsg, libc.recvmmsg
        common = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
        self.send.argtypes = common
        self.receive.argtypes = (*common, ctypes.c_void_p)


class Mail:
    """Room for `MOST` packets of one family and length, with an address beside each."""

    def __init__(self, calls: Calls, family: socket.AddressFamily, length: int) -> None:
        self.rows = np.zeros((MOST, length), np.uint8)
        self._calls = calls
        self._names = np.zeros((MOST, _ADDRESS_LENGTH[family]), np.uint8)
        self._names[:, :2] = np.frombuffer(int(family).to_bytes(2, sys.byteorder), np.uint8)
        self.addresses = self._names[:, _ADDRESS_AT[family]]
        self._pieces = (_Piece * MOST)()
        self._messages = (_Message * MOST)()
        for place, (piece, message) in enumerate(zip(self._pieces, self._messages, strict=True)):
            piece.base, piece.length = self.rows[place].ctypes.data, length
            header = message.header
            header.name, header.name_length = self._names[place].ctypes.data, self._names.shape[1]
            header.pieces, header.piece_count = ctypes.addressof(piece), 1

    def send(self, sock: socket.socket, first: int, end: int) -> int:
        """Send the packets from one place to before another; give how many went out.

        Raises:
            OSError: the first of them could not be sent.
        """
        start = ctypes.byref(self._messages, first * ctypes.sizeof(_Message))
        return _checked(self._calls.send(sock.fileno(), start, end - first, 0))

    def receive(self, sock: socket.socket) -> int:
        """Take in what has arrived, at most `MOST` packets; give how many. Does not wait.

        Raises:
            OSError: the socket failed.
        """
        flags = socket.MSG_DONTWAIT
        try:
            return _checked(self._calls.receive(sock.fileno(), self._messages, MOST, flags, None))
        except BlockingIOError:
            return 0

    def wipe(self, count: int) -> None:
        """Zero the first rows, so that a shorter packet is not read on into an older one."""
        self.rows[:count] = 0


def _checked(returned: int) -> int:
    if returned < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return returned

"""Runs a command where nothing but loopback exists: `python tests/lab/namespace.py -- COMMAND…`.

Some servers listen on every address whatever their settings say. Inside a network namespace of
their own, "every address" is loopback, and nothing that they send can leave.
"""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

SECOND_ADDRESS = "198.18.0.1"
"""A second local address (RFC 2544), for servers that turn away all but loopback clients."""

_SET_UP = f'ip link set lo up && ip address add {SECOND_ADDRESS}/32 dev lo && exec "$@"'
_SIOCGIFFLAGS = 0x8913
_IFF_UP = 0x1


def only_loopback() -> bool:
    """Whether no interface but loopback is up: then a wildcard listener is out of reach."""
    return not any(_is_up(name) for _, name in socket.if_nameindex() if name != "lo")


def has_second_address() -> bool:
    """Whether SECOND_ADDRESS is ours, as it is inside the namespace made here."""
    with socket.socket() as probe:
        try:
            probe.bind((SECOND_ADDRESS, 0))
        except OSError:
            return False
    return True


def inside(command: list[str]) -> list[str]:
    """`command`, wrapped so that it runs in a fresh namespace with loopback up."""
    unshare = ["unshare", "--net"]
    if os.geteuid() != 0:
        # The caller keeps its own uid (Elasticsearch refuses uid 0), so the capability to raise
        # `lo` has to be kept explicitly.
        unshare += ["--user", "--map-current-user", "--keep-caps"]
    return [*unshare, "--", "sh", "-c", _SET_UP, "sh", *command]


def available() -> str | None:
    """None when a namespace can be made here, else the reason why it cannot."""
    for tool in ("unshare", "ip"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    tried = subprocess.run(  # noqa: S603  # our own argument list, no shell words from outside
        inside(["true"]), check=False, capture_output=True, text=True
    )
    return None if tried.returncode == 0 else tried.stderr.strip() or "unshare failed"


def main(arguments: list[str]) -> int:
    """Becomes the command; returns only when there is none to become."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        sys.stderr.write("usage: namespace.py -- COMMAND…\n")
        return 2
    if (why := available()) is None:
        command = inside(command)
    else:
        sys.stderr.write(f"namespace.py: no namespace here ({why}); running plainly\n")
    return os.execvp(command[0], command)  # noqa: S606  # becoming the command is this file's purpose


def _is_up(name: str) -> bool:
    request = struct.pack("256s", name.encode()[:15])
    with socket.socket() as any_socket:
        reply = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request)
    return bool(struct.unpack_from("H", reply, 16)[0] & _IFF_UP)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

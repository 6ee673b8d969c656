"""Two network namespaces joined by a virtual link: one to scan from, one that answers.

Nothing leaves them: they have no other link and no default route. All addresses are from
198.18.0.0/15, which RFC 2544 sets aside for benchmarks.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: Every address here is the far side's own, and nobody listens: connections are refused.
REFUSING = "198.18.0.0/16"

#: The far side drops what goes here: no answer ever comes.
DROPPING = "198.19.1.0/24"

#: The far side answers with ICMP "host unreachable".
UNREACHABLE = "198.19.2.0/24"

#: The far side answers with ICMP "administratively prohibited".
PROHIBITED = "198.19.3.0/24"


def why_not() -> str | None:
    """Say why no namespaces can be had here, or None."""
    if sys.platform != "linux":
        return "network namespaces are of Linux"
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "`ip` (iproute2) is not installed"
    tried = subprocess.run(  # noqa: S603 - our own words
        ["ip", "netns", "add", _name("try")],  # noqa: S607 - found above
        check=False,
        capture_output=True,
        text=True,
    )
    if tried.returncode != 0:
        return f"`ip netns add` failed: {tried.stderr.strip()}"
    _ip("netns", "delete", _name("try"))
    return None


@contextmanager
def laboratory() -> Iterator[list[str]]:
    """Build both namespaces; give the words that run a command in the scanning one."""
    here, there = _name("here"), _name("there")
    _ip("netns", "add", here)
    _ip("netns", "add", there)
    try:
        _join(here, there)
        yield ["ip", "netns", "exec", here]
    finally:
        _ip("netns", "delete", here)
        _ip("netns", "delete", there)


def _join(here: str, there: str) -> None:
    _ip("link", "add", "near", "netns", here, "type", "veth", "peer", "name", "far", "netns", there)
    for name, link, address in ((here, "near", "198.19.0.1/30"), (there, "far", "198.19.0.2/30")):
        _ip("-n", name, "address", "add", address, "dev", link)
        _ip("-n", name, "link", "set", link, "up")
        _ip("-n", name, "link", "set", "lo", "up")
    for network in (REFUSING, DROPPING, UNREACHABLE, PROHIBITED):
        _ip("-n", here, "route", "add", network, "via", "198.19.0.2")
    _ip("-n", there, "route", "add", "local", REFUSING, "dev", "lo")
    _ip("-n", there, "route", "add", "blackhole", DROPPING)
    _ip("-n", there, "route", "add", "unreachable", UNREACHABLE)
    _ip("-n", there, "route", "add", "prohibit", PROHIBITED)
    forward = "echo 1 > /proc/sys/net/ipv4/ip_forward"
    _ip("netns", "exec", there, "sh", "-c", forward)


def _name(role: str) -> str:
    return f"ronde-{os.getpid()}-{role}"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)  # noqa: S603, S607 - our own words; found by why_not

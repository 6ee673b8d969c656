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
from typing import NamedTuple

#: The scanning side's end of the link, and the address of the answering side's.
LINK, GATEWAY = "near", "198.19.0.2"

#: Every address here is the far side's own, and nobody listens: connections are refused.
REFUSING = "198.18.0.0/16"

#: The far side drops what goes here: no answer ever comes.
DROPPING = "198.19.1.0/24"

#: The far side rejects what goes here.
UNREACHABLE = "198.19.2.0/24"
PROHIBITED = "198.19.3.0/24"

#: One that drops and one that rejects, large enough to cost a whole round something.
DARK = "198.19.16.0/22"
FENCED = "198.19.32.0/22"

#: With which ICMP error each is rejected, by a firewall as on most networks. A `prohibit` route
#: would say the same, but to one address only once a second (`route.error_cost`, which is the
#: whole machine's and not a namespace's to set): all other endpoints would seem to drop.
REJECTING = {
    UNREACHABLE: "icmp-host-unreachable",
    PROHIBITED: "icmp-admin-prohibited",
    FENCED: "icmp-admin-prohibited",
}

#: Settings of the answering side, for it to be no bottleneck: a queue that holds every connection
#: of a burst, and an ICMP answer for each packet that is owed one (`icmp_msgs_burst` bounds what
#: leaves within 20 ms, however many a second are allowed).
GENEROUS = {
    "net/ipv4/ip_forward": "1",
    "net/core/somaxconn": "65535",
    "net/ipv4/icmp_ratelimit": "0",
    "net/ipv4/icmp_msgs_per_sec": "1000000",
    "net/ipv4/icmp_msgs_burst": "100000",
}


class Rooms(NamedTuple):
    """The words that run a command on either side."""

    here: list[str]
    there: list[str]


def why_not() -> str | None:
    """Say why no namespaces can be had here, or None."""
    if sys.platform != "linux":
        return "network namespaces are of Linux"
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program in ("ip", "iptables"):
        if shutil.which(program) is None:
            return f"`{program}` is not installed"
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
    with rooms() as (inside, _):
        yield inside


@contextmanager
def rooms() -> Iterator[Rooms]:
    """Build both namespaces, and take them down in the end."""
    here, there = _name("here"), _name("there")
    _ip("netns", "add", here)
    _ip("netns", "add", there)
    try:
        _join(here, there)
        yield Rooms(["ip", "netns", "exec", here], ["ip", "netns", "exec", there])
    finally:
        _ip("netns", "delete", here)
        _ip("netns", "delete", there)


def _join(here: str, there: str) -> None:
    _ip("link", "add", LINK, "netns", here, "type", "veth", "peer", "name", "far", "netns", there)
    for name, link, address in ((here, LINK, "198.19.0.1/30"), (there, "far", f"{GATEWAY}/30")):
        _ip("-n", name, "address", "add", address, "dev", link)
        _ip("-n", name, "link", "set", link, "up")
        _ip("-n", name, "link", "set", "lo", "up")
    for network in (REFUSING, DROPPING, DARK, *REJECTING):
        _ip("-n", here, "route", "add", network, "via", GATEWAY)
    _ip("-n", there, "route", "add", "local", REFUSING, "dev", "lo")
    _ip("-n", there, "route", "add", "blackhole", DROPPING)
    _ip("-n", there, "route", "add", "blackhole", DARK)
    for network, error in REJECTING.items():
        _ip("-n", there, "route", "add", network, "dev", "far")
        rule = ("-A", "FORWARD", "-d", network, "-j", "REJECT", "--reject-with", error)
        _ip("netns", "exec", there, "iptables", *rule)
    for setting, value in GENEROUS.items():
        said = f"[ ! -w /proc/sys/{setting} ] || echo {value} > /proc/sys/{setting}"
        _ip("netns", "exec", there, "sh", "-c", said)


def _name(role: str) -> str:
    return f"ronde-{os.getpid()}-{role}"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)  # noqa: S603, S607 - our own words; found by why_not

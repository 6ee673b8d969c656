"""What answers over UDP: an agent, a boot server, a SIP server, a fax gateway, a cache."""

import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scanner.model import Transport
from scanner.probe import Datagram, Ends
from tests.lab.servers.keyvalue import said
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    NotStarted,
    NotYet,
    Program,
    Running,
    free_port,
    hand_over,
    require,
    said_by,
    unprivileged,
)
from tests.lab.servers.process import running as process_running
from tests.lab.servers.standing import Place, place

_AGENT = "agentaddress udp:{address}:{port}\nrocommunity {canary}\nsysName {canary}\n"
_SIP = """\
#!KAMAILIO
debug=1
log_stderror=yes
fork=no
children=1
listen=udp:{address}:{port}
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
request_route {{
  if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
  sl_send_reply("401", "Unauthorized");
}}
"""
SCENARIO = """\
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="OPTIONS">
  <recv request="OPTIONS" crlf="true"></recv>
  <send><![CDATA[
SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
{rest}
  ]]></send>
</scenario>
"""
CHALLENGE = 'WWW-Authenticate: Digest realm="lab", nonce="abc"\nContent-Length: 0\n'
FAX = """\
Server: LabFaxGateway/1.0
Accept: application/sdp
Content-Type: application/sdp
Content-Length: [len]

v=0
o=labfax 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=image 4000 udptl t38
a=T38FaxVersion:0
"""


@contextmanager
def snmpd(*, canary: str = CANARY) -> Iterator[Running]:
    """An agent whose community and name are the canary."""
    with place("snmpd", port=free_port(socket.SOCK_DGRAM)) as at:
        program = require("snmpd", at.name, "snmpd")
        text = _AGENT.format(address=LOOPBACK, port=at.port, canary=canary)
        argv = (program, "-f", "-Lo", "-C", "-c", at.write("snmpd.conf", text), "-p", at.home / "p")
        env = {"SNMP_PERSISTENT_DIR": str(at.home / "kept")}
        with _standing(at, Program(argv, env), "snmp", lambda: _version(program, "-v")) as server:
            yield server


@contextmanager
def tftpd(*, canary: str = CANARY) -> Iterator[Running]:
    """A boot server with one file."""
    if os.geteuid() != 0:
        raise NotStarted("tftpd", "changes its root, which needs root")
    with place("tftpd", port=free_port(socket.SOCK_DGRAM)) as at:
        program = require("in.tftpd", at.name, "tftpd-hpa")
        at.write("files/telephone.cfg", canary)
        where = ("--address", f"{LOOPBACK}:{at.port}", "--secure", at.home / "files")
        argv = (program, "-4", "--foreground", "--listen", "--user", "nobody", *where)
        with _standing(
            at,
            Program(argv),
            "tftp",
            lambda: _version(program, "-V"),
            (at.home / "files/telephone.cfg").read_text,
        ) as server:
            yield server


@contextmanager
def kamailio(*, canary: str = CANARY) -> Iterator[Running]:
    """A SIP server that says what it can do, and demands a credential of all else."""
    del canary  # it keeps nothing
    with place("kamailio", port=free_port(socket.SOCK_DGRAM)) as at:
        program = require("kamailio", at.name, "kamailio")
        settings = at.write("kamailio.cfg", _SIP.format(address=LOOPBACK, port=at.port))
        argv = (program, "-f", settings, "-DD", "-E", "-Y", at.home, "-P", at.home / "pid")
        with _standing(at, Program(argv), "sip", lambda: _version(program, "-v")) as server:
            yield server


@contextmanager
def fax_gateway(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """Sipp in the part of a T.38 gateway, or of one that demands a credential."""
    del canary  # it keeps nothing
    with place("sipp", "locked" if locked else "open", port=free_port(socket.SOCK_DGRAM)) as at:
        program = require("sipp", at.name, "sip-tester")
        told = ("401 Unauthorized", CHALLENGE) if locked else ("200 OK", FAX)
        text = SCENARIO.format(status=told[0], rest=told[1])
        where = ("-i", LOOPBACK, "-p", str(at.port), "-nostdin")
        argv = (program, "-sf", at.write("options.xml", text), *where)
        with _standing(at, Program(argv), "sip", lambda: "unknown") as server:
            yield server


@contextmanager
def memcached_udp(*, canary: str = CANARY) -> Iterator[Running]:
    """A cache with one item, that takes datagrams."""
    with place("memcached", "udp", port=free_port(socket.SOCK_DGRAM)) as at:
        program = require("memcached", at.name, "memcached")
        account = unprivileged()
        as_whom = ("-u", account) if account else ()
        argv = (program, *as_whom, "-l", LOOPBACK, "-p", str(at.port), "-U", str(at.port))
        with _standing(
            at,
            Program(argv),
            "memcachedudp",
            lambda: _version(program, "-V"),
            lambda: re.findall(rb"STAT (?:curr_items|cmd_\w+) \d+", said(at.port, b"stats\r\n")[0]),
            lambda: say(
                at.port,
                b"\0\1\0\0\0\1\0\0set patient 0 0 %d\r\n%s\r\n" % (len(canary), canary.encode()),
            ),
        ) as server:
            yield server


def say(port: int, datagram: bytes) -> bytes:
    """Send one datagram and give what comes back, from whichever port.

    Raises:
        TimeoutError: nothing comes.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(1)
        sock.sendto(datagram, (LOOPBACK, port))
        return sock.recv(2048)


def file_of(port: int, name: str) -> bytes:
    """Read a short file by TFTP, and acknowledge it: else it would be sent again and again.

    Raises:
        TimeoutError: nothing comes.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(1)
        sock.sendto(b"\0\1" + name.encode() + b"\0octet\0", (LOOPBACK, port))
        data, sender = sock.recvfrom(2048)
        sock.sendto(b"\0\4\0\1", sender)
        return data


def knock(port: int, ask: Datagram) -> bytes:
    """Send what a probe would send, without the scanner."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, 0))
        sock.settimeout(1)
        there = (LOOPBACK, port)
        sock.sendto(ask.encode(Ends(sock.getsockname(), there)), there)
        return sock.recv(2048)


@contextmanager
def _standing(  # noqa: PLR0913, PLR0917 - what the lab must know of each server
    at: Place,
    program: Program,
    probe: str,
    version: Callable[[], str],
    state: Callable[[], object] = lambda: None,
    fill: Callable[[], object] = lambda: None,
) -> Iterator[Running]:
    """A program that binds a UDP port: it stands when nobody else can bind that."""
    hand_over(at.home, program.user)
    log = at.home / "server.log"

    def bound() -> str:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                sock.bind((LOOPBACK, at.port))
            except OSError:
                return version()
        raise NotYet("its port is free")

    with process_running(at.name, program, log, bound) as told:
        fill()
        yield Running(
            name=at.name,
            product=at.product,
            version=told,
            mode=at.mode,
            port=at.port,
            log=log,
            probe=probe,
            state=lambda _: state(),
            transport=Transport.UDP,
        )


def _version(program: Path, option: str) -> str:
    """Read the first number of what a program prints about itself."""
    words = said_by(program, option).replace(",", " ").split()
    return next(word for word in words if word[0].isdigit())

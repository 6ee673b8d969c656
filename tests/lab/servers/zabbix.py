"""A Zabbix agent, for whoever comes from this host."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from scanner.wire import zabbix
from tests.lab.servers.process import CANARY, LOOPBACK, NotYet, Program, Running, require
from tests.lab.servers.standing import place, standing

_SETTINGS = """\
Server={server}
ListenIP={address}
ListenPort={port}
Hostname=lab
PidFile={home}/agent.pid
LogType=console
AllowRoot=1
StartAgents=1
"""

#: Nobody of the lab comes from there.
_ELSEWHERE = "192.0.2.1"


@contextmanager
def agent(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """An agent that may read a file with the canary, and is closed to us where it is locked."""
    with place("zabbix-agent", "locked" if locked else "open") as at:
        program = require("/usr/sbin/zabbix_agentd", at.name, "zabbix-agent")
        file = at.write("faxes", canary)
        server = _ELSEWHERE if locked else LOOPBACK
        settings = _SETTINGS.format(server=server, address=LOOPBACK, port=at.port, home=at.home)
        with standing(
            at,
            Program((program, "-f", "-c", at.write("agent.conf", settings))),
            probe="zabbixagent",
            version=lambda: _version(at.port, locked=locked),
            fill=lambda: None,
            state=lambda _: file.read_text(),
        ) as running:
            yield running


def _version(port: int, *, locked: bool) -> str:
    told = item(port, "agent.version")
    if not told and not locked:
        raise NotYet("no answer yet")
    return zabbix.value(told) or "closed"


def item(port: int, key: str) -> bytes:
    """Ask for one item, and give the whole answer; b"" if there is none."""
    with socket.create_connection((LOOPBACK, port), timeout=5) as stream:
        stream.sendall(zabbix.item(key))
        data = b""
        while more := stream.recv(4096):
            data += more
    return data

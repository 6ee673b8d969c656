"""The servers over UDP answer what they should, judged without the scanner."""

import subprocess

import pytest

from probes.sip import OPTIONS
from probes.snmp import DISCOVERY
from probes.tftp import READ
from tests.lab.servers.datagrams import (
    fax_gateway,
    file_of,
    kamailio,
    knock,
    memcached_udp,
    say,
    snmpd,
    tftpd,
)
from tests.lab.servers.process import CANARY, require, unprivileged
from tests.lab.session import Lab

pytestmark = pytest.mark.real


def test_a_cache_hands_out_its_items_over_udp(lab: Lab) -> None:
    """Nobody is asked for anything."""
    port = lab.start(memcached_udp).port

    assert CANARY.encode() in say(port, b"\0\1\0\0\0\1\0\0get patient\r\n")


@pytest.mark.parametrize("lock", [("-S",), ("-Y", "/dev/null")])
def test_a_cache_with_a_password_refuses_to_start_with_udp(lock: tuple[str, ...]) -> None:
    """So what answers over UDP has none: the probe's proof rests on this."""
    program = require("memcached", "memcached", "memcached")
    account = unprivileged()
    as_whom = ("-u", account) if account else ()
    done = subprocess.run(  # noqa: S603 - a program of the lab
        (program, *as_whom, "-l", "127.0.0.1", "-p", "0", "-U", "31999", *lock),
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )

    assert done.returncode != 0
    assert "UDP" in done.stderr


def test_a_boot_server_hands_out_its_file(lab: Lab) -> None:
    """To whoever knows its name; of another it says that there is none."""
    port = lab.start(tftpd).port

    assert CANARY.encode() in file_of(port, "telephone.cfg")
    assert knock(port, READ).startswith(b"\0\5\0\1")


def test_an_agent_tells_its_engine_to_anyone(lab: Lab) -> None:
    """And not the community that it was given."""
    told = knock(lab.start(snmpd).port, DISCOVERY)

    assert told.startswith(b"\x30")
    assert CANARY.encode() not in told


def test_sip_servers_say_what_they_can_do(lab: Lab) -> None:
    """One shows that it takes fax, one demands a credential."""
    assert knock(lab.start(kamailio).port, OPTIONS).startswith(b"SIP/2.0 200")
    assert b"udptl t38" in knock(lab.start(fax_gateway).port, OPTIONS)
    assert knock(lab.start(fax_gateway, locked=True).port, OPTIONS).startswith(b"SIP/2.0 401")

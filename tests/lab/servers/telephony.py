"""SIP over TCP and TLS: a server that passes on, a telephone, a fax gateway that sipp plays."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.servers.datagrams import CHALLENGE, FAX, SCENARIO
from tests.lab.servers.process import CANARY, LOOPBACK, NotYet, Program, Running, require, said_by
from tests.lab.servers.standing import Place, listens, place, standing

_SETTINGS = """\
#!KAMAILIO
debug=1
log_stderror=yes
children=1
tcp_children=1
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "maxfwd.so"
{transport}
request_route {{
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
  sl_send_reply("401", "Unauthorized");
}}
"""
_TCP = "listen=tcp:{address}:{port}"
_TLS = """\
enable_tls=yes
listen=tls:{address}:{port}
loadmodule "tls.so"
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "{chain}")
modparam("tls", "private_key", "{key}")
"""


@contextmanager
def kamailio(*, tls: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """A SIP server that lets no request go on whose hops are used up, as most are set up."""
    del canary  # it keeps nothing
    with place("kamailio", "tcp", tls=tls) as at:
        program = require("kamailio", at.name, "kamailio")
        settings = at.write("kamailio.cfg", _SETTINGS.format(transport=_transport(at)))
        argv = (program, "-f", settings, "-DD", "-E", "-Y", at.home, "-P", at.home / "pid")
        with standing(
            at,
            Program(argv),
            probe="siptcp",
            version=lambda: _version(at, program),
            fill=lambda: None,
            state=lambda _: None,
        ) as server:
            yield server


@contextmanager
def fax_gateway(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """Sipp in the part of a T.38 gateway over TCP, or of one that demands a credential."""
    del canary  # it keeps nothing
    with place("sipp", "tcp-locked" if locked else "tcp") as at:
        program = require("sipp", at.name, "sip-tester")
        told = ("401 Unauthorized", CHALLENGE) if locked else ("200 OK", FAX)
        text = SCENARIO.format(status=told[0], rest=told[1])
        # Our calls all have one name: it is to forget each as soon as it is over.
        forgets = ("-deadcall_wait", "0")
        where = ("-t", "t1", "-i", LOOPBACK, "-p", str(at.port), "-nostdin", *forgets)
        argv = (program, "-sf", at.write("options.xml", text), *where)
        with standing(
            at,
            Program(argv),
            probe="siptcp",
            version=lambda: _untold_version(at),
            fill=lambda: None,
            state=lambda _: None,
        ) as server:
            yield server


@contextmanager
def telephone(*, canary: str = CANARY) -> Iterator[Running]:
    """A telephone with one account that registers nowhere."""
    with place("baresip", "tcp") as at:
        program = require("baresip", at.name, "baresip-core")
        at.write("own/config", f"sip_listen {LOOPBACK}:{at.port}\nmodule account.so\n")
        at.write("own/accounts", f"<sip:{canary}@{LOOPBACK}>;regint=0\n")
        at.write("own/contacts", f'"{canary}" <sip:{canary}@{LOOPBACK}>\n')
        with standing(
            at,
            Program((program, "-f", at.home / "own")),
            probe="siptcp",
            version=lambda: _logged_version(at),
            fill=lambda: None,
            state=lambda _: (at.home / "own/contacts").read_text(),
        ) as server:
            yield server


def _transport(at: Place) -> str:
    where = {"address": LOOPBACK, "port": at.port}
    if at.own is None:
        return _TCP.format(**where)
    return _TLS.format(**where, chain=at.own.chain, key=at.own.key)


def _version(at: Place, program: Path) -> str:
    """Read the first number of what the program prints about itself, once it listens."""
    listens(at)
    words = said_by(program, "-v").split()
    return next(word for word in words if word[0].isdigit())


def _untold_version(at: Place) -> str:
    """Say so of a program that tells no version, once it listens."""
    listens(at)
    return "unknown"


def _logged_version(at: Place) -> str:
    """Read what a telephone says of itself as it starts: its help, which says so too, fails."""
    listens(at)
    told = re.search(r"\bbaresip v([\d.]+)", (at.home / "server.log").read_text())
    if told is None:
        raise NotYet("no version in its log")
    return told[1]

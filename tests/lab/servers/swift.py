"""The proxy of OpenStack Swift, which wants a token; nothing is stored behind it."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.servers.process import CANARY, LOOPBACK, PASSWORD, Program, Running, require
from tests.lab.servers.standing import Place, page, place, standing

_SETTINGS = """\
[DEFAULT]
bind_ip = {address}
bind_port = {port}
swift_dir = {home}
user = {user}
workers = 0
[pipeline:main]
pipeline = catch_errors cache tempauth proxy-server
[app:proxy-server]
use = egg:swift#proxy
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = {address}:1
[filter:tempauth]
use = egg:swift#tempauth
user_lab_lab = {password} .admin
"""

#: Where the proxy believes its stores to be: nobody listens there.
_NOWHERE = f"r1z1-{LOOPBACK}:1/d1"


@contextmanager
def swift(*, canary: str = CANARY) -> Iterator[Running]:
    """A proxy whose one user's password is the canary as well."""
    with place("swift", "locked") as at:
        program = require("swift-proxy-server", at.name, "swift-proxy")
        for kind in ("account", "container", "object"):
            _ring(at, at.home / f"{kind}.builder")
        settings = at.write("proxy-server.conf", _settings(at, canary))
        with standing(
            at,
            Program((program, settings)),
            probe="swift",
            version=lambda: str(page(at, "/info").json()["swift"]["version"]),
            fill=lambda: None,
            state=lambda _: settings.read_text(),
        ) as server:
            yield server


def _settings(at: Place, canary: str) -> str:
    return _SETTINGS.format(
        address=LOOPBACK,
        port=at.port,
        home=at.home,
        user=pwd.getpwuid(os.geteuid()).pw_name,
        password=PASSWORD + canary,
    )


def _ring(at: Place, builder: Path) -> None:
    """Make a ring of one place; without rings the proxy does not start."""
    program = require("swift-ring-builder", at.name, "swift")
    for words in (("create", "1", "1", "1"), ("add", _NOWHERE, "1"), ("rebalance",)):
        subprocess.run(  # noqa: S603  # a program of the lab, no shell
            [program, builder, *words], check=True, capture_output=True, timeout=60
        )

"""Consoles of databases: phpMyAdmin, mongo-express and Adminer."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.lab.layout import Family
from tests.lab.servers.mongodb import ferretdb
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotYet,
    Program,
    Running,
    require,
)
from tests.lab.servers.sql import mariadb
from tests.lab.servers.standing import Place, page, place, standing

FAMILY = Family("admin")

#: Where Debian puts the pages.
_PHPMYADMIN = Path("/usr/share/phpmyadmin")
_ADMINER = Path("/usr/share/adminer/adminer.php")

_VERSION = re.compile(rb'version[:=]"?(\d+(?:\.\d+)+)')


@contextmanager
def phpmyadmin(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """Before a MariaDB of its own: at the root with an account, or in a folder with a log-in."""
    with mariadb(canary=canary) as store, place("phpmyadmin", _mode(locked=locked)) as at:
        require(_PHPMYADMIN, at.name, "phpmyadmin")
        where = "/phpmyadmin/" if locked else "/"
        _lay_out(at, where, store, "cookie" if locked else "config")
        with standing(
            at,
            _php(at, "-d", f"session.save_path={at.home}/scratch", "-t", at.home / "www"),
            probe="phpmyadmin",
            version=lambda: _version(at, where),
            fill=lambda: None,
            state=lambda _: store.state(store),
        ) as server:
            yield replace(server, behind=(store,))


@contextmanager
def adminer(*, canary: str = CANARY) -> Iterator[Running]:
    """The log-in, at every path of its server."""
    with place("adminer", "locked") as at:
        pages = require(_ADMINER, at.name, "adminer")
        file = at.write("faxes", canary)
        with standing(
            at,
            _php(at, "-d", f"session.save_path={at.home}", pages),
            probe="adminer",
            version=lambda: _version(at, "/"),
            fill=lambda: None,
            state=lambda _: file.read_text(),
        ) as server:
            yield server


@contextmanager
def mongo_express(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """Before a FerretDB of its own."""
    with ferretdb(canary=canary) as store, place("mongo-express", _mode(locked=locked)) as at:
        node = require("node", at.name, "node")
        program = require(FAMILY.modules / "mongo-express/app.js", at.name, "mongo-express")
        env = {
            "ME_CONFIG_MONGODB_URL": f"mongodb://{LOOPBACK}:{store.port}/",
            "ME_CONFIG_MONGODB_ENABLE_ADMIN": "true",
            "ME_CONFIG_BASICAUTH_USERNAME": USER if locked else "",
            "ME_CONFIG_BASICAUTH_PASSWORD": PASSWORD,
            "VCAP_APP_HOST": LOOPBACK,
            "PORT": str(at.port),
        }
        with standing(
            at,
            Program((node, program), env),
            probe="mongoexpress",
            version=lambda: _mongo_express_version(at),
            fill=lambda: None,
            state=lambda _: store.state(store),
        ) as server:
            yield replace(server, behind=(store,))


def _mode(*, locked: bool) -> str:
    return "locked" if locked else "open"


def _php(at: Place, *rest: str | Path) -> Program:
    php = require("php", at.name, "php-cli")
    return Program((php, "-S", f"{LOOPBACK}:{at.port}", *rest))


def _lay_out(at: Place, where: str, store: Running, auth: str) -> None:
    """Make a folder of links to the pages, with settings and temporary files of its own."""
    www = at.home / "www"
    pages = www / where.strip("/")
    _link(_PHPMYADMIN, pages, own={"index.php", "libraries"})
    _link(_PHPMYADMIN / "libraries", pages / "libraries", own={"vendor_config.php"})
    shutil.copy(_PHPMYADMIN / "index.php", pages)  # it looks for the rest beside itself
    (at.home / "scratch").mkdir()
    vendor = (_PHPMYADMIN / "libraries/vendor_config.php").read_text()
    settings = at.write("config.inc.php", _settings(store, auth))
    vendor = vendor.replace("/etc/phpmyadmin/config.inc.php", f"{settings}")
    vendor = vendor.replace("/var/lib/phpmyadmin/tmp/", f"{at.home}/scratch/")
    (pages / "libraries/vendor_config.php").write_text(vendor)
    if pages != www:
        (www / "index.php").write_text("<?php echo 'welcome';")


def _link(source: Path, target: Path, own: set[str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.name not in own:
            (target / path.name).symlink_to(path)


def _settings(store: Running, auth: str) -> str:
    return f"""<?php
$cfg['blowfish_secret'] = '{"ronde" * 6}12';
$cfg['Servers'][1] = [
    'auth_type' => '{auth}', 'host' => '{LOOPBACK}', 'port' => '{store.port}',
    'user' => 'anyone', 'password' => '', 'AllowNoPassword' => true,
];
"""


def _version(at: Place, where: str) -> str:
    found = _VERSION.search(page(at, where).body)
    if found is None:
        raise NotYet("a page without a version")
    return found[1].decode()


def _mongo_express_version(at: Place) -> str:
    page(at)
    about = FAMILY.modules / "mongo-express" / "package.json"
    return str(json.loads(about.read_text())["version"])

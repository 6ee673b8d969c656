"""phpMyAdmin: whether the console of MySQL and MariaDB lets a stranger in without a log-in."""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import FRONT, About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import OK, UNAUTHORIZED, half_proof, not_answered, not_ours, path
from scanner.wire import Garbled

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a console stands on a web server, and what it is asked there."""

    page: Get
    databases: Get
    control: Get


def _place(page: Get) -> Place:
    route = f"{page.template}index.php?ajax_request=true&route="
    return Place(
        page=page,
        databases=Get(f"{route}/server/databases"),
        control=Get(f"{route}/database/structure&db=ronde_no_such_database"),
    )


#: Containers serve it at the root, distributions below a folder of this name.
ROOT, FOLDER = _place(FRONT), _place(Get("/phpmyadmin/"))

#: What every page hands to its own scripts, the log-in's included; before 5.0 with a prefix.
HANDED_OVER = b"ommonParams.setAll({"
VERSION = re.compile(r'(?:\bversion:"|phpMyAdmin )(\d{1,3}(?:\.\d{1,5}){1,3})')

#: How `auth_type` `http` asks for an account of the database.
REALM = 'realm="phpMyAdmin'

#: Who may have a folder of that name: what such consoles run on says so at its own front page.
HOSTS = ("apache", "nginx", "lighttpd", "litespeed", "openresty", "caddy", "microsoft-iis")

#: How a server shuts out whoever asks for that folder: at once, and without a word.
HUNG_UP = frozenset({Silence.CLOSED, Silence.RESET})

#: A link to the tables of one database, and how many databases there are on all pages.
LISTED = re.compile(r'route=/database/structure(?:&[^"&]{0,200}){0,8}?&db=([^"&]{1,384})')
TOTAL = re.compile(r'id="filter-rows-count">(\d{1,9})<')

#: The server's own databases; every one has them.
OWN = frozenset({"information_schema", "mysql", "performance_schema", "sys"})


class PhpMyAdmin:
    """A console is open when it lists databases to nobody and misses one that cannot exist."""

    about = About(
        name="phpmyadmin",
        title="phpMyAdmin lets anyone into its databases",
        ports=frozenset({80, 8080, 8081}),
        tls_ports=frozenset({443, 8443}),
        front=FRONT,
        asks=(
            *(FRONT, ROOT.databases, ROOT.control),
            *(FOLDER.page, FOLDER.databases, FOLDER.control),
        ),
        proves="the databases are listed without a log-in, and one that cannot exist is refused",
        cwe=306,
        remedy=(
            "Set `$cfg['Servers'][$i]['auth_type']` to `cookie`, take `user` and `password` out of "
            "the configuration, leave `AllowNoPassword` off, and let only administrators reach "
            "the page."
        ),
        references=("https://docs.phpmyadmin.net/en/latest/setup.html#using-authentication-modes",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the console itself; take a server that may have it in a folder for one."""
        return _introduced(front) or (Service("phpmyadmin") if _may_host(front) else None)

    def assess(self, front: Page) -> HttpDialogue:
        """Look for its page; then ask there."""
        if service := _introduced(front):
            return (yield from _asked(service, ROOT))
        try:
            page = yield FOLDER.page
        except NoAnswer as silence:  # some hang up on whoever asks for it, and are something else
            if silence.silence not in HUNG_UP:
                raise
            return Unknown(Silence.UNRECOGNISED, f"{FOLDER.page.name} was not answered")
        if service := _introduced(page):
            return (yield from _asked(service, FOLDER))
        return not_ours(FOLDER.page, page)


def _asked(service: Service, place: Place) -> HttpDialogue:
    """List the databases, then ask for one that cannot exist."""
    listing = yield place.databases
    if listing.status != OK:
        return not_answered(service, place.databases, listing)
    told = listing.json()
    if _leads_to_the_log_in(told):
        return Assessment(access=Access.LOCKED, service=service, because="asks for a log-in")
    if not told["params"]["logged_in"].boolean():
        return half_proof(service, "nobody is logged in, and no log-in is asked for")
    names = _names(told)
    if not _is_refused((yield place.control)):
        return half_proof(service, f"the control {path(place.control)} was not refused")
    return _open(service, place, names, _total(told))


def _introduced(page: Page) -> Service | None:
    """Recognise a page of the console, its log-in's as well."""
    if page.status == UNAUTHORIZED and REALM in page.headers.get("www-authenticate", ""):
        return Service("phpmyadmin")
    if page.status != OK or HANDED_OVER not in page.body:
        return None
    found = VERSION.search(page.body.decode("utf-8", "replace"))
    return Service("phpmyadmin", found[1] if found else None)


def _may_host(front: Page) -> bool:
    runs = front.headers.get("x-powered-by", "").startswith("PHP/")
    return runs or front.headers.get("server", "").lower().startswith(HOSTS)


def _names(told: Json) -> list[str]:
    """Read the databases that are listed, each once."""
    found = LISTED.findall(unescape(told["message"].text()))
    return list(dict.fromkeys(map(unquote, found)))


def _total(told: Json) -> int:
    found = TOTAL.search(told["message"].text())
    return int(found[1]) if found else 0


def _is_refused(page: Page) -> bool:
    """Tell whether a database was missed; who is not logged in is sent to the log-in instead."""
    try:
        told = page.json()
        refused = not told["success"].boolean() and "s_error" in told["error"].text()
    except Garbled:
        return False
    return refused and not _leads_to_the_log_in(told)


def _leads_to_the_log_in(told: Json) -> bool:
    """Tell whether the flag says 1: the server writes a text, its own script reads a number."""
    flag = told.get("redirect_flag")
    return flag is not None and flag.value in ("1", 1)


def _open(service: Service, place: Place, names: list[str], total: int) -> Outcome:
    held = [name for name in names if name not in OWN]
    count = max(total, len(names)) - (len(names) - len(held))
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"lists the databases behind it without a log-in: {count}",
        proof=Proof(
            place.databases.name,
            f"{len(names)} databases listed to somebody who is logged in",
            f"{path(place.control)} refused a database that cannot exist",
        ),
        holdings=tuple(Holding(name=name, kind="database") for name in held[:MAX_HOLDINGS]),
        holdings_total=count,
    )

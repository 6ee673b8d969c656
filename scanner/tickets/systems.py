"""The systems that there are, and the tables of a configuration made into them.

A system's module is loaded when a table names it; adding one is a file and a line here.
"""

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

from scanner import tomltext
from scanner.model import Refused
from scanner.ourside import Client, Rehearsal, Site, Transport
from scanner.plaintext import printable
from scanner.secret import Safe, Secret, masked
from scanner.tickets.base import Means, Settings, System
from scanner.tickets.escape import escape
from scanner.tickets.plan import Rules
from scanner.tickets.route import route_of
from scanner.tickets.wording import Wording

#: The words of `system`, and the modules behind them.
SYSTEMS: Mapping[str, str] = {
    "defectdojo": "scanner.tickets.defectdojo",
    "jira-cloud": "scanner.tickets.jira_cloud",
    "jira-data-center": "scanner.tickets.jira_data_center",
    "github": "scanner.tickets.github",
    "gitlab": "scanner.tickets.gitlab",
    "notify": "scanner.tickets.notify",
    "redmine": "scanner.tickets.redmine",
    "roundup": "scanner.tickets.roundup",
    "rt": "scanner.tickets.rt",
    "servicenow": "scanner.tickets.servicenow",
    "servicenow-import": "scanner.tickets.servicenow_import",
    "thehive": "scanner.tickets.thehive",
    "webhook": "scanner.tickets.webhook",
}

#: A name stands in the history, in messages and in commands.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")

#: Sane bounds: below them nothing is done, above them nobody is polite.
_BOUNDS = {"max_new": (0, 10_000), "concurrency": (1, 16), "per_second": (0.01, 10_000)}


@dataclass(frozen=True, slots=True)
class Connected:
    """A system under the name that the configuration gives it, ready to be called.

    `hosts` are what it reaches without a client of ours.
    """

    name: str
    settings: Settings
    system: System
    rules: Rules
    clients: tuple[Client, ...]
    hosts: tuple[tuple[str, int], ...]
    secrets: tuple[Secret, ...]

    def without_secrets(self, text: str) -> str:
        """Take our credentials out of a text that somebody else may have written."""
        return masked(text, list(self.secrets))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What trackers are connected in: a `transport` of the tests' own, and whom calls are told."""

    environment: Mapping[str, str]
    now: Callable[[], datetime]
    rehearsal: Rehearsal | None = None
    transport: Transport | None = None


def connected(
    path: Path, name: str, table: Mapping[str, object], around: Surroundings
) -> Connected:
    """Make a system out of the table `[tickets.NAME]` of a configuration. No call is made.

    Raises:
        Refused: a field is wrong, a secret is not there, a template fails; names file and field.
    """
    module = _module(path, name, table)
    settings: Settings = tomltext.converted(path, table, module.Settings, within=f"tickets.{name}")
    try:
        parts = _Parts(settings, f"tickets.{name}", path.parent, around)
        _refuse_bounds(settings, parts.place)
        system: System = module.connect(settings, parts.means())
        wording = Wording.load(
            system.markup, parts.beside(settings.title), parts.beside(settings.body)
        )
    except Refused as error:
        raise Refused(f"{path}: {error}") from error
    rules = Rules(
        grouping=settings.group_by,
        covers=route_of(settings),
        word=wording,
        show=partial(escape, markup=system.markup),
        max_new=settings.max_new,
        escalates=settings.escalate,
    )
    made = tuple(parts.clients), tuple(parts.hosts), tuple(parts.secrets)
    return Connected(name, settings, system, rules, *made)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What one system is made with, and what was made for it."""

    settings: Settings
    place: str
    folder: Path
    around: Surroundings
    clients: list[Client] = field(default_factory=list)
    hosts: list[tuple[str, int]] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)

    def means(self) -> Means:
        """Give a system what it is made with."""
        return Means(self.place, self.around.now, self._secret, self._client, self._host)

    def beside(self, name: str | None) -> str | None:
        """Resolve a path against the folder of the file that names it."""
        return None if name is None else str(self.folder / name)

    def _host(self, name: str, port: int) -> None:
        self.hosts.append((name, port))

    def _secret(self, name: str) -> Secret:
        safe = Safe(self.around.environment, self.folder)
        secret = safe.read(getattr(self.settings, name), f"{self.place}.{name}")
        self.secrets.append(secret)
        return secret

    def _client(self, headers: Mapping[str, Secret]) -> Client:
        try:
            site = Site.parse(self.settings.url)
        except Refused as error:
            raise Refused(f"{self.place}.url: {error}") from error
        if authority := self.beside(self.settings.ca):
            _refuse_unreadable(Path(authority), f"{self.place}.ca")
        client = Client(
            site=site,
            headers=headers,
            concurrency=self.settings.concurrency,
            per_second=self.settings.per_second,
            authority=authority,
            transport=self.around.transport,
            rehearsal=self.around.rehearsal,
        )
        self.secrets.extend(headers.values())
        self.clients.append(client)
        return client


def _module(path: Path, name: str, table: Mapping[str, object]) -> ModuleType:
    if not _NAME.fullmatch(name):
        shown = printable(name)
        raise Refused(f"{path}: tickets.{shown}: a name is lower-case letters, digits, - and _")
    system = table.get("system")
    if system not in SYSTEMS:
        raise Refused(f"{path}: tickets.{name}.system: is one of {', '.join(SYSTEMS)}")
    try:
        return import_module(SYSTEMS[str(system)])
    except ModuleNotFoundError as error:
        needed = error.name or "a package"
        raise Refused(
            f"{path}: tickets.{name}: {system} needs {needed} (pip install 'ronde[{system}]')"
        ) from error


def _refuse_unreadable(path: Path, field: str) -> None:
    """Refuse certificates that cannot be read, before a round begins."""
    try:
        ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise Refused(f"{field}: no certificates can be read from {path}") from error


def _refuse_bounds(settings: Settings, place: str) -> None:
    for name, (least, most) in _BOUNDS.items():
        if not least <= getattr(settings, name) <= most:
            raise Refused(f"{place}.{name}: is between {least} and {most}")

"""Redmine as Debian 12 packages it, with a database of its own; `README.md` is the recipe."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.lab.servers.process import LOOPBACK, Program, running
from tests.lab.servers.standing import Place, page, place
from tests.lab.trackers.account import SERVER, as_server, need
from tests.lab.trackers.real import Desk, Seen
from tests.tickets.fakes.redmine import BUG, FIELD, FakeRedmine

HOME = Path("/usr/share/redmine")
MIGRATE = """
    migrations = Rails.root.join("db", "migrate").to_s
    ActiveRecord::MigrationContext.new(migrations, ActiveRecord::SchemaMigration).migrate
"""
SETUP = Path(__file__).with_name("redmine_setup.rb")

#: A status that closes, and not the one that we set.
REJECTED = 6

#: Rails takes 4 s to start on a quiet machine.
PATIENCE = 90


@contextmanager
def redmine() -> Iterator[Desk]:
    """One project with three trackers: ours, one that demands a field, one without our field."""
    with place("redmine") as at:
        need(HOME / "Gemfile.local")
        environment = {
            "RAILS_ENV": "production",
            "REDMINE_INSTANCE": "default",
            "RAILS_LOG_TO_STDOUT": "1",
            "DATABASE_URL": f"sqlite3:{at.home / 'redmine.sqlite'}",
            "BUNDLE_GEMFILE": str(HOME / "Gemfile"),
        }
        runner = ("bundle", "exec", HOME / "bin" / "rails", "runner")
        as_server(at, *runner, MIGRATE, environment=environment)
        keys = json.loads(as_server(at, *runner, SETUP, environment=environment).splitlines()[-1])
        listen = ("-C", "-", "-e", "production", "--dir", HOME)
        server = Program(
            ("bundle", "exec", "puma", *listen, "-b", f"tcp://{LOOPBACK}:{at.port}"),
            environment,
            user=SERVER,
            patience=PATIENCE,
        )
        with running(at.name, server, at.home / "server.log", lambda: _answers(at)):
            url = f"http://{LOOPBACK}:{at.port}"
            yield Desk(_table(url), keys["token"], _Hands(url, keys["admin"]), FakeRedmine())


def _table(url: str) -> dict[str, object]:
    return {
        "system": "redmine",
        "url": url,
        "token": "env:TRACKER_TOKEN",
        "project": "exposure",
        "tracker": BUG,
        "key_field": FIELD,
        "formatting": "textile",
        "priorities": {"critical": 5, "high": 4},
    }


def _answers(at: Place) -> str:
    page(at, "/login")
    return "5"


@dataclass(frozen=True, slots=True)
class _Hands:
    """Its administrator's."""

    url: str
    key: str

    def see(self) -> list[Seen]:
        listed = self._ask("GET", "/issues.json?status_id=*&sort=id&limit=100").json()["issues"]
        return [self._seen(issue["id"]) for issue in listed]

    def close(self, number: str) -> None:
        self._ask("PUT", f"/issues/{number}.json", json={"issue": {"status_id": REJECTED}})

    def delete(self, number: str) -> None:
        self._ask("DELETE", f"/issues/{number}.json")

    def page(self, number: str) -> str:
        return self._ask("GET", f"/issues/{number}").text

    def _seen(self, number: int) -> Seen:
        issue = self._ask("GET", f"/issues/{number}.json?include=journals").json()["issue"]
        notes = [journal["notes"] for journal in issue["journals"] if journal["notes"]]
        text = (issue["description"] or "").replace("\r\n", "\n")  # which Redmine writes itself
        return Seen(issue["subject"], text, notes, not issue["status"]["is_closed"])

    def _ask(self, method: str, path: str, **rest: Any) -> httpx.Response:
        headers = {"X-Redmine-API-Key": self.key}
        return httpx.request(
            method, f"{self.url}{path}", headers=headers, trust_env=False, timeout=30, **rest
        ).raise_for_status()

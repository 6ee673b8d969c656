"""Request Tracker as Debian 12 packages it, with a database of its own; see `README.md`."""

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
from tests.tickets.fakes.rt import TABLE, TEXT, FakeRT

SERVE = Path("/usr/share/request-tracker5/libexec/rt-server")
MAKE = Path("/usr/sbin/rt-setup-database-5")
SETUP = Path(__file__).with_name("rt_setup.pl")

#: The password of `root` that every new database has (its documentation, README).
ROOT = {"user": "root", "pass": "password"}

#: Perl takes 3 s to load all of it on a quiet machine.
PATIENCE = 90


@contextmanager
def request_tracker() -> Iterator[Desk]:
    """One queue of ours, and one whose tickets have no fields of ours."""
    with place("rt") as at:
        need(SERVE)
        environment = {
            "RT_SITE_CONFIG": str(at.write("RT_SiteConfig.pm", _settings(at))),
            "RT_SITE_CONFIG_DIR": str(at.home / "none"),
        }
        as_server(at, "perl", MAKE, "--action", "init", "--skip-create", environment=environment)
        keys = json.loads(as_server(at, "perl", SETUP, environment=environment).splitlines()[-1])
        server = Program(
            (SERVE, "--port", str(at.port), "--host", LOOPBACK),
            environment,
            user=SERVER,
            patience=PATIENCE,
        )
        with running(at.name, server, at.home / "server.log", lambda: _answers(at)):
            url = f"http://{LOOPBACK}:{at.port}"
            table = {**TABLE, "url": url}
            yield Desk(table, keys["token"], _Hands(url, keys["admin"]), FakeRT())


def _settings(at: Place) -> str:
    settings: dict[str, object] = {
        "rtname": "lab",
        "Organization": "lab.example",
        "DatabaseType": "SQLite",
        "DatabaseName": at.home / "rt.sqlite",
        "WebDomain": LOOPBACK,
        "WebPort": at.port,
        "WebPath": "",
        "MailCommand": "testfile",
        "LogToSyslog": "",
        "LogToSTDERR": "warning",
    }
    return "".join(f"Set(${name}, '{value}');\n" for name, value in settings.items()) + "1;\n"


def _answers(at: Place) -> str:
    page(at, "/NoAuth/Login.html")
    return "5"


@dataclass(frozen=True, slots=True)
class _Hands:
    """Its administrator's."""

    url: str
    token: str

    def see(self) -> list[Seen]:
        asked = {"query": "id > 0", "orderby": "id", "per_page": "100"}
        return [self._seen(one["id"]) for one in self._items("/tickets", asked)]

    def close(self, number: str) -> None:
        self._ask("PUT", f"/ticket/{number}", json={"Status": "rejected"})

    def delete(self, number: str) -> None:
        self._ask("DELETE", f"/ticket/{number}")

    def page(self, number: str) -> str:
        with httpx.Client(base_url=self.url, trust_env=False, timeout=60) as browser:
            browser.headers["Referer"] = f"{self.url}/"
            browser.get("/NoAuth/Login.html")
            browser.post("/NoAuth/Login.html", data=ROOT)
            shown = browser.get(
                "/Ticket/Display.html", params={"id": number, "ForceShowHistory": 1}
            )
        return shown.raise_for_status().text

    def _seen(self, number: str) -> Seen:
        ticket = self._ask("GET", f"/ticket/{number}").json()
        fields = {one["name"]: "".join(one["values"]) for one in ticket["CustomFields"]}
        happened = self._items(f"/ticket/{number}/history", {"fields": "Type", "per_page": "100"})
        comments = {one["id"] for one in happened if one["Type"] == "Comment"}
        asked = {"fields": "Content,TransactionId", "orderby": "id", "per_page": "100"}
        texts = self._items(f"/ticket/{number}/attachments", asked)
        notes = [one["Content"] for one in texts if str(one["TransactionId"]) in comments]
        is_open = ticket["Status"] not in {"resolved", "rejected"}
        return Seen(ticket["Subject"], fields.get(TEXT, ""), notes, is_open)

    def _items(self, path: str, params: dict[str, str]) -> list[dict[str, Any]]:
        return list(self._ask("GET", path, params=params).json()["items"])

    def _ask(self, method: str, path: str, **rest: Any) -> httpx.Response:
        headers = {"Authorization": f"token {self.token}"}
        url = f"{self.url}/REST/2.0{path}"
        return httpx.request(
            method, url, headers=headers, trust_env=False, timeout=30, **rest
        ).raise_for_status()

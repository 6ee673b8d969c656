"""DefectDojo 3.2: what its reimport takes, what its parser refuses, and what it does to findings.

See `scanner/tickets/defectdojo.py` for where that is written.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes
from typing import TYPE_CHECKING, Any, cast

import httpx

from tests.tickets.fakes.kept import TOKEN

if TYPE_CHECKING:
    from email.message import Message

#: What `ReImportScanSerializer` takes, as far as it can make sense for us.
FORM = {
    "active",
    "auto_create_context",
    "build_id",
    "close_old_findings",
    "do_not_reactivate",
    "engagement_name",
    "file",
    "minimum_severity",
    "product_name",
    "product_type_name",
    "scan_type",
    "service",
    "tags",
    "test_title",
    "verified",
}  # fmt: skip - a list of words reads as one

#: What the parser demands, and what else it takes of a finding; anything else refuses the file.
REQUIRED = {"title", "severity", "description"}
ALLOWED = REQUIRED | {
    "active",
    "component_name",
    "component_version",
    "cve",
    "cvssv3",
    "cvssv3_score",
    "cvssv4",
    "cvssv4_score",
    "cwe",
    "cwes",
    "date",
    "dynamic_finding",
    "effort_for_fixing",
    "endpoints",
    "epss_percentile",
    "epss_score",
    "false_p",
    "file_path",
    "files",
    "fix_available",
    "fix_version",
    "impact",
    "is_mitigated",
    "kev_date",
    "known_exploited",
    "line",
    "mitigated",
    "mitigation",
    "nb_occurences",
    "numerical_severity",
    "out_of_scope",
    "param",
    "payload",
    "planned_remediation_date",
    "planned_remediation_version",
    "publish_date",
    "ransomware_used",
    "references",
    "risk_accepted",
    "sast_sink_object",
    "sast_source_file_path",
    "sast_source_line",
    "sast_source_object",
    "scanner_confidence",
    "service",
    "severity_justification",
    "static_finding",
    "steps_to_reproduce",
    "tags",
    "thread_id",
    "under_review",
    "unique_id_from_tool",
    "verified",
    "vuln_id_from_tool",
    "vulnerability_ids",
}

SEVERITIES = {"Info", "Low", "Medium", "High", "Critical"}


@dataclass(slots=True)
class Known:
    """A finding that was imported."""

    test: str
    service: str
    item: dict[str, Any]
    active: bool = True

    @property
    def known_by(self) -> tuple[object, ...]:
        """Give what the legacy hash is made of, without what an administrator sets."""
        return self.item["title"], self.item.get("cwe"), self.item["description"]


@dataclass(slots=True)
class FakeDefectDojo:
    """An installation with products; `broken` is the words of a parser that fails."""

    products: set[str] = field(default_factory=lambda: {"Hospital"})
    known: list[Known] = field(default_factory=list)
    imports: list[dict[str, str]] = field(default_factory=list)
    expired: bool = False
    pause: int | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if self.pause is not None:
            pause, self.pause = self.pause, None
            return httpx.Response(429, headers={"Retry-After": str(pause)})
        if self.expired or request.headers["authorization"] != f"Token {TOKEN}":
            return httpx.Response(401, json={"detail": "Invalid token."})
        if request.method == "GET" and request.url.path == "/api/v2/products/":
            count = int(request.url.params["name_exact"] in self.products)
            return httpx.Response(200, json={"count": count, "results": []})
        assert (request.method, request.url.path) == ("POST", "/api/v2/reimport-scan/")
        return self._imported(form(request))

    def open(self, service: str) -> set[str]:
        """Give the titles of what is open in a service."""
        return {one.item["title"] for one in self.known if one.active and one.service == service}

    def _imported(self, given: dict[str, str]) -> httpx.Response:
        assert set(given) <= FORM
        assert given["scan_type"] == "Generic Findings Import"
        if given["product_name"] not in self.products:
            if "product_type_name" not in given:
                return httpx.Response(400, json=["product_type_name is required"])
            self.products.add(given["product_name"])
        try:
            items = parsed(given["file"])
        except ValueError as error:
            return httpx.Response(500, json={"message": f"Internal server error: {error}"})
        self._reimport(given["test_title"], given["service"], items)
        if given["close_old_findings"] == "true":
            self._close_old(given["test_title"], given["service"], items)
        self.imports.append(given)
        return httpx.Response(201, json={"test_id": 7, "statistics": {}})

    def _reimport(self, test: str, service: str, items: list[dict[str, Any]]) -> None:
        for item in items:
            new = Known(test, service, item)
            same = [one for one in self._of(test, service) if one.known_by == new.known_by]
            if not same:
                self.known.append(new)
            for one in same:
                one.active = True

    def _close_old(self, test: str, service: str, items: list[dict[str, Any]]) -> None:
        there = {Known(test, service, item).known_by for item in items}
        for one in self._of(test, service):
            one.active = one.active and one.known_by in there

    def _of(self, test: str, service: str) -> list[Known]:
        return [one for one in self.known if (one.test, one.service) == (test, service)]


def form(request: httpx.Request) -> dict[str, str]:
    """Read a form of several parts by somebody else's parser."""
    kind = request.headers["content-type"].encode()
    message = message_from_bytes(b"Content-Type: " + kind + b"\r\n\r\n" + request.content)
    assert message.is_multipart()
    assert not message.defects
    parts = cast("list[Message]", message.get_payload())
    return {
        str(part.get_param("name", header="content-disposition")): cast(
            "bytes", part.get_payload(decode=True)
        ).decode()
        for part in parts
    }


def parsed(file: str) -> list[dict[str, Any]]:
    """Take the findings of a file, or refuse it as the parser does."""
    whole = json.loads(file)
    findings: list[dict[str, Any]] = whole["findings"]
    for item in findings:
        if missing := REQUIRED - set(item):
            raise ValueError(f"Required fields are missing: {sorted(missing)}")
        if foreign := set(item) - ALLOWED:
            raise ValueError(f"Not allowed fields are present: {sorted(foreign)}")
        date.fromisoformat(item["date"])
        assert item["severity"] in SEVERITIES
        assert isinstance(item["cwe"], int)
        assert len(item["title"]) <= 511
        assert all("://" in endpoint for endpoint in item["endpoints"])
    return findings

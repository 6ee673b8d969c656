"""DefectDojo: all findings of a zone in one import, each time that one of them changes.

Facts are of DefectDojo/django-DefectDojo 3.2: `dojo/api_v2/serializers.py` (what a reimport takes),
`dojo/importers/default_reimporter.py` (what it does), `dojo/tools/generic/json_parser.py` (a member
that it does not know refuses the whole file). A reimport makes what it has not met, opens again
what it had closed, and closes what it has of the same test and `service` and does not find in the
file. So a file holds every finding that is open by the history, whatever the last round has seen,
and a zone is a `service`: what was not looked at stays open, what was seen shut is closed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from scanner.model import Refused, Severity
from scanner.ourside import Client
from scanner.plaintext import printable
from scanner.secret import Secret
from scanner.ticket import Errand, Fact, Grouping, Kind, State
from scanner.tickets.answers import decoded, settled
from scanner.tickets.base import Means, Parked, Remote
from scanner.tickets.base import Settings as Common
from scanner.tickets.escape import Markup, escape

SCAN_TYPE = "Generic Findings Import"

#: The `service` of what is in no zone: without one, an import closes what others have imported.
NO_ZONE = "(no zone)"

#: What its models hold of a title, and of the version of a component.
MAX_TITLE, MAX_VERSION = 511, 100


class Settings(Common, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "defectdojo"`; its `url` is that of the pages.

    A product that is not there is made if its `product_type` is named; engagement and test are made
    anyway. `test` is named after the table where it is not set: two tables in one test would close
    each other's findings.
    """

    token: str
    product: str
    product_type: str | None = None
    engagement: str = "ronde"
    test: str | None = None
    group_by: Grouping = Grouping.ZONE
    severity: Severity = Severity.INFO
    max_new: int = 1_000
    escalate: bool = False
    concurrency: int = 1


def connect(settings: Settings, means: Means) -> "DefectDojo":
    """Make the import.

    Raises:
        Refused: a common field is set that makes no sense here.
    """
    for name, fit in (("group_by", Grouping.ZONE), ("title", None), ("body", None)):
        if getattr(settings, name) != fit:
            raise Refused(f"{means.place}.{name}: a zone is imported as a whole; leave it out")
    token = Secret(f"Token {means.secret('token').reveal()}")
    name = means.place.removeprefix("tickets.")
    test = settings.test or f"ronde {name}"
    return DefectDojo(means.client({"Authorization": token}), settings, test)


class _Products(msgspec.Struct):
    count: int


class _Imported(msgspec.Struct):
    test_id: int


@dataclass(frozen=True, slots=True)
class DefectDojo:
    """One test of one engagement, into which zones are imported."""

    client: Client
    settings: Settings
    test: str

    markup: ClassVar[Markup] = Markup.MARKDOWN

    async def check(self) -> str:
        """See that we are let in, and that the product is there or can be made."""
        product = self.settings.product
        asked = {"name_exact": product, "limit": "1"}
        answer = settled(
            self.client, await self.client.call("GET", "/api/v2/products/", params=asked)
        )
        if decoded(answer, _Products).count:
            return f"let in; the product {product} is there"
        if self.settings.product_type is None:
            raise Parked(
                f"there is no product {product} for this token; make it, or say in"
                " product_type where it is to be made"
            )
        return f"let in; the product {product} will be made"

    async def tell(self, errand: Errand) -> Remote:
        """Import a zone; doing it again changes nothing."""
        draft, closes = errand.action.draft, errand.action.kind is Kind.CLOSE
        zone = next((fact.zone for fact in draft.facts if fact.zone), NO_ZONE)
        form = {
            "scan_type": SCAN_TYPE,
            "product_name": self.settings.product,
            "product_type_name": self.settings.product_type,
            "engagement_name": self.settings.engagement,
            "test_title": self.test,
            "auto_create_context": "true",
            "service": printable(zone),
            "close_old_findings": "true",
            "do_not_reactivate": "false",
            "minimum_severity": "Info",
        }
        boundary = errand.name
        answer = await self.client.call(
            "POST",
            "/api/v2/reimport-scan/",
            headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
            content=multipart(form, report(() if closes else draft.facts), boundary),
        )
        test = decoded(settled(self.client, answer), _Imported).test_id
        state = State.CLOSED if closes else State.OPEN
        return Remote(str(test), f"{self.client.site}/test/{test}", state)


def report(facts: Sequence[Fact]) -> bytes:
    """Write the findings of a file; it has no line break."""
    whole = {
        "name": "ronde",
        "type": "ronde",
        "dynamic_tool": True,
        "static_tool": False,
        "findings": [_item(fact) for fact in facts],
    }
    return msgspec.json.encode(whole)


def multipart(form: dict[str, str | None], file: bytes, boundary: str) -> bytes:
    """Write a form of RFC 7578. Neither its values nor the file hold a line break.

    So none of them can hold the boundary, which stands at the beginning of a line.
    """
    begin = f"--{boundary}\r\nContent-Disposition: form-data; name="
    parts = [
        f'{begin}"{name}"\r\n\r\n{printable(value)}\r\n' for name, value in form.items() if value
    ]
    parts.append(f'{begin}"file"; filename="ronde.json"\r\nContent-Type: application/json\r\n\r\n')
    return "".join(parts).encode() + file + f"\r\n--{boundary}--\r\n".encode()


def _item(fact: Fact) -> dict[str, Any]:
    """Write a finding as the output `defectdojo` does, as far as it is known by it.

    Its texts are Markdown there. What somebody accepted in our history stays open: DefectDojo
    would never open it again.
    """
    host = f"[{fact.address}]" if ":" in fact.address else fact.address
    item = {
        "title": f"{printable(fact.title)}: {fact.endpoint}"[:MAX_TITLE],
        "severity": fact.severity.capitalize(),
        "description": f"{printable(fact.title)}. Seen on {fact.endpoint}.",
        "date": f"{fact.open_since:%Y-%m-%d}",
        "cwe": fact.cwe,
        "mitigation": _shown(fact.remedy),
        "impact": "\n".join(_impact(fact)),
        "references": "\n".join(map(printable, fact.references)),
        "verified": True,
        "dynamic_finding": True,
        "static_finding": False,
        "component_name": printable(fact.product),
        "component_version": printable(fact.version or "")[:MAX_VERSION],
        "unique_id_from_tool": f"{fact.fingerprint}/{fact.endpoint}",
        "vuln_id_from_tool": fact.probe,
        "endpoints": [f"{fact.transport}://{host}:{fact.port}"],
        "tags": list(_tags(fact)),
    }
    return item | ({"planned_remediation_date": f"{fact.due:%Y-%m-%d}"} if fact.due else {})


def _impact(fact: Fact) -> Iterator[str]:
    yield f"- Access without a credential: {_shown(fact.access)}"
    if fact.label:
        yield f"- Names suggest: {_shown(', '.join((fact.label, *fact.categories)))}"
    if fact.signs:
        yield f"- Signs of others: {_shown(', '.join(fact.signs))}"
    yield f"- Owner: {_shown(fact.owner or 'nobody is known')}"
    if fact.accepted_until:
        by = _shown(fact.accepted_by or "nobody is named")
        yield f"- Accepted until {fact.accepted_until:%Y-%m-%d} by {by}"


def _tags(fact: Fact) -> Iterator[str]:
    """Give what one filters by; a comma or a blank would make two tags of one."""
    yield f"ronde:{fact.access}"
    yield from (f"data:{one}" for one in (fact.label, *fact.categories) if one)
    yield from (f"asks:{rule}" for rule in fact.regulation)
    if fact.case:
        yield f"case:{fact.case}"


def _shown(text: str) -> str:
    return escape(text, Markup.MARKDOWN)

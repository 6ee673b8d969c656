"""The words of tickets: templates in a sandbox, the shipped ones or the team's own.

A template decides what leaves: only what it names is in the ticket. Every value that it shows is
made harmless in the mark-up of the system, whatever filters it went through.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Self

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from scanner.model import Refused, Severity
from scanner.plaintext import printable
from scanner.shipped import shipped
from scanner.ticket import Draft, Fact
from scanner.tickets.escape import Link, Markup, escape
from scanner.tickets.subjects import PREFIX, Subject

#: Jira takes 255 characters; ServiceNow, the strictest, cuts at 160 by itself.
MAX_TITLE = 200

#: Jira takes 32,767 characters, the least of all; ours rarely need 4,000.
MAX_BODY = 30_000

#: Doors that a ticket lists; an owner of more needs a report, not a ticket.
MAX_DOORS = 50

#: What says to everybody that a ticket is ours.
OURS = "ronde"


class Unwordable(Refused):
    """A template cannot be filled in; the message names it."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Two templates, of one line and of many, in the mark-up of a system."""

    title: jinja2.Template
    body: jinja2.Template
    names: tuple[str, str]

    @classmethod
    def load(cls, markup: Markup, title: str | None, body: str | None) -> Self:
        """Read the templates that files hold, or the shipped ones, and try them out.

        Raises:
            Refused: a file cannot be read.
            Unwordable: it is no template, or cannot be filled in; names file and line.
        """
        names = (title or "title.txt", body or f"{_SHIPPED[markup]}.txt")
        own = (title is not None, body is not None)
        # What a title holds is taken as plain text by every system.
        wording = cls(
            _template(Markup.PLAIN, names[0], is_file=own[0]),
            _template(markup, names[1], is_file=own[1]),
            names,
        )
        wording(_SAMPLE, overdue=True)
        return wording

    def __call__(self, subject: Subject, overdue: bool) -> Draft:  # noqa: FBT001 - a plan's `Word`
        """Say of a subject what its ticket should say.

        Raises:
            Unwordable: a template fails on it.
        """
        title = self._filled(self.title, self.names[0], subject, overdue=overdue)
        body = self._filled(self.body, self.names[1], subject, overdue=overdue)
        return Draft(
            key=subject.key,
            title=printable(" ".join(title.split()), MAX_TITLE),
            body=body[:MAX_BODY].strip(),
            severity=subject.severity,
            overdue=overdue,
            labels=(OURS, subject.key),
            facts=subject.facts,
        )

    def _filled(
        self, template: jinja2.Template, name: str, subject: Subject, *, overdue: bool
    ) -> str:
        doors = subject.facts[:MAX_DOORS]
        try:
            return template.render(
                key=subject.key,
                name=subject.name,
                severity=subject.severity.value,
                due=subject.due,
                overdue=overdue,
                accepted=subject.is_accepted,
                findings=[_shown(fact) for fact in doors],
                more=len(subject.facts) - len(doors),
                remedies=_distinct(fact.remedy for fact in doors),
                references=_distinct(Link(one) for fact in doors for one in fact.references),
            )
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise Unwordable(f"{name}: cannot be filled in: {printable(str(error))}") from error


#: Which of the shipped texts suits a mark-up.
_SHIPPED = {
    Markup.PLAIN: "plain",
    Markup.MARKDOWN: "markdown",
    Markup.HTML: "html",
    Markup.WIKI: "plain",
    Markup.TEXTILE: "textile",
}

_SAMPLE = Subject(
    key=PREFIX + "0" * 32,
    name="Sample",
    facts=(
        Fact(
            fingerprint="0" * 32,
            probe="sample",
            title="A sample",
            product="Sample",
            access="open",
            severity=Severity.HIGH,
            endpoint="192.0.2.1:1",
            remedy="None.",
            cwe=306,
            open_since=datetime.min,  # noqa: DTZ901 - a sample, compared with nothing
        ),
    ),
)


def _shown(fact: Fact) -> dict[str, object]:
    """Give a template the plain fields of a fact; what is not set is there and empty."""
    fields = {name: getattr(fact, name) for name in fact.__struct_fields__}
    return fields | {"references": [Link(one) for one in fact.references]}


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _environment(markup: Markup) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # `finalize` escapes every value, for HTML as for the others
        finalize=lambda value: escape(value, markup),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = _day
    return environment


@cache
def _compiled(source: str, markup: Markup) -> jinja2.Template:
    return _environment(markup).from_string(source)


def _template(markup: Markup, name: str, *, is_file: bool) -> jinja2.Template:
    try:
        place = Path(name) if is_file else shipped(f"tickets/{name}")
        return _compiled(place.read_text(encoding="utf-8"), markup)
    except OSError as error:
        raise Refused(f"{name}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{name}: not UTF-8; save the file as UTF-8") from error
    except jinja2.TemplateSyntaxError as error:
        why = printable(str(error.message))
        raise Unwordable(f"{name}:{error.lineno}: no template: {why}") from error


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "no day"

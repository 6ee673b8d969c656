"""Which rules ask something of a finding's owner: pointers and questions, never a verdict.

The texts are data, `config/regulation/`, in English and French. No clock is started here: when
somebody became aware of something is for the controller to say.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path
from string import Formatter
from typing import Self, TypeVar

import msgspec

from scanner import tomltext
from scanner.inferred import Label
from scanner.model import PROVEN, Finding
from scanner.plaintext import MAX_SHOWN, printable
from scanner.shipped import shipped

#: In the order in which a report gives them.
LAWS = ("gdpr.toml", "france.toml", "hipaa.toml", "nis2.toml")

#: Tags of the inventory that say where an asset is, and who hosts it.
COUNTRY, HOST = "country:", "hosted-by:"

#: A remedy is a text of ours, or of whoever wrote the probe: a paragraph, and never cut short.
MAX_REMEDY = 2_000

#: A country is a code of two letters; `country:france` names none that a law knows.
_CODE = re.compile("[a-z]{2}")

T = TypeVar("T")


class Language(StrEnum):
    """The languages of the texts."""

    EN = "en"
    FR = "fr"


class When(StrEnum):
    """What makes a rule worth a question."""

    PERSONAL = "personal"
    HEALTH = "health"
    CLEAR = "clear"
    HOSTED = "hosted"


_HEALTH = frozenset({Label.HEALTH, Label.COMMUNICATIONS, Label.POSSIBLE_HEALTH})
_NOBODY_S = frozenset({Label.UNKNOWN, Label.INTERNAL})


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the files."""


class Words(_Table, frozen=True, kw_only=True):
    """What a pointer says in one language."""

    title: str
    question: str


class Pointer(_Table, frozen=True, kw_only=True):
    """One rule, and its question, which is asked when all of `when` hold."""

    id: str
    when: tuple[When, ...]
    en: Words
    fr: Words


class Law(_Table, frozen=True, kw_only=True):
    """One file: its rules, and the countries in which they apply."""

    countries: frozenset[str]
    pointers: tuple[Pointer, ...]


class Entry(_Table, frozen=True, kw_only=True):
    """One line of the file in one language; without a value it is the owner's to fill in."""

    name: str
    value: str | None = None


class Fact(_Table, frozen=True, kw_only=True):
    """One line of the file."""

    en: Entry
    fr: Entry


class Frame(_Table, frozen=True, kw_only=True):
    """What stands around the lines, and how the language sets colons and thousands apart."""

    heading: str
    blank: str
    colon: str
    thousands: str
    questions: str
    summary: str


class File(_Table, frozen=True, kw_only=True):
    """The file that a controller keeps, as far as it is known."""

    en: Frame
    fr: Frame
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Regulation:
    """The rules, in their order, and the lines of the file."""

    laws: tuple[Law, ...]
    file: File

    @classmethod
    def load(cls) -> Self:
        """Read the texts that ship with the program.

        Raises:
            Refused: one is wrong; names file and field.
        """
        return cls(tuple(_read(name, Law) for name in LAWS), _read("file.toml", File))

    def pointers_of(self, finding: Finding) -> tuple[str, ...]:
        """Give the rules that ask something of the owner of a finding, by id.

        They ask for what was proved open, where they apply or where nobody said where it is.
        """
        if finding.access not in PROVEN:
            return ()
        here = frozenset(filter(_CODE.fullmatch, _tagged(finding, COUNTRY)))
        laws = [law for law in self.laws if not here or law.countries & here]
        return tuple(
            pointer.id
            for law in laws
            for pointer in law.pointers
            if all(_HOLDS[condition](finding) for condition in pointer.when)
        )

    def summary(self, finding: Finding, language: Language) -> str:
        """Say what was seen, what that shows, and what it does not show."""
        frame: Frame = getattr(self.file, language)
        return _filled(frame.summary, _known(finding, frame)) or frame.blank

    def block(self, finding: Finding, language: Language) -> Iterator[str]:
        """Write what was seen, the lines of the file and the questions, in one language."""
        frame: Frame = getattr(self.file, language)
        known = _known(finding, frame)
        yield self.summary(finding, language)
        yield ""
        yield frame.heading + frame.colon
        for fact in self.file.facts:
            entry: Entry = getattr(fact, language)
            yield f"  {entry.name}{frame.colon} {_filled(entry.value, known) or frame.blank}"
        yield ""
        yield frame.questions + frame.colon
        for pointer in chain.from_iterable(law.pointers for law in self.laws):
            if pointer.id in finding.regulation:
                words: Words = getattr(pointer, language)
                yield f"  [{pointer.id}] {words.title}"
                yield f"    {words.question}"


def _read(name: str, kind: type[T]) -> T:
    path = Path("regulation") / name
    text = shipped(path.as_posix()).read_text(encoding="utf-8")
    return tomltext.converted(path, tomltext.parse(path, text), kind)


def _is_hosted(finding: Finding) -> bool:
    """Tell whether the inventory names a host that is not the owner; without both it cannot."""
    owner = (finding.asset.owner or "").strip().lower()
    return bool(owner) and any(host != owner for host in _tagged(finding, HOST))


def _tagged(finding: Finding, prefix: str) -> Iterator[str]:
    for tag in map(str.lower, finding.asset.tags):
        if tag.startswith(prefix) and (value := tag.removeprefix(prefix).strip()):
            yield value


_HOLDS: Mapping[When, Callable[[Finding], bool]] = {
    When.PERSONAL: lambda finding: finding.label not in _NOBODY_S,
    When.HEALTH: lambda finding: finding.label in _HEALTH,
    When.CLEAR: lambda finding: finding.tls is None,
    When.HOSTED: _is_hosted,
}


def _known(finding: Finding, frame: Frame) -> dict[str, str | None]:
    """Give what a finding knows, ready to be shown; None is what it does not."""
    known = {
        "seen": f"{finding.last_seen:%Y-%m-%d %H:%M} UTC",
        "vantage": finding.vantage,
        "product": f"{finding.product} {finding.version or ''}".rstrip(),
        "endpoint": str(finding.endpoint),
        "first_seen": f"{finding.first_seen:%Y-%m-%d %H:%M} UTC",
        "last_seen": f"{finding.last_seen:%Y-%m-%d %H:%M} UTC",
        "oldest": f"{finding.oldest:%Y-%m-%d}" if finding.oldest else None,
        "owner": finding.asset.owner,
        "categories": ", ".join(one.name for one in finding.categories) or None,
        "records": _number(finding.records, frame),
    }
    shown = {name: value and printable(value, MAX_SHOWN) for name, value in known.items()}
    return {**shown, "remedy": printable(finding.remedy, MAX_REMEDY)}


def _number(count: int | None, frame: Frame) -> str | None:
    return None if count is None else f"{count:,}".replace(",", frame.thousands)


def _filled(template: str | None, known: Mapping[str, str | None]) -> str | None:
    """Fill in a template; None where it has a place for what is not known."""
    places = [name for _, name, _, _ in Formatter().parse(template or "") if name]
    if template is None or any(known[place] is None for place in places):
        return None
    return template.format_map(known)

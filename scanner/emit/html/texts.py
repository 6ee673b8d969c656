"""The words of the page in each language: data files, read once for a report."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scanner.model import Finding
from scanner.plaintext import printable
from scanner.shipped import shipped

#: In the order of the switch; the page opens in the reader's own where it is one of them.
LANGUAGES = ("en", "fr")

#: Languages into which the probes' own words, which are English, are translated.
TRANSLATED = frozenset({"fr"})

#: What stands between thousands: French has a narrow space that no line breaks at.
_THOUSANDS = {"en": ",", "fr": "\N{NARROW NO-BREAK SPACE}"}

#: The blanks of French before its double marks, and within its quotation marks.
_BOUND = re.compile(" (?=[:;?!»])|(?<=«) ")


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the page: its words by section and key, its numbers, its shares."""

    code: str
    words: Mapping[str, Mapping[str, str]]
    probes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def load(cls, code: str) -> "Language":
        """Read the words that ship with the program."""
        probes = _read(f"report/probes.{code}.toml") if code in TRANSLATED else {}
        words = _read(f"report/{code}.toml")
        bound = {
            section: {key: unbroken(code, said) for key, said in told.items()}
            for section, told in words.items()
        }
        return cls(code, bound, probes)

    def say(self, section: str, key: str, **places: object) -> str:
        """Give a text, numbers as the language writes them; a share is a part and its whole."""
        return self.words[section][key].format(
            **{name: self._written(value) for name, value in places.items()}
        )

    def title(self, finding: Finding) -> tuple[str, str]:
        """Give what a probe calls its finding, and the language of that.

        A probe of somebody else's is in English in both.
        """
        told = self.probes.get(finding.probe)
        return (told["title"], self.code) if told else (finding.title, "en")

    def name(self, section: str, word: str) -> str:
        """Translate a word of our own vocabulary; one without a translation stands as it is."""
        return self.words[section].get(word) or printable(word)

    def number(self, value: int) -> str:
        """Write a number with its thousands apart."""
        return f"{value:,}".replace(",", _THOUSANDS[self.code])

    def share(self, part: int, whole: int) -> str:
        """Write a percentage rounded down: what is not everything is never called 100 %."""
        percent = part * 100 // whole if whole else 0
        return f"{percent}\N{NARROW NO-BREAK SPACE}%" if self.code == "fr" else f"{percent}%"

    def _written(self, value: object) -> str:
        match value:
            case int():
                return self.number(value)
            case datetime():
                return moment(value)
            case (int(part), int(whole)):
                return self.share(part, whole)
            case _:
                return printable(str(value))


def unbroken(code: str, text: str) -> str:
    """Keep French marks on the line of their word, as its typography asks."""
    return _BOUND.sub("\N{NARROW NO-BREAK SPACE}", text) if code == "fr" else text


def _read(name: str) -> dict[str, dict[str, str]]:
    return tomllib.loads(shipped(name).read_text(encoding="utf-8"))


def moment(when: datetime) -> str:
    """Write a moment so that it reads the same in every language, to the minute."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

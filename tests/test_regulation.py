"""The law's questions: asked where it may apply, never answered by us."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from probes import PROBES
from scanner.inferred import Category, DataCategory, Label
from scanner.model import Access, Asset, Finding, TlsFacts
from scanner.regulation import Entry, Frame, Language, Pointer, Regulation, When
from tests.exposures import NOON, exposure

ROOT = Path(__file__).parents[1]

REGULATION = Regulation.load()
POINTERS = [pointer for law in REGULATION.laws for pointer in law.pointers]

TLS = TlsFacts(version="TLSv1.3", cipher="AES")

#: Words that would judge what only a controller may: in no text of ours, in either language.
VERDICTS = re.compile(
    r"\bbreach|\bviolat|\bcomplian|\bconform(?:e|es|ité)\b|\binfraction|\bunlawful|\billegal(?!_argument)"
    r"|\b(?:patients?|persons?|people|individuals) (?:are |were )?affected"
    r"|\baffected (?:patients?|persons?|people|individuals)"
    r"|\b(?:patients|personnes) (?:touchée?s|affectée?s|concernée?s)",
    re.IGNORECASE,
)

#: Where such a word is somebody else's: a protocol's, an interface's, a name that is looked for.
THEIRS = {"config/vocabulary"}


def health(**changes: object) -> Finding:
    """Give an open store whose names suggest health data."""
    return asking(exposure(**{"label": Label.HEALTH, "tls": None, **changes}))


def asking(finding: Finding) -> Finding:
    """Give a finding the rules that ask something of its owner, as a draft has them."""
    return replace(finding, regulation=REGULATION.pointers_of(finding))


def laws(finding: Finding) -> set[str]:
    """Give the laws that ask."""
    return {pointer.partition(":")[0] for pointer in finding.regulation}


class TestWhoIsAsked:
    """Which findings ask what."""

    def test_an_open_store_of_health_data_asks_all_of_them(self) -> None:
        """Where nobody said where it is, each law may apply."""
        assert health().regulation == (
            "gdpr:4(12)",
            "gdpr:9",
            "gdpr:32",
            "gdpr:33",
            "gdpr:34",
            "fr:csp:L1111-8-2",
            "fr:csp:L1470-5",
            "fr:cnil",
            "hipaa:164.308",
            "hipaa:164.312(a)(d)",
            "hipaa:164.312(e)",
            "hipaa:164.400-414",
            "nis2:21",
            "nis2:23",
        )

    @pytest.mark.parametrize(
        ("tags", "expected"),
        [
            (("country:fr",), {"gdpr", "fr", "nis2"}),
            (("Country:DE",), {"gdpr", "nis2"}),
            (("country:no",), {"gdpr"}),
            (("country:us",), {"hipaa"}),
            (("country:us", "country:fr"), {"gdpr", "fr", "hipaa", "nis2"}),
            (("country:jp",), set()),
            (("country:re",), {"gdpr", "fr", "nis2"}),
            (("country:",), {"gdpr", "fr", "hipaa", "nis2"}),
            (("country:france",), {"gdpr", "fr", "hipaa", "nis2"}),
        ],
    )
    def test_a_country_in_the_inventory_leaves_the_others_out(
        self, tags: tuple[str, ...], expected: set[str]
    ) -> None:
        """An asset in France is not asked about HIPAA."""
        assert laws(health(asset=Asset(tags=tags))) == expected

    @pytest.mark.parametrize(
        ("owner", "tags", "asked"),
        [
            ("Clinic", ("hosted-by:Cloud",), True),
            ("Clinic", ("hosted-by:clinic",), False),
            ("Clinic", (), False),
            (None, ("hosted-by:Cloud",), False),
        ],
    )
    def test_a_host_is_asked_for_its_certificate_only_if_it_is_not_the_owner(
        self, owner: str | None, tags: tuple[str, ...], *, asked: bool
    ) -> None:
        """A hospital that hosts its own data needs none; what is not known is not asked."""
        finding = health(asset=Asset(owner=owner, tags=tags))

        assert ("fr:csp:L1111-8" in finding.regulation) is asked

    def test_clear_text_is_asked_about_where_it_was_seen(self) -> None:
        """A connection under TLS is not."""
        assert "hipaa:164.312(e)" in health().regulation
        assert "hipaa:164.312(e)" not in health(tls=TLS).regulation

    @pytest.mark.parametrize(
        ("label", "expected"),
        [
            (Label.UNKNOWN, {"nis2"}),
            (Label.INTERNAL, {"nis2"}),
            (Label.PERSONAL, {"gdpr", "fr", "nis2"}),
            (Label.COMMUNICATIONS, {"gdpr", "fr", "hipaa", "nis2"}),
        ],
    )
    def test_what_names_suggest_decides(self, label: Label, expected: set[str]) -> None:
        """Nobody is asked about persons where nothing speaks of any."""
        assert laws(health(label=label)) == expected

    def test_a_door_that_is_shielded_asks_nothing(self) -> None:
        """Nothing was read there."""
        assert health(access=Access.SHIELDED).regulation == ()


class TestTheFile:
    """What a controller's file is given."""

    def test_known_facts_are_filled_in_and_the_others_left_blank(self) -> None:
        """Persons, awareness and the start are nobody's to know but the owner's."""
        category = DataCategory(name=Category.PRESCRIPTION, confidence=0.9, words=())
        finding = health(records=1204, oldest=NOON, categories=(category,))

        lines = list(REGULATION.block(finding, Language.EN))

        assert "  records: about 1,204, as the server counts them; they are not persons" in lines
        assert "  oldest data set: made 2026-03-01" in lines
        assert "  kinds of data, by their names: prescription" in lines
        assert "  open since when: ________________" in lines
        assert "  your awareness (72 h from then): ________________" in lines
        assert "  categories and number of persons: ________________" in lines

    @pytest.mark.parametrize("remedy", sorted({probe.about.remedy for probe in PROBES}))
    def test_no_remedy_is_cut(self, remedy: str) -> None:
        """What has to be done is said to its end."""
        lines = list(REGULATION.block(health(remedy=remedy), Language.EN))

        assert any(line.endswith(f" {remedy}") for line in lines)

    def test_what_a_finding_does_not_know_is_blank(self) -> None:
        """No count is no zero, and no owner is nobody."""
        lines = list(REGULATION.block(health(asset=Asset()), Language.EN))

        assert "  records: ________________" in lines
        assert "  owner: ________________" in lines

    def test_french_says_the_same(self) -> None:
        """Line by line, with every question."""
        finding = health(records=1204)
        english, french = (list(REGULATION.block(finding, one)) for one in Language)

        assert len(english) == len(french)
        assert (
            "  enregistrements : environ 1 204, selon le serveur ; ce ne sont pas des personnes"
            in french
        )
        assert blanks(english) == blanks(french)

    def test_the_clock_is_the_owner_s(self) -> None:
        """72 hours are counted from an awareness that we do not date."""
        (asked,) = [pointer for pointer in POINTERS if pointer.id == "gdpr:33"]

        assert "72 h from your awareness" in asked.en.question
        assert "72 h à compter de votre prise de connaissance" in asked.fr.question

    def test_both_meanings_of_500_are_told(self) -> None:
        """500 individuals in all, and more than 500 residents of one State."""
        (asked,) = [pointer for pointer in POINTERS if pointer.id == "hipaa:164.400-414"]

        assert "500 or more individuals in all" in asked.en.question
        assert "more than 500 residents of one State" in asked.en.question

    @given(st.text(max_size=50))
    def test_what_a_server_said_is_never_obeyed(self, said: str) -> None:
        """Nothing of it controls a terminal or fills in another place."""
        finding = health(product=said + "{remedy}\x1b[2J", version=said)

        lines = list(REGULATION.block(finding, Language.EN))

        assert "\x1b" not in "".join(lines)
        assert "{remedy}" in lines[0]
        assert finding.remedy not in lines[0]


class TestTheTexts:
    """What holds for every text of ours."""

    def test_every_id_is_one_rule_s(self) -> None:
        """A pointer points to one place."""
        assert len({pointer.id for pointer in POINTERS}) == len(POINTERS)

    @pytest.mark.parametrize("pointer", POINTERS, ids=lambda pointer: pointer.id)
    def test_every_pointer_asks(self, pointer: Pointer) -> None:
        """There is a question in both languages."""
        assert "?" in pointer.en.question
        assert "?" in pointer.fr.question

    def test_every_condition_is_used(self) -> None:
        """A word that no rule needs is not kept."""
        used = chain.from_iterable(pointer.when for pointer in POINTERS)

        assert set(used) == set(When)

    @pytest.mark.parametrize("language", list(Language))
    def test_both_languages_fill_in_the_same(self, language: Language) -> None:
        """A fact that one shows the other shows too."""
        english = [places(fact.en) for fact in REGULATION.file.facts]
        other: list[Entry] = [getattr(fact, language) for fact in REGULATION.file.facts]
        frame: Frame = getattr(REGULATION.file, language)

        assert [places(entry) for entry in other] == english
        assert places(Entry(name="", value=frame.summary)) == {
            "seen",
            "vantage",
            "product",
            "endpoint",
        }

    @pytest.mark.parametrize(
        "text",
        [
            "a data breach",
            "GDPR violation",
            "non-compliant",
            "12 patients affected",
            "affected persons",
            "non conforme",
            "les personnes concernées",
        ],
    )
    def test_a_verdict_is_recognised(self, text: str) -> None:
        """The words that the next test looks for are found where they stand."""
        assert VERDICTS.search(text)

    def test_no_text_of_ours_is_a_verdict(self) -> None:
        """Whether anything happened, and what follows from it, is for the controller to say."""
        found = [(place, text) for place, text in texts() if VERDICTS.search(text)]

        assert found == []


def blanks(lines: list[str]) -> list[bool]:
    """Tell which lines are the owner's to fill in."""
    return [line.endswith("____") for line in lines]


def places(entry: Entry) -> set[str]:
    """Give the places of a template."""
    return {name for _, name, _, _ in Formatter().parse(entry.value or "") if name}


def texts() -> Iterator[tuple[str, str]]:
    """Give every line of the shipped files, and every string of the program but docstrings."""
    for path in sorted((ROOT / "config").rglob("*.toml")):
        place = path.relative_to(ROOT).as_posix()
        if not any(place.startswith(theirs) for theirs in THEIRS):
            yield place, path.read_text(encoding="utf-8")
    for path in sorted(chain((ROOT / "scanner").rglob("*.py"), (ROOT / "probes").rglob("*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in docstrings:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", str(node.value)

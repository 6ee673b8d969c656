"""The page in a browser: it works, everybody can use it, and nothing hostile runs.

The browser is the Chromium that is installed; where there is none, these tests are skipped.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import (  # type: ignore[import-untyped] # has no types
    Axe,
)
from playwright.sync_api import Browser, Page, expect, sync_playwright

from scanner.emit.html import render
from scanner.emit.report import Report
from scanner.model import Asset, Finding, Holding, Status
from tests.emit.html.estate import estate, past, reached
from tests.exposures import coverage, endpoint, exposure

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed"),
]

#: What a server could call itself, to be run by whoever reads the report.
HOSTILE = (
    "<img src=x onerror=window.ran=1>",
    "</script><script>window.ran=1</script>",
    '"><svg onload=window.ran=1>',
    "javascript:window.ran=1",
    "<!--<script>",
    "{{constructor.constructor('window.ran=1')()}}",
    "\u202egnp.exe\u2066\x00\x1b[31m\u2028",
    "x" * 10_000,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The installed Chromium, without a window."""
    with sync_playwright() as driver:
        # Without its own sandbox, which a container or root cannot have: it opens our page only.
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Browser, folder: Path, report: Report, **context: object) -> Page:
    """Open a report; whatever the browser complains of, or fetches, is put on the page's record."""
    path = folder / "report.html"
    path.write_bytes(b"".join(render(report)))
    page = browser.new_context(**{"locale": "en-GB", **context}).new_page()  # type: ignore[arg-type] # named by the test
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(path.as_uri())
    page.said = said  # type: ignore[attr-defined] # the record travels with the page
    return page


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Page:
    """The report of an estate of 120 doors."""
    doors = estate(120)
    return opened(browser, tmp_path, Report(doors, reached(), past(doors[0].fingerprint)))


def rows(page: Page) -> list[str]:
    """Give the endpoints of the list, as they are shown."""
    return page.locator("table.findings > tbody > tr > td:nth-child(6) code").all_inner_texts()


def said(page: Page) -> list[str]:
    """Give what the browser complained of or fetched, but for the page itself."""
    record: list[str] = page.said  # type: ignore[attr-defined] # put there by `opened`
    return [line for line in record if line != page.url.partition("#")[0]]


def hostile(text: str) -> Finding:
    """Give a finding in which everything that others choose is hostile."""
    return exposure(
        title=text,
        product=text,
        version=text,
        because=text,
        remedy=text,
        references=(text,),
        endpoint=endpoint(),
        holdings=(Holding(name=text, kind=text, fields=(text,)),),
        asset=Asset(owner=text, contact=text, site=text, zone=text, tags=(text,)),
        vantage=text,
        labels=(text,),
    )


class TestHostileNames:
    """Nothing that a server says runs in the reader's browser."""

    def test_nothing_runs_and_nothing_is_fetched(self, browser: Browser, tmp_path: Path) -> None:
        """Neither in the tables, nor in the list, nor in its details."""
        findings = [hostile(text) for text in HOSTILE]
        page = opened(browser, tmp_path, Report(findings, coverage(vantage=HOSTILE[0])))

        for button in page.get_by_role("button", name="Details of").all():
            button.click()

        assert page.locator("tr.detail").count() == len(HOSTILE)
        assert page.evaluate("window.ran") is None
        assert said(page) == []

    def test_a_script_that_were_in_the_page_would_not_run(self, page: Page) -> None:
        """The policy is a second wall behind the escaping."""
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('p'), {id: 'there'}))"
        )
        refused = page.evaluate(
            """() => { try { document.getElementById('there').innerHTML = '<b>x</b>'; return false }
                       catch (error) { return error.name } }"""
        )

        assert refused == "TypeError"

    def test_no_name_widens_the_page(self, browser: Browser, tmp_path: Path) -> None:
        """Ten thousand characters are cut and broken, also on a telephone."""
        narrow = {"width": 360, "height": 800}
        findings = [hostile("x" * 10_000)]
        page = opened(browser, tmp_path, Report(findings, coverage()), viewport=narrow)
        page.get_by_role("button", name="Details of").click()

        assert page.evaluate("document.documentElement.scrollWidth") <= 360


class TestList:
    """An engineer finds what he has to close."""

    def test_a_page_of_the_worst_is_shown_first(self, page: Page) -> None:
        """The others are a button away."""
        assert len(rows(page)) == 50
        expect(page.get_by_text("of 120 (120 in all)")).to_be_visible()

    def test_ten_thousand_findings_are_searched_and_grouped(
        self, browser: Browser, tmp_path: Path
    ) -> None:
        """Fifty are drawn at a time; what the reader asks for is there at once, or this waits."""
        page = opened(browser, tmp_path, Report(estate(10_000), reached()))
        page.get_by_label("Group by").select_option(label="Case")
        grouped = page.locator("tr.group").first.inner_text()
        page.get_by_role("searchbox").fill("198.18.39.250:9200")

        expect(page.locator("table.findings > tbody > tr.group")).to_have_count(1)
        assert grouped.endswith("Doors: 3")
        assert rows(page) == ["198.18.39.250:9200"]

    def test_a_search_takes_several_words_of_any_column(self, page: Page) -> None:
        """All of them must be there."""
        page.get_by_role("searchbox").fill("198.18.0.7:9200 FAXES")

        expect(page.locator("table.findings > tbody > tr")).to_have_count(1)

    def test_a_choice_narrows_the_list_and_is_taken_back(self, page: Page) -> None:
        """By severity, status, access, data, probe and owner."""
        page.get_by_label("Severity", exact=True).select_option("critical")
        badges = set(page.locator("table.findings .badge").all_inner_texts())
        page.get_by_role("button", name="Clear filters").click()

        assert badges == {"critical"}
        expect(page.get_by_text("of 120 (120 in all)")).to_be_visible()

    def test_the_doors_of_a_case_stand_together_under_its_name(self, page: Page) -> None:
        """Where the gravest of them stands; a case has three doors here."""
        page.get_by_label("Group by").select_option(label="Case")
        heads = page.locator("tr.group").all_inner_texts()
        doors = [int(text.rsplit(".", 1)[1].split(":")[0]) for text in rows(page)[:3]]

        assert heads[0].startswith("Case ")
        assert heads[0].endswith("Doors: 3")
        assert len({(door - 1) // 3 for door in doors}) == 1
        expect(page.get_by_text("of 120 (120 in all)")).to_be_visible()

    @pytest.mark.parametrize("by", ["Owner", "Site", "Address", "Probe"])
    def test_whoever_acts_has_his_own_in_one_place(self, page: Page, by: str) -> None:
        """Each group once, on this page and the next ones."""
        page.get_by_label("Group by").select_option(label=by)
        heads = page.locator("tr.group").all_inner_texts()

        assert heads
        assert len(set(heads)) == len(heads)

    def test_addresses_are_sorted_as_numbers_both_ways(self, page: Page) -> None:
        """A second click turns the order round, and the column says so."""
        heading = page.get_by_role("columnheader", name="Endpoint").last
        heading.get_by_role("button").click()
        first = rows(page)[:2]
        heading.get_by_role("button").click()

        assert first == ["198.18.0.1:9200", "198.18.0.2:9200"]
        assert rows(page)[:2] == ["198.18.0.120:9200", "198.18.0.119:9200"]
        expect(heading).to_have_attribute("aria-sort", "descending")

    def test_the_details_unfold_by_the_keyboard_alone(self, page: Page) -> None:
        """`/` leads to the search, Enter unfolds, and the focus stays where it was."""
        page.keyboard.press("/")
        page.keyboard.type("198.18.0.7:9200")
        expect(page.locator("table.findings > tbody > tr")).to_have_count(1)
        page.get_by_role("button", name="Details of").focus()
        page.keyboard.press("Enter")

        expect(page.locator("tr.detail")).to_contain_text("curl -gis --max-time 10")
        expect(page.get_by_role("button", name="Details of")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("tr.detail")).to_have_count(0)

    def test_a_telephone_names_each_cell_of_a_row(self, browser: Browser, tmp_path: Path) -> None:
        """A bare number under no heading says nothing."""
        narrow = {"width": 400, "height": 900}
        unlisted = exposure(holdings=(), holdings_total=0)
        page = opened(browser, tmp_path, Report([unlisted], coverage()), viewport=narrow)
        cell = page.locator("table.findings > tbody > tr > td:nth-child(8)")

        assert cell.evaluate("one => getComputedStyle(one, '::before').content") == '"Holdings: "'
        expect(cell).to_have_text("not listed")

    def test_paper_gets_all_details_of_what_the_filters_left(self, page: Page) -> None:
        """Nothing unfolds on paper."""
        page.get_by_label("Status", exact=True).select_option(Status.NEW)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        printed = page.locator("tr.detail").count()
        page.evaluate("dispatchEvent(new Event('afterprint'))")

        assert printed == sum(finding.status is Status.NEW for finding in estate(120))
        assert page.locator("tr.detail").count() == 0

    @pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
    def test_nothing_is_cut_off_at_the_edge_of_a_sheet(
        self, browser: Browser, tmp_path: Path, locale: str
    ) -> None:
        """A4 less its margins is 680 pixels wide, and paper cannot be scrolled."""
        sheet = {"width": 680, "height": 1_009}
        report = Report(estate(60), reached(), past())
        page = opened(browser, tmp_path, report, locale=locale, viewport=sheet)
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")

        right = page.evaluate(
            """[...document.querySelectorAll('td, th, p, pre')]
                 .map((one) => one.getBoundingClientRect().right)"""
        )
        assert max(right) <= 680
        expect(page.get_by_role("columnheader").last).to_be_visible()

    def test_a_stack_of_paper_has_an_end_and_says_so(self, page: Page) -> None:
        """All 120 lines, and the details of the worst 50."""
        page.evaluate("dispatchEvent(new Event('beforeprint'))")

        assert len(rows(page)) == 120
        assert page.locator("tr.detail").count() == 50
        expect(page.get_by_text("Printed: 120 of 120 findings, the first 50")).to_be_visible()


class TestLanguages:
    """Everybody reads it in his own."""

    def test_it_opens_in_the_reader_s_language(self, browser: Browser, tmp_path: Path) -> None:
        """And names it, for whoever has it read aloud."""
        page = opened(browser, tmp_path, Report([exposure()], reached()), locale="fr-CA")

        expect(page.locator("html")).to_have_attribute("lang", "fr")
        expect(page.get_by_role("heading", level=1)).to_have_text("Portes ouvertes")
        expect(page.get_by_label("Gravité", exact=True)).to_be_visible()

    def test_a_probe_s_words_are_the_reader_s(self, browser: Browser, tmp_path: Path) -> None:
        """What is open and what to do, above and below; whoever seeks one finds it by both."""
        finding = exposure(probe="redis", title="Redis answers without a password")
        page = opened(browser, tmp_path, Report([finding], reached()), locale="fr-CA")
        page.get_by_role("searchbox").fill("sans mot de passe")
        page.get_by_role("button", name="Détails de").click()

        expect(page.locator("tr.detail h3")).to_have_text("Redis répond sans mot de passe")
        expect(page.locator("tr.detail")).to_contain_text("Exigez un mot de passe")
        expect(page.get_by_role("rowheader", name="Redis répond sans mot de passe")).to_be_visible()

    def test_a_click_changes_it_and_keeps_what_was_sought(self, page: Page) -> None:
        """A reader shows it to another."""
        page.get_by_role("searchbox").fill("198.18.0.7:9200")
        expect(page.locator("table.findings > tbody > tr")).to_have_count(1)
        page.get_by_role("button", name="Français").click()

        expect(page.get_by_text("Affichés : 1 à 1 sur 1 (120 en tout)")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text("Portes ouvertes")

    def test_without_scripts_the_top_can_be_read(self, browser: Browser, tmp_path: Path) -> None:
        """Mail previews and hardened browsers run none."""
        report = Report([exposure()], coverage())
        page = opened(browser, tmp_path, report, java_script_enabled=False)

        expect(page.get_by_text("Open doors: 1")).to_be_visible()
        expect(page.get_by_text("need scripts")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(browser: Browser, tmp_path: Path, locale: str, scheme: str) -> None:
    """Names, roles, contrast, order: as axe-core judges them, with details unfolded."""
    doors = estate(60)
    report = Report(doors, reached(), past(doors[0].fingerprint))
    page = opened(browser, tmp_path, report, locale=locale, color_scheme=scheme)
    page.locator("#by-group").select_option("case")
    page.locator("table.findings td button").first.click()

    assert Axe().run(page).response["violations"] == []

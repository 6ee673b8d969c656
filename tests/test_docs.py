"""The documents say what is: links, commands, names of tests and asks are held to the code."""

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import anyio
import click
import pytest

import tests.transcripts
from probes import PROBES
from scanner import __version__, exits
from scanner.assess import assess
from scanner.cli import ronde
from scanner.conversation import Limits, request_of
from scanner.denied import DENIED
from scanner.model import Service, Silence, Unknown
from scanner.probe import FRONT, About, Fixed, Get, HttpAsk, HttpDialogue, Page
from scanner.wire.http import Client
from tests import pages
from tests.transcripts import load, replay

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
LIMITS = DOCS / "limits.md"
SECURITY = DOCS / "security.md"
OPERATING = DOCS / "operating.md"
README = ROOT / "README.md"

PAGES = sorted((*ROOT.glob("*.md"), *DOCS.rglob("*.md")))
UNITS = sorted(path for path in (ROOT / "config").rglob("*") if path.is_file())

#: The first cells of its tables but the first.
TABLE_HEADS = {"countermeasure"}

#: The only hosts that a page may name, besides those that its probe refers to. A registry is not
#: among them: a mirror may be in its place.
HOSTS = {
    "127.0.0.1",
    "YOUR-TEAM.atlassian.net",
    "YOUR-TEAM.service-now.com",
    "api.atlassian.com",
    "api.github.com",
    "cardbox.example",
    "tracker.example",
    "jinja.palletsprojects.com",
    "bestpractical.com",
    "www.redmine.org",
    "www.roundup-tracker.org",
    "cwe.mitre.org",
    "github.com",
    "json-schema.org",
    "localhost",
    "nmap.org",
    "semver.org",
}

REFERENCES = {reference for probe in PROBES for reference in probe.about.references}

HTTP_ASKS = [ask for probe in PROBES for ask in probe.about.asks if isinstance(ask, Get | Fixed)]
FIXED_ASKS = [(one, ask) for one in PROBES for ask in one.about.asks if isinstance(ask, Fixed)]

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
URL_HOST = re.compile(r"https?://([\w.-]+)")
CALL = re.compile(r"^\s*(?:\S*/)?ronde ((?:-|[a-z]).*)$")
UNIT_CALL = re.compile(r"/bin/ronde (.*)$", re.MULTILINE)
CRON_ARGUMENT = re.compile(r"^ +- (--\S+|scan)", re.MULTILINE)
TEST_NAME = re.compile(r"\btest_\w+")
ROW = re.compile(r"^\| (.+) \|$", re.MULTILINE)
NAMED_FILE = re.compile(r"`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)

#: The files that the page on writing a probe shows, by name.
EXAMPLE = dict(NAMED_FILE.findall((DOCS / "writing-a-probe.md").read_text(encoding="utf-8")))


def fences(page: Path) -> list[tuple[str, str]]:
    """Give language and text of each code fence, without its indentation."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [
        (kind, re.sub(f"^{indent}", "", body, flags=re.MULTILINE)) for indent, kind, body in found
    ]


def section(page: Path, heading: str) -> str:
    """Give the text below a heading, up to the next one of its level."""
    level = heading.split(" ", 1)[0]
    _, _, rest = page.read_text(encoding="utf-8").partition(f"\n{heading}\n")
    return rest.partition(f"\n{level} ")[0]


def rows(text: str) -> list[list[str]]:
    """Give the cells of a table's rows, its head left out."""
    cells = [row.split(" | ") for row in ROW.findall(text) if not row.startswith("-")]
    return cells[1:]


def names_of_tests() -> set[str]:
    """Collect the names of all tests that pytest collects, from their source: it is not imported.

    A function is one if it stands at the top of its file, or in a class whose name says so.
    """
    trees = (
        ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob("test_*.py")
    )
    bodies = (body for tree in trees for body in (tree.body, *_classes_of_tests(tree)))
    return {
        node.name
        for body in bodies
        for node in body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


def _classes_of_tests(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield node.body


def named(page: Path) -> str:
    """Name a page in a test's id."""
    return str(page.relative_to(ROOT))


class TestPages:
    """What holds for every page."""

    @pytest.mark.parametrize("page", PAGES, ids=named)
    def test_every_link_leads_somewhere(self, page: Path) -> None:
        """A link into the tree names a file or a folder that is there."""
        targets = LINK.findall(page.read_text(encoding="utf-8"))

        assert [target for target in targets if not (page.parent / target).exists()] == []

    @pytest.mark.parametrize("page", [*PAGES, *UNITS], ids=named)
    def test_no_other_host_is_named(self, page: Path) -> None:
        """A page sends its reader to known hosts only, and to no registry."""
        hosts = set(URL_HOST.findall(page.read_text(encoding="utf-8")))

        assert hosts - HOSTS - set(URL_HOST.findall(" ".join(REFERENCES))) == set()

    @pytest.mark.parametrize("folder", [DOCS, DOCS / "decisions"], ids=named)
    def test_an_index_names_every_page_of_its_folder(self, folder: Path) -> None:
        """No page lies about that nobody is led to."""
        named_pages = set(LINK.findall((folder / "README.md").read_text(encoding="utf-8")))
        pages = {path.name for path in folder.glob("*.md")} - {"README.md"}

        assert pages - named_pages == set()


class TestCommands:
    """What a reader types is what the program takes."""

    def test_the_readme_begins_with_the_two_commands(self) -> None:
        """Whoever clones it needs two lines, and the Makefile knows them."""
        assert fences(README)[0] == ("console", "make demo\nmake test\n")
        assert re.findall(r"^(demo|test):", (ROOT / "Makefile").read_text(), re.MULTILINE) == [
            "demo",
            "test",
        ]

    def test_every_command_and_option_is_explained(self) -> None:
        """What `--help` lists stands in the README or in the operator's page."""
        text = README.read_text(encoding="utf-8") + OPERATING.read_text(encoding="utf-8")
        words = {word for place in leaves(ronde, "ronde") for word in words_of(*place)}

        assert sorted(word for word in words if word not in text) == []

    @pytest.mark.parametrize("page", PAGES, ids=named)
    def test_every_command_in_a_page_is_taken(self, page: Path) -> None:
        """A command in a code fence names a command and options that exist."""
        lines = [line for _, body in fences(page) for line in body.splitlines()]
        calls = [found[1] for line in lines if (found := CALL.match(line))]

        assert [refusal for call in calls for refusal in refusals(shlex.split(call))] == []

    @pytest.mark.parametrize("unit", ["cron.example", "systemd/ronde.service"])
    def test_the_units_call_what_there_is(self, unit: str) -> None:
        """What cron and systemd start is taken by the command line."""
        calls = UNIT_CALL.findall((ROOT / "config" / unit).read_text(encoding="utf-8"))

        assert len(calls) == 1
        assert list(refusals(shlex.split(calls[0]))) == []

    def test_the_cron_job_calls_what_there_is(self) -> None:
        """What the pod starts is taken by the command line."""
        manifest = (ROOT / "config" / "kubernetes-cronjob.yaml").read_text(encoding="utf-8")
        arguments = CRON_ARGUMENT.findall(manifest)

        assert "scan" in arguments
        assert list(refusals(arguments)) == []

    @pytest.mark.parametrize("page", pages.PAGES, ids=named)
    def test_a_page_that_is_made_is_up_to_date(self, page: Path) -> None:
        """What is made from the probes says what they say now."""
        made = pages.PAGES[page](PROBES)

        assert page.read_text(encoding="utf-8") == made, "run python -m tests.pages"

    def test_the_exit_codes_are_those_of_the_program(self) -> None:
        """Both tables list each code once."""
        codes = sorted(code for code in vars(exits).values() if type(code) is int)

        assert [int(row[0]) for row in rows(section(README, "## Exit codes of a scan"))] == codes
        assert [
            int(row[0]) for row in rows(section(OPERATING, "## 7. Exit codes of a scan"))
        ] == codes

    def test_the_changes_tell_of_this_version(self) -> None:
        """The version of the program has an entry."""
        assert f"## {__version__}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def leaves(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Walk a command, its subcommands and theirs, each with what one types for it."""
    yield path, command
    below = command.commands if isinstance(command, click.Group) else {}
    for name, child in below.items():
        yield from leaves(child, f"{path} {name}")


def words_of(path: str, command: click.Command) -> Iterator[str]:
    """Give what one types for a command, and its long options."""
    yield path
    options = (one for one in command.params if isinstance(one, click.Option))
    yield from (max(option.opts, key=len) for option in options)


def refusals(arguments: list[str]) -> Iterator[str]:
    """Say what a command line would be refused for; nothing is run."""
    command: click.Command = ronde
    try:
        while isinstance(command, click.Group):
            context = click.Context(command)
            _, (name, *arguments), _ = command.make_parser(context).parse_args(list(arguments))
            command = command.commands[name]
        command.make_parser(click.Context(command)).parse_args(list(arguments))
    except (click.UsageError, KeyError, ValueError) as error:
        yield f"{shlex.join(arguments)}: {error!r}"


class TestArchitecture:
    """The page of the tree is the tree."""

    def test_every_module_is_named_and_no_other(self) -> None:
        """What is on the disk is on the page, and the reverse."""
        text = (DOCS / "architecture.md").read_text(encoding="utf-8")
        on_the_page = re.findall(r"^- `(scanner/\S+\.py)`: .", text, re.MULTILINE)
        on_the_disk = {str(path.relative_to(ROOT)) for path in (ROOT / "scanner").rglob("*.py")}

        assert len(on_the_page) == len(set(on_the_page))
        assert set(on_the_page) ^ on_the_disk == set()


class Greedy:
    """A probe that declares one ask and wants another."""

    about = About(
        name="greedy",
        title="",
        ports=frozenset({1}),
        front=FRONT,
        asks=(FRONT,),
        proves="",
        cwe=0,
        remedy="",
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise everything."""
        del front
        return Service("greedy")

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for what was declared, then for a record."""
        del front
        yield FRONT
        yield Get("/_search")
        return Unknown(Silence.UNRECOGNISED, "")


class TestLimits:
    """Each promise has its proof, and each number is that of the code."""

    def test_every_promise_names_a_test(self) -> None:
        """No promise stands there by itself."""
        promises = rows(section(LIMITS, "## What it never does"))

        assert len(promises) > 20
        assert [row[0] for row in promises if not TEST_NAME.search(row[1])] == []

    def test_every_countermeasure_names_a_test(self) -> None:
        """The threat model claims nothing that is not proved."""
        measures = [row for row in rows(section(SECURITY, "## What stands in the way")) if row[1:]]

        assert len(measures) > 20
        assert {row[0] for row in measures if not TEST_NAME.search(row[1])} == TABLE_HEADS

    @pytest.mark.parametrize("page", [LIMITS, SECURITY], ids=named)
    def test_every_test_that_is_named_exists(self, page: Path) -> None:
        """A promise whose test was renamed or removed, or is not collected, is found out."""
        names = set(TEST_NAME.findall(page.read_text(encoding="utf-8")))

        assert sorted(names - names_of_tests()) == []

    def test_every_request_that_is_no_get_is_on_this_page(self) -> None:
        """The few reads that a product offers by another method are listed by name."""
        listed = section(LIMITS, "### Requests that are no GET")
        fixed = [f"| {one.about.name} | `{ask.name}` |" for one, ask in FIXED_ASKS]

        assert [row for row in fixed if row not in listed] == []
        assert len(re.findall(r"^\| [a-z0-9-]+ \| `", listed, re.MULTILINE)) == len(fixed)

    @pytest.mark.parametrize("ask", HTTP_ASKS, ids=lambda ask: ask.name)
    def test_every_http_request_is_a_get_or_fixed(self, ask: HttpAsk) -> None:
        """A GET has no body; another method has one that no server can have a say in."""
        filled = ask.fill(*["name"] * ask.template.count("{}")) if isinstance(ask, Get) else ask
        request = Client("192.0.2.7:9200", "ronde").request(request_of(filled), max_bytes=1)

        method, body = ("GET", b"") if isinstance(ask, Get) else (ask.method.value, ask.body)
        assert request.startswith(f"{method} /".encode())
        assert request.partition(b"\r\n\r\n")[2] == body

    def test_an_undeclared_ask_is_never_sent(self) -> None:
        """A probe that asks for more than it said ends as a bug, and nothing goes out."""
        sent: list[HttpAsk] = []

        async def put(ask: HttpAsk) -> Page:
            sent.append(ask)
            return Page(status=200, headers={}, body=b"")

        page = Page(status=200, headers={}, body=b"")
        outcome = anyio.run(assess, Greedy(), page, put)

        assert isinstance(outcome, Unknown)
        assert outcome.silence is Silence.BUG
        assert sent == [FRONT]

    def test_every_cap_is_that_of_the_code(self) -> None:
        """What one conversation may cost is stated as it is."""
        stated = {row[0].strip("`"): row[1] for row in rows(section(LIMITS, "## The caps"))}
        limits = Limits()

        assert stated == {name: f"{getattr(limits, name):,.10g}" for name in stated}
        assert stated.keys() == {name for name in limits.__slots__ if name != "large_at_once"}

    def test_every_denied_port_is_listed(self) -> None:
        """The table of denied ports is that of the plan."""
        stated = section(LIMITS, "## Denied ports").partition("\n\n")[0]

        assert {int(port) for port in re.findall(r"\d+", stated)} == DENIED.keys()


class TestExample:
    """The probe of `writing-a-probe.md` works as it stands there."""

    def test_every_file_is_found(self) -> None:
        """The page shows a probe, its transcripts and its tests."""
        assert sorted(EXAMPLE) == [
            "probes/cardbox.py",
            "tests/probes/test_cardbox.py",
            "tests/transcripts/cardbox/2.3-open.json",
            "tests/transcripts/cardbox/3.3-locked.json",
            "tests/transcripts/cardbox/nginx.json",
        ]

    @pytest.mark.parametrize(
        "name",
        re.findall(r"^def (test_\w+)", EXAMPLE["tests/probes/test_cardbox.py"], re.MULTILINE),
    )
    def test_its_tests_pass(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The tests of the page, run on its probe and its transcripts."""
        example = written(EXAMPLE, tmp_path, monkeypatch)
        proof: Callable[[], None] = getattr(example, name)

        proof()

    def test_what_it_may_send_is_declared(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The front is among the asks, each ask has a name of its own, and all are GETs."""
        about = written(EXAMPLE, tmp_path, monkeypatch).Cardbox.about

        assert about.declares(about.front)
        assert len({ask.name for ask in about.asks}) == len(about.asks)
        assert all(isinstance(ask, Get) for ask in about.asks)

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_garbage_is_never_open(
        self, place: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each reply of the proof is needed."""
        example = written(EXAMPLE, tmp_path, monkeypatch)
        transcript = load("cardbox/2.3-open").with_payload(place, b"<html>")

        assert isinstance(replay(example.Cardbox(), transcript), Unknown)

    def test_it_is_written_as_the_house_writes(self) -> None:
        """Nothing is left for ruff to say of the probe."""
        command = [sys.executable, "-m", "ruff", "check", "--stdin-filename", "probes/cardbox.py"]
        source = EXAMPLE["probes/cardbox.py"].encode()
        result = subprocess.run(  # noqa: S603 - our own interpreter
            [*command, "-"], input=source, capture_output=True, cwd=ROOT, check=False
        )

        assert result.stdout.decode() == "All checks passed!\n"


def written(files: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Write the page's files into a folder, and import its tests from there."""
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    monkeypatch.setattr(tests.transcripts, "HERE", folder / "tests" / "transcripts")
    monkeypatch.setitem(sys.modules, "probes.cardbox", imported(folder / "probes/cardbox.py"))
    return imported(folder / "tests/probes/test_cardbox.py")


def imported(path: Path) -> ModuleType:
    """Run a file as a module."""
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

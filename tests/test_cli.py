"""The commands as a user meets them: what they say, what they write, how they end."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner import __version__
from scanner.addresses import AddressSet
from scanner.demo.certificate import server_context
from scanner.demo.elasticsearch import FakeElasticsearch
from scanner.demo.records import FAX_ARCHIVE
from scanner.demo.redis import FakeRedis
from scanner.demo.releases import RELEASES
from scanner.guard import Guard
from tests.fakes.redis import noauth
from tests.fakes.running import running
from tests.ground import COMMAND, Ground, fresh_ground, without_ronde

ground = fresh_ground


def test_what_init_writes_is_refused_until_it_is_edited(ground: Ground) -> None:
    """Each line that must be edited is named, so that nobody scans with a template."""
    written = ground.run("init")
    checked = ground.run("scope", "check")
    scanned = ground.run("scan", "--history", "history.sqlite")

    assert written.code == 0
    assert written.err.splitlines()[:3] == [
        "wrote scope.toml",
        "wrote assets.csv",
        "wrote ronde.toml",
    ]
    assert checked.code == scanned.code == 2
    assert checked.err == scanned.err
    assert "ronde: scope.toml:12: owner: still holds the template's text" in checked.err
    assert not (ground.folder / "history.sqlite").exists()


@pytest.mark.parametrize("there", ["scope.toml", "assets.csv", "ronde.toml"])
def test_init_writes_all_files_or_none(ground: Ground, there: str) -> None:
    """A file that exists is never overwritten, and nothing is put beside it."""
    (ground.folder / there).write_text("# signed\n")

    said = ground.run("init", str(ground.folder))

    assert said.code == 2
    assert f"{there}: exists already; nothing was written" in said.err
    assert {path.name: path.read_text() for path in ground.folder.iterdir()} == {
        there: "# signed\n"
    }


def test_init_makes_the_folder(ground: Ground) -> None:
    """A first command need not be preceded by another."""
    assert ground.run("init", "a/b").code == 0
    written = {path.name for path in (ground.folder / "a" / "b").iterdir()}
    assert written == {"assets.csv", "ronde.toml", "scope.toml"}


def test_scope_check_says_what_the_permission_allows(ground: Ground) -> None:
    """Who signed, until when, and how many addresses: enough to compare with the paper."""
    ground.permit({}, ranges=("127.0.0.0/28",), head='exclude = ["127.0.0.3"]\n')

    said = ground.run("scope", "check")

    assert said.code == 0
    assert said.out.splitlines() == [
        "ward network: valid until 2099-12-31, SEC-7",
        "  owner IT operations, approved by Head of IT, contact sec@example.org",
        "  15 addresses, 1 excluded",
        "  1000 connections a second, 500 to one subnet, 1000 to one host, 1 attempts of 0.5 s",
    ]


@pytest.mark.parametrize(
    ("subject", "verdict", "why"),
    [
        ("127.0.0.1", "in scope", "`ranges[0]` 127.0.0.0/28 holds 127.0.0.1"),
        ("::ffff:127.0.0.1", "in scope", "`ranges[0]` 127.0.0.0/28 holds 127.0.0.1"),
        ("192.0.2.1", "out of scope", "no range holds 192.0.2.1"),
        ("127.0.0.3", "out of scope", "an exclusion always wins"),
        ("localhost", "in scope", "pinned to 127.0.0.1"),
        ("0177.0.0.1", "out of scope", "neither a strict address literal nor a name"),
        ("no such thing", "out of scope", "neither a strict address literal nor a name"),
    ],
)
def test_scope_explain_gives_the_deciding_lines(
    ground: Ground, subject: str, verdict: str, why: str
) -> None:
    """Every address gets an answer and a reason, nonsense included."""
    head = 'exclude = ["127.0.0.3"]\nhosts = ["localhost"]\n'
    ground.permit({}, ranges=("127.0.0.0/28", "::1"), head=head)

    said = ground.run("scope", "explain", subject)

    assert said.code == 0
    assert said.out.splitlines()[0] == f"{subject}: {verdict}"
    assert why in said.out


@pytest.mark.parametrize("form", ["text", "json"])
def test_plan_sends_nothing(ground: Ground, form: str) -> None:
    """A guard that allows no address at all is never asked."""
    ground.permit({"redis": [7000]})

    with Guard(AddressSet()).watching():
        said = ground.run("plan", "--format", form)

    assert said.code == 0


def test_plan_tells_addresses_ports_asks_packets_and_duration(ground: Ground) -> None:
    """What an approver signs is what a round does."""
    ground.permit({"redis": [7000]}, ranges=("127.0.0.0/28",))

    said = ground.run("plan", "--probe", "redis")
    plan = json.loads(ground.run("plan", "--probe", "redis", "--format", "json").out)

    assert said.out.splitlines()[:8] == [
        "ward network (SEC-7), valid until 2099-12-31",
        "  16 addresses x ports 6379, 6380, 7000, 26379",
        "  64 endpoints; nothing has been sent",
        "  if every port refuses: 64 connections, 128 packets, 0:00:00",
        "  if none ever answers:  64 connections, 64 packets, 0:00:02",
        (
            "  on a host with 3 open ports, 2 of the ports 61000 to 65499, drawn anew each round, "
            "are knocked on: does it answer everywhere?"
        ),
        "  of an open port, a probe may ask nothing but:",
        "    redis",
    ]
    assert "      PING" in said.out.splitlines()
    assert (plan["addresses"], plan["endpoints"], plan["skipped"]) == (16, 64, {})
    assert [probe["name"] for probe in plan["probes"]] == ["redis"]


def test_probes_lists_a_line_each_and_everything_by_name(ground: Ground) -> None:
    """The short list names every probe; a name gives its asks, proof and remedy."""
    brief = ground.run("probes").out.splitlines()
    whole = ground.run("probes", "hylafax").out
    data = json.loads(ground.run("probes", "--format", "json").out)

    assert [line.split()[0] for line in brief] == [probe["name"] for probe in data]
    assert "    USER ronde" in whole.splitlines()
    assert "remedy" in whole
    assert "docs/probes/hylafax.md" in whole


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("probes", "nonsense"), "no probe is called nonsense; there are"),
        (("plan", "--probe", "nonsense"), "no probe is called nonsense"),
        (("plan", "--exclude-probe", "*"), "the selection leaves no probe"),
        (
            ("plan", "--scope", "missing.toml"),
            "missing.toml: no such file; `ronde init` writes one",
        ),
        (("plan", "--inventory", "missing.csv"), "missing.csv: cannot be read"),
        (("plan", "--inventory-only"), "--inventory-only needs an --inventory"),
        (("findings", "--history", "missing.sqlite"), "there is no history at"),
        (("scan", "--fail-on", "scary"), "'scary' is not one of"),
        (("scan", "--output", "scope.toml"), "scope.toml: has two uses"),
        (("scan", "--output", "a", "--coverage", "./a"), "a: has two uses"),
        (("--config", "missing.toml", "probes"), "does not exist"),
        (("nonsense",), "No such command 'nonsense'"),
    ],
)
def test_wrong_words_are_refused_by_name(ground: Ground, words: tuple[str, ...], said: str) -> None:
    """A typing error ends with 2, names the word, and touches nothing."""
    scope = ground.permit({})
    before = scope.read_text()

    result = ground.run(*words)

    assert result.code == 2
    assert said in result.err
    assert result.out == ""
    assert scope.read_text() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scope = [", "ronde.toml:1: not TOML"),
        ("scopes = 'a.toml'", "unknown field `scopes`"),
        ("services = 'yes'", "Expected `bool"),
    ],
)
def test_a_malformed_config_is_refused(ground: Ground, text: str, said: str) -> None:
    """A default that would silently not apply is an error, even before the command."""
    (ground.folder / "ronde.toml").write_text(text)

    result = ground.run("probes")

    assert result.code == 2
    assert said in result.err


def test_an_option_goes_before_a_variable_and_a_variable_before_the_file(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each source names another scope that is not there, so the refusal tells which one won."""
    (ground.folder / "ronde.toml").write_text('scope = "file.toml"\n')
    by_file = ground.run("plan").err
    monkeypatch.setenv("RONDE_SCOPE", "variable.toml")
    by_variable = ground.run("plan").err
    by_option = ground.run("plan", "--scope", "option.toml").err

    assert "ronde: file.toml: no such file" in by_file
    assert "ronde: variable.toml: no such file" in by_variable
    assert "ronde: option.toml: no such file" in by_option


def test_a_config_file_says_once_what_every_command_would_repeat(ground: Ground) -> None:
    """Its paths are relative to its own folder, so that cron may start anywhere."""
    ground.permit({"redis": []})
    (ground.folder / "night").mkdir()
    (ground.folder / "night" / "ronde.toml").write_text(
        'scope = "../scope.toml"\noutput = ["found.jsonl"]\ncoverage = "coverage.json"\n'
        'history = "history.sqlite"\nvantage = "server-vlan"\n'
    )

    said = ground.run("--config", "night/ronde.toml", "scan", "--probe", "hylafax")

    assert said.out == ""
    assert json.loads(ground.text("night/coverage.json"))["vantage"] == "server-vlan"
    assert ground.lines("night/found.jsonl")[-1]["vantage"] == "server-vlan"
    assert (ground.folder / "night" / "history.audit.jsonl").is_file()


def test_a_pinned_version_in_the_environment_is_not_an_option(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installers call the version to fetch RONDE_VERSION; `--version` is no such variable."""
    monkeypatch.setenv("RONDE_VERSION", "1.2.3")

    assert ground.run("probes").code == 0
    assert ground.run("--version").out == f"ronde, version {__version__}\n"


def test_the_first_round_of_a_new_user(ground: Ground) -> None:
    """From a template to a finding that says who owns it, under which permission, from where."""
    ground.run("init")
    with running(FakeRedis().serve) as (address, port):
        ground.permit({"redis": [port]})
        (ground.folder / "assets.csv").write_text(f"address,owner,site\n{address},Radiology,B2\n")
        said = ground.scan("--vantage", "server-vlan", "--output", "-", "--output", "kept.jsonl")

    (finding,) = said.on(port)
    assert said.code == 3
    assert (finding["status"], finding["access"], finding["probe"]) == ("new", "open", "redis")
    assert (finding["asset"]["owner"], finding["asset"]["site"]) == ("Radiology", "B2")
    assert finding["scope"] == {"name": "ward network", "reference": "SEC-7"}
    assert finding["vantage"] == "server-vlan"
    assert finding["proof"]["control"]
    assert said.coverage["complete"] is True
    assert ground.text("kept.jsonl") == said.out
    assert said.err == ""


def test_the_same_server_in_clear_and_over_tls_is_told_apart(ground: Ground) -> None:
    """The finding on the TLS port carries what the handshake showed, the other one nothing."""
    server = FakeElasticsearch(RELEASES["7.10"], FAX_ARCHIVE, cluster="fax-archive")
    tls = server_context(["faxes.example.invalid"])
    with running(server.serve) as (_, clear), running(server.serve, tls=tls) as (_, secure):
        ground.permit({"elasticsearch": [clear, secure]})
        said = ground.run("scan", "--history", "h.sqlite", "--probe", "elasticsearch")

    (in_clear,), (over_tls,) = said.on(clear), said.on(secure)
    assert in_clear["tls"] is None
    assert over_tls["tls"]["names"] == ["faxes.example.invalid"]
    assert over_tls["tls"]["version"].startswith("TLSv1.")
    assert len(over_tls["tls"]["key_sha256"]) == 64
    # One cluster, one finding on two endpoints.
    assert in_clear["fingerprint"] == over_tls["fingerprint"]


@pytest.mark.parametrize(
    ("threshold", "code"), [("critical", 0), ("high", 3), ("low", 3), ("none", 0)]
)
def test_fail_on_decides_which_findings_end_with_3(
    ground: Ground, threshold: str, code: int
) -> None:
    """A pipeline fails from the severity on that its team chose; an open Redis is high."""
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        said = ground.scan("--fail-on", threshold)

    assert said.code == code
    assert said.on(port)[0]["severity"] == "high"


@pytest.mark.parametrize(("words", "lines"), [((), 0), (("--services",), 1)])
def test_a_locked_service_is_written_only_when_asked_for(
    ground: Ground, words: tuple[str, ...], lines: int
) -> None:
    """A shut door is no finding, and the round that saw it is complete."""
    with running(noauth().serve) as (_, port):
        ground.permit({"redis": [port]})
        said = ground.scan(*words)

    assert said.code == 0
    assert [one["access"] for one in said.on(port)] == ["locked"] * lines


def test_inventory_only_leaves_the_rest_of_the_scope_alone(ground: Ground) -> None:
    """Of sixteen addresses one is listed, on four ports."""
    ground.permit({"redis": [7000]}, ranges=("127.0.0.0/28",))
    (ground.folder / "list.txt").write_text("127.0.0.1\n")

    said = ground.scan("--inventory", "list.txt", "--inventory-only")

    assert said.coverage["planned"] == 4


def test_an_inventory_address_outside_the_scope_is_refused_by_name(ground: Ground) -> None:
    """It is never silently dropped: the team believes that it is being watched."""
    ground.permit({})
    (ground.folder / "list.txt").write_text("127.0.0.1\n192.0.2.9\n")

    said = ground.scan("--inventory", "list.txt")

    assert said.code == 2
    assert "list.txt:2" in said.err
    assert "192.0.2.9" in said.err


def test_a_round_that_would_visit_nothing_is_refused(ground: Ground) -> None:
    """A round over medical devices alone would report that all is well."""
    zone = '[[zones]]\nname = "imaging"\nranges = ["127.0.0.1"]\nclass = "medical"\n'
    ground.permit({}, tail=zone)

    said = ground.scan()

    assert said.code == 2
    assert "there is nothing to visit; endpoints left out: 3 medical" in said.err


@pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8")
def test_devices_that_are_left_alone_are_no_shortfall(ground: Ground) -> None:
    """The scope's own minimum is about what a round was to visit."""
    zone = '[[zones]]\nname = "imaging"\nranges = ["127.0.0.2/31"]\nclass = "medical"\n'
    ground.permit({}, ranges=("127.0.0.0/30",), head="min_coverage = 1.0\n", tail=zone)

    said = ground.scan()

    assert said.code == 0
    assert said.coverage["skipped"] == {"medical": 6}
    assert (said.coverage["planned"], said.coverage["closed"] + said.coverage["reached"]) == (12, 6)


def test_a_closed_window_keeps_the_last_findings(ground: Ground) -> None:
    """A round that is refused leaves every output as the round before it left it."""
    window = '[[windows]]\ndays = ["{}"]\nfrom = "10:00"\nuntil = "10:01"\n'
    ground.permit({}, tail=window.format(_a_day_far_from_now()))
    (ground.folder / "found.jsonl").write_text("yesterday's\n")

    said = ground.scan("--output", "found.jsonl")

    assert said.code == 2
    assert "the scope's window is closed until" in said.err
    assert ground.text("found.jsonl") == "yesterday's\n"


@pytest.mark.parametrize(
    ("option", "path", "said"),
    [
        ("--output", "no/such/folder.jsonl", "No such file or directory"),
        ("--coverage", ".", "Is a directory"),
        ("--audit", "no/trail.jsonl", "No such file or directory"),
    ],
)
def test_an_output_that_cannot_be_opened_begins_no_round(
    ground: Ground, option: str, path: str, said: str
) -> None:
    """A typing error in a path is refused: no round in the history, no other output lost."""
    ground.permit({})
    (ground.folder / "found.jsonl").write_text("yesterday's\n")

    scanned = ground.scan("--output", "found.jsonl", option, path)

    assert scanned.code == 2
    assert f"cannot write {path}: {said}; nothing was begun" in scanned.err
    assert ground.text("found.jsonl") == "yesterday's\n"
    assert not (ground.folder / "history.sqlite").exists()


def test_a_pipe_that_is_an_output_is_not_opened_to_try_it(ground: Ground) -> None:
    """Its reader would take the closing for the end of the round."""
    os.mkfifo(ground.folder / "pipe")
    ground.permit({})
    with (
        ground.start_scan("--output", "pipe") as walking,
        (ground.folder / "pipe").open(encoding="utf-8") as pipe,
    ):
        lines = pipe.readlines()
        walking.wait()

    assert json.loads(lines[-1])["schema"] == "ronde.coverage/1"


def test_findings_shows_what_is_open_now(ground: Ground) -> None:
    """The history answers without a round: for people as a table, for programs as JSON Lines."""
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        scanned = ground.scan()
    shown = ground.run("findings", "--history", "history.sqlite", "--format", "json")
    table = ground.run("findings", "--history", "history.sqlite")

    assert shown.on(port) == scanned.on(port)
    assert f"127.0.0.1:{port}" in table.out
    assert table.code == shown.code == 0


def test_the_audit_trail_lists_every_ask(ground: Ground) -> None:
    """It opens with the permission, and tells whom was asked what."""
    with running(FakeRedis().serve) as (address, port):
        scope = ground.permit({"redis": [port]})
        ground.scan("--audit", "trail.jsonl")
    first, *asks, last = ground.lines("trail.jsonl")

    assert (first["act"], last["act"]) == ("round-begins", "round-ends")
    assert first["to"].startswith("ward network (SEC-7), sha256 ")
    assert "PING" in [act["ask"] for act in asks if act["to"] == f"{address}:{port}"]
    assert scope.is_file()


def test_verbose_says_what_was_assessed_on_stderr_only(ground: Ground) -> None:
    """Log events are JSON when asked for, and standard output stays data."""
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        said = ground.run(
            *("-v", "--log-json", "scan", "--history", "h.sqlite", "--probe", "redis")
        )

    events = [json.loads(line) for line in said.err.splitlines()]
    assert {"event": "assessed", "endpoint": f"127.0.0.1:{port}", "access": "open"}.items() <= next(
        event for event in events if event.get("endpoint") == f"127.0.0.1:{port}"
    ).items()
    assert said.coverage["complete"] is True


def test_the_demo_keeps_its_hands_off_other_folders(ground: Ground) -> None:
    """A folder with somebody's scope and history in it is refused, and stays as it was."""
    scope = ground.permit({})
    before = scope.read_text()

    said = ground.run("demo", "--keep", ".")

    assert said.code == 2
    assert "neither empty nor left by an earlier demo" in said.err
    assert scope.read_text() == before


@pytest.mark.slow
def test_the_demo_gets_every_verdict_right_twice(ground: Ground) -> None:
    """It ends with 0, reads no record, visits its own servers only, and can be repeated."""
    first = ground.run("demo", "--keep", "left")
    again = ground.run("demo", "--keep", "left")

    coverage = json.loads(ground.text("left/coverage.json"))
    assert (first.code, again.code) == (0, 0)
    assert first.out.count("(right)") == 10
    assert "0 bytes of them were sent" in first.out
    assert (coverage["planned"], coverage["reached"]) == (10, 10)
    assert coverage["duration"] < 10
    findings = [
        line for line in ground.lines("left/findings.jsonl") if line["schema"] == "ronde.finding/1"
    ]
    assert sorted((line["probe"], line["label"]) for line in findings) == [
        ("elasticsearch", "health"),
        ("elasticsearch", "health"),
        ("hylafax", "communications"),
        ("mongodb", "health"),
        ("redis", "unknown"),
    ]
    assert [line["probe"] for line in findings if line["signs"]] == ["mongodb"]


HEAVY = (
    *("alembic", "anyio._backends", "asyncio", "bson", "cryptography", "elasticsearch", "h11"),
    *("httpx", "probes", "pymongo", "rich", "scanner.rounds", "sqlalchemy", "ssl", "structlog"),
)


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["scan", "--help"]])
def test_nothing_heavy_is_imported_to_help(words: list[str], tmp_path: Path) -> None:
    """Help must be there at once; the modules are asserted, because times are noisy."""
    code = (
        "import sys; from scanner.cli import ronde, run_command; "
        f"run_command(ronde, {words}); sys.stderr.write('\\n'.join(sys.modules))"
    )
    said = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    loaded = said.stderr.split()
    assert "scanner.cli" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_a_shell_completes_commands_and_probes(tmp_path: Path) -> None:
    """The completion that `--help` tells of works."""
    environment = without_ronde(os.environ) | {
        "_RONDE_COMPLETE": "bash_complete",
        "COMP_WORDS": "ronde probes elas",
        "COMP_CWORD": "2",
    }
    said = subprocess.run(  # noqa: S603 - ourselves
        COMMAND, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert said.stdout == "plain,elasticsearch\n"


def _a_day_far_from_now() -> str:
    return f"{datetime.now(UTC) + timedelta(days=3):%a}".lower()

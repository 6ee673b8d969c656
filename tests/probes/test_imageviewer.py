"""What the probe of viewers makes of real pages, and of configurations that say too much."""

import pytest

from probes.imageviewer import CONFIG, CONTROLS, NO_CONFIG, SEARCHES, ImageViewer
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = ImageViewer()
OPEN = load("imageviewer/ohif-3.13-open")
GIVEN_AWAY = load("imageviewer/ohif-3.13-credential")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def configured(script: str, *more: Recorded) -> Transcript:
    """Give OHIF another configuration, and let these replies follow."""
    config = Recorded(ask=CONFIG.name, text=f"window.config = {{ {script} }};")
    return Transcript(server="by hand", exchanges=(OPEN.exchanges[0], config, *more))


def test_a_viewer_before_an_open_archive_is_open() -> None:
    """The archive is where its configuration points, on this address."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("ohif"))
    assert found.because == "answers searches without credentials: no match"
    assert asked(PROBE, OPEN) == [
        "GET /",
        CONFIG.name,
        SEARCHES[0].name,
        CONTROLS[0].name,
    ]


def test_a_credential_in_the_configuration_is_given_away() -> None:
    """The archive is locked, and every caller is handed the key. It is not used, and not kept."""
    found = assessed(replay(PROBE, GIVEN_AWAY))

    assert found.access is Access.PARTIAL
    assert found.because.endswith("holds an archive's credential")
    assert "labpass" not in str(found)
    assert asked(PROBE, GIVEN_AWAY)[-1] == NO_CONFIG.name


def test_a_server_that_has_a_configuration_for_every_name_proves_nothing() -> None:
    """The control is the other side."""
    text = GIVEN_AWAY.exchanges[1].text
    liar = GIVEN_AWAY.with_reply(len(GIVEN_AWAY.exchanges) - 1, text=text)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


def test_an_archive_elsewhere_is_not_asked() -> None:
    """No neighbour is followed, and its name is not kept."""
    transcript = load("imageviewer/ohif-3.13-default")
    found = assessed(replay(PROBE, transcript))

    assert (found.access, found.service) == (Access.IDENTIFIED, Service("ohif"))
    assert "archive.example" not in str(found)
    assert asked(PROBE, transcript) == ["GET /", CONFIG.name]


@pytest.mark.parametrize(
    ("root", "places"),
    [
        ("/pacs/dicom-web", ("pacs", "dicom-web")),
        ("/dcm4chee-arc/aets/DCM4CHEE/rs", ("dcm4chee-arc", "aets", "DCM4CHEE", "rs")),
    ],
)
def test_a_longer_path_is_asked_as_well(root: str, places: tuple[str, ...]) -> None:
    """Step by step, so that no step can become a query or another path."""
    refused = Recorded(ask=SEARCHES[len(places) - 1].name, arguments=places, status=401)
    found = assessed(replay(PROBE, configured(f"qidoRoot: '{root}'", refused)))

    assert found.access is Access.LOCKED
    assert found.because.endswith("/studies answered 401")


@pytest.mark.parametrize(
    "root",
    [
        "//archive.example/dicom-web",
        "../dicom-web",
        "/a/../b",
        "/a?x=1",
        "/a/b/c/d/e",
        "/",
        "http://127.0.0.1/pacs",
    ],
)
def test_a_path_that_could_lead_elsewhere_is_not_asked(root: str) -> None:
    """Another host, a step back, a query, too many steps."""
    transcript = configured(f'"qidoRoot": "{root}"')

    assert assessed(replay(PROBE, transcript)).access is Access.IDENTIFIED
    assert asked(PROBE, transcript) == ["GET /", CONFIG.name]


@pytest.mark.parametrize(
    "script",
    [
        "// auth: 'orthanc:orthanc',\n",
        "/* requestOptions: {\n auth: 'orthanc:orthanc' } */",
        "auth: undefined",
        "oidc: [{ authority: 'https://sso.example/realms/x' }]",
    ],
)
def test_an_example_in_a_comment_is_no_credential(script: str) -> None:
    """OHIF's own configurations are full of them."""
    assert assessed(replay(PROBE, configured(script))).access is Access.IDENTIFIED


@pytest.mark.parametrize(
    "script",
    [
        "auth: 'https://sso.example/realms/x'",
        '"auth": "wss://sso.example:8443/x"',
        "auth: 'Login failed: try again'",
        "auth: `${user}:${password}`",
        "headers: { Authorization: `Bearer ${token}` }",
    ],
)
def test_what_only_looks_like_a_credential_is_none(script: str) -> None:
    """An address, a sentence, what is filled in for each user."""
    assert assessed(replay(PROBE, configured(script))).access is Access.IDENTIFIED


@pytest.mark.parametrize(
    "script",
    [
        "requestOptions: { auth: 'orthanc:orthanc' }",
        'headers: { "Authorization": "Basic b3J0aGFuYzpvcnRoYW5j" }',
        "headers: { Authorization: `Bearer eyJhbGciOiJIUzI1NiJ9` }",
    ],
)
def test_credentials_in_their_forms(script: str) -> None:
    """A name and a password; a header that is ready to be sent."""
    transcript = configured(script, Recorded(ask=NO_CONFIG.name, status=404))

    assert assessed(replay(PROBE, transcript)).access is Access.PARTIAL


@pytest.mark.parametrize(
    "piece",
    ["/*", " //", "qidoRoot: ", "auth: 'x", "Authorization: 'Basic ", "Authorization:'Basic\t \t"],
)
def test_a_hostile_script_is_passed_over_once(piece: str) -> None:
    """As much of it as may come; a pattern that began anew at each place would take an hour."""
    script = "window.config = {" + piece * ((250 << 10) // len(piece))
    long = OPEN.with_reply(1, text=script).until(2)

    assert isinstance(replay(PROBE, long, unrecorded_is_silence=True), Assessment | Unknown)


@pytest.mark.parametrize(
    ("name", "product"),
    [("oviyam-2.8", "oviyam"), ("meddream-8", "meddream"), ("vue-pacs-12", "vue-pacs")],
)
def test_other_viewers_are_recognised(name: str, product: str) -> None:
    """By a title, a cookie, or where they lead; what is behind them is not asked."""
    transcript = load(f"imageviewer/{name}")
    found = assessed(replay(PROBE, transcript))

    assert (found.access, found.service) == (Access.IDENTIFIED, Service(product))
    assert asked(PROBE, transcript) == ["GET /"]


def test_a_page_in_the_place_of_the_configuration_proves_nothing() -> None:
    """A single-page application answers its page for every path."""
    found = unknown(replay(PROBE, OPEN.with_reply(1, text="<!doctype html>").until(2)))

    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "headers", "text"),
    [
        (200, {}, "<title>About the OHIF Viewer</title>"),
        (200, {"set-cookie": "NOTMEDDREAMSESSID=1"}, ""),
        (302, {"location": "/login?next=/portal/WebLogin.aspx"}, ""),
        (404, {}, "<title>OHIF Viewer</title>"),
    ],
)
def test_another_page_is_not_identified(status: int, headers: dict[str, str], text: str) -> None:
    """Who only speaks of a viewer is none."""
    page = Recorded(ask="GET /", status=status, headers=headers, text=text)
    found = replay(PROBE, Transcript(server="by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED

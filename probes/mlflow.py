"""MLflow: a tracking server whose experiments are listed to anyone."""

from collections.abc import Iterator
from datetime import UTC, datetime

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpAsk, HttpDialogue, Page
from scanner.verdict import FORBIDDEN, NOT_FOUND, OK, UNAUTHORIZED
from scanner.wire import Garbled, counts, versions

#: Longer lists belong on the server; that there are more is told by a token for the next page.
MAX_HOLDINGS = 1_000

VERSION = Get("/version")
#: The first is of 2.0 and later; before, the same list had another name.
EXPERIMENTS = Get(f"/api/2.0/mlflow/experiments/search?max_results={MAX_HOLDINGS}")
OLDER = Get(f"/api/2.0/mlflow/experiments/list?max_results={MAX_HOLDINGS}")
CONTROL = Get("/api/2.0/mlflow/experiments/get-by-name?experiment_name=ronde-no-such-experiment")

TITLE = "MLflow"
MISSING = "RESOURCE_DOES_NOT_EXIST"
REALM = 'Basic realm="mlflow"'

#: How releases since 3.5 refuse a name that they were not told of.
REBINDING = b"Invalid Host header - possible DNS rebinding attack detected"

#: Milliseconds of the year 9999, beyond which there is no date to write.
MAX_MILLISECONDS = 253_370_764_800_000

MLFLOW = Service("mlflow")


class Mlflow:
    """A server is open when it lists its experiments and misses one in its own words."""

    about = About(
        name="mlflow",
        title="MLflow lists its experiments to anyone",
        ports=frozenset({5000, 5001}),
        front=FRONT,
        asks=(FRONT, VERSION, EXPERIMENTS, OLDER, CONTROL),
        proves="the experiments are listed, and one that cannot exist is missing by its code",
        cwe=306,
        remedy=(
            "Start it with `--app-name basic-auth` and a password of your own, or put an "
            "authenticating proxy before it, and bind it to the addresses that need it."
        ),
        references=("https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the title, the realm of its own login, or how it refuses a name."""
        realm = front.headers.get("www-authenticate", "")
        asks = front.status == UNAUTHORIZED and realm == REALM
        titled = front.status == OK and front.title == TITLE
        return MLFLOW if asks or titled or _is_renamed(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """List the experiments; then see what is said of one that cannot exist."""
        if front.status == UNAUTHORIZED:
            return verdict.locked(MLFLOW, FRONT, front)
        service = Service("mlflow", _version((yield VERSION)))
        if _is_renamed(front):
            because = "it answers to names of its own only, and was asked by another"
            return Assessment(access=Access.SHIELDED, service=service, because=because)
        ask: HttpAsk = EXPERIMENTS
        listing = yield ask
        if listing.status == NOT_FOUND:
            ask = OLDER
            listing = yield ask
        if listing.status != OK:
            return verdict.not_answered(service, ask, listing)
        holdings, more = _experiments(listing.json())
        control = yield CONTROL
        if control.status != NOT_FOUND or _code(control) != MISSING:
            missing = "the control GET /…/get-by-name was not missing in MLflow's own words"
            return verdict.half_proof(service, missing)
        count = f"more than {len(holdings)}" if more else f"{len(holdings)}"
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its experiments without credentials: {count}",
            proof=Proof(
                verdict.path(ask),
                f"{count} experiments listed",
                f"{verdict.path(CONTROL)} answered 404 with {MISSING}",
            ),
            holdings=holdings,
            holdings_total=None if more else len(holdings),
        )


def _is_renamed(front: Page) -> bool:
    return front.status == FORBIDDEN and front.body.strip() == REBINDING


def _version(page: Page) -> str | None:
    """Read the page of one number, which releases since 1.0 have."""
    return versions.read(page.body.decode("ascii", "replace")) if page.status == OK else None


def _experiments(told: Json) -> tuple[tuple[Holding, ...], bool]:
    """Name the experiments, and tell whether there are more.

    Raises:
        Garbled: this is no list of experiments, which always has a first one.
    """
    held = tuple(_each(told["experiments"]))
    token = told.get("next_page_token")
    return held[:MAX_HOLDINGS], token is not None and token.value != ""


def _each(listed: Json) -> Iterator[Holding]:
    for one in listed.elements():
        one["experiment_id"].text()
        created = _date(counts.read(one.get("creation_time")))
        yield Holding(name=one["name"].text(), kind="experiment", created=created)


def _date(milliseconds: int | None) -> datetime | None:
    if milliseconds is None or milliseconds > MAX_MILLISECONDS:
        return None
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


def _code(page: Page) -> str:
    try:
        return page.json()["error_code"].text()
    except Garbled:
        return ""

"""Nomad: which jobs a stranger can list, and therefore start."""

from collections.abc import Generator

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import FORBIDDEN, NOT_FOUND, OK, half_proof, locked, not_answered, not_ours
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: Consul has a page of the same name.
SELF = Get("/v1/agent/self")
#: Public by design: it tells Nomad from Consul where both only say that permission is denied.
REGIONS = Get("/v1/regions")
#: A row takes about 900 bytes, and has neither the environment nor the settings of its job.
JOBS = Get("/v1/jobs?namespace=*", max_bytes=4 << 20)
CONTROL = Get("/v1/job/ronde-no-such-job")

DENIED = b"Permission denied"
NO_SUCH = b"job not found"


class Nomad:
    """An agent is open when it describes itself, lists its jobs and misses one that cannot be."""

    about = About(
        name="nomad",
        title="Nomad takes jobs from anyone",
        ports=frozenset({4646}),
        front=SELF,
        asks=(SELF, REGIONS, JOBS, CONTROL),
        proves="the jobs are listed, and a job that cannot exist is missed by name",
        cwe=306,
        remedy=(
            "Switch the access lists on (`acl { enabled = true }`, `nomad acl bootstrap`) without "
            "an anonymous policy, demand client certificates (`tls { verify_https_client = true }`)"
            ", and let only operators reach the port."
        ),
        references=("https://developer.hashicorp.com/nomad/docs/secure",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise an agent that describes itself, or one that denies it."""
        if front.status == FORBIDDEN:
            return Service("nomad") if front.body.strip() == DENIED else None
        try:
            told = front.json()
            told["member"]["Name"].text(), told["config"]["Datacenter"].text()
            return Service("nomad", _version(told["config"]))
        except Garbled:
            return None

    def assess(self, front: Page) -> HttpDialogue:
        """List the jobs; then ask for one that cannot exist."""
        service = self.identify(front) or Service("nomad")
        if front.status == FORBIDDEN:
            return (yield from _denied(service, front))
        listing = yield JOBS
        if listing.status != OK:
            return not_answered(service, JOBS, listing)
        jobs = [job["Name"].text() for job in listing.json().elements()]
        control = yield CONTROL
        if control.status != NOT_FOUND or NO_SUCH not in control.body:
            return half_proof(service, f"the control {CONTROL.name} was not missed in its words")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its jobs without a token: {len(jobs)}",
            proof=Proof(
                f"{SELF.name}, {JOBS.name}",
                f"{len(jobs)} jobs listed",
                f"{CONTROL.name} answered 404: job not found",
            ),
            holdings=tuple(Holding(name=name, kind="job") for name in jobs[:MAX_HOLDINGS]),
            holdings_total=len(jobs),
        )


def _version(config: Json) -> str | None:
    """Read the version, which is an object since 0.9."""
    told = config["Version"]
    return versions.read(told["Version"].value if told.is_object else told.value)


def _denied(service: Service, front: Page) -> Generator[Get, Page, Outcome]:
    """Make sure whose denial it is: what names nobody may be Consul's."""
    page = yield REGIONS
    try:
        named = page.status == OK and all(one.text() for one in page.json().elements())
    except Garbled:
        named = False
    return locked(service, SELF, front) if named else not_ours(REGIONS, page)

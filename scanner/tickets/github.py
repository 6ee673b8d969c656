"""Issues of GitHub, in the cloud or on a server of one's own.

Facts are of its documentation (https://docs.github.com/en/rest/issues, API 2022-11-28) and of the
OpenAPI that it publishes. An issue that was deleted is 404 or 410, one that was moved to another
repository 301. Labels that do not exist are made; of an account that may not push they are dropped,
and the issue is made without them. Who makes many writes is to make one a second and one at a time;
a limit that was reached is 403 or 429 with `retry-after`, or with `x-ratelimit-remaining: 0` and
`x-ratelimit-reset` in seconds since 1970, or, without either, is over in a minute.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar

import anyio
import msgspec

from scanner.ourside import Answer, Client
from scanner.secret import bearer
from scanner.ticket import Draft, State
from scanner.tickets.answers import FORBIDDEN, NOT_FOUND, TOO_MANY, decoded, settled
from scanner.tickets.base import Busy, Means, Parked, Remote
from scanner.tickets.base import Settings as Common
from scanner.tickets.escape import Markup

#: What is answered for an issue that is not there any more.
_GONE = frozenset({301, NOT_FOUND, 410})

#: Seconds to wait for a limit: at least so long, as documented; at most the window of its count.
_LEAST, _LONGEST = 60.0, 3600.0

_Repository = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$")]


class Settings(Common, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "github"`.

    `repository` is `OWNER/NAME`. `public` permits one that is not private. `labels` and `assignees`
    are given to new issues; people may change them.
    """

    token: str
    repository: _Repository
    url: str = "https://api.github.com"
    public: bool = False
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    concurrency: int = 1
    per_second: float = 10
    seconds_between_writes: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 1


def connect(settings: Settings, means: Means) -> "GitHub":
    """Make the tracker."""
    client = means.client({"Authorization": bearer(means.secret("token"))})
    return GitHub(client, settings, means.now, _Turns(settings.seconds_between_writes))


class _Known(msgspec.Struct):
    """What we need to know of a repository."""

    private: bool
    archived: bool = False
    has_issues: bool = True
    permissions: dict[str, bool] = {}


class _Issue(msgspec.Struct):
    number: int
    state: str
    pull_request: Any = None


@dataclass(slots=True)
class _Turns:
    """Lets writes begin so many seconds after one another."""

    seconds: float
    free_at: float = field(default=0, init=False)

    async def mine(self) -> None:
        """Wait for the next one."""
        mine = max(self.free_at, anyio.current_time())
        self.free_at = mine + self.seconds
        await anyio.sleep_until(mine)


@dataclass(frozen=True, slots=True)
class GitHub:
    """Issues of one repository; the key of a ticket is a label of its issue."""

    client: Client
    settings: Settings
    now: Callable[[], datetime]
    writes: _Turns

    markup: ClassVar[Markup] = Markup.MARKDOWN
    unique: ClassVar[bool] = False

    async def check(self) -> str:
        """See who may read what we write, and whether our labels would be kept."""
        known, repository = await self._fit(), self.settings.repository
        who = "is private" if known.private else "is public: everybody reads these issues"
        if known.permissions.get("push"):
            return f"let in; {repository} {who}"
        return (
            f"let in; {repository} {who}; GitHub says that this account may not push, and drops the"
            " labels of such ones, by which issues are found again: give it the role Write"
        )

    async def find(self, key: str) -> Remote | None:
        """Find the oldest issue with the label."""
        asked = {"labels": key, "state": "all", "sort": "created", "direction": "asc"}
        answer = await self._call("GET", "/issues", params=asked)
        found = [one for one in decoded(answer, list[_Issue]) if one.pull_request is None]
        return self._remote(found[0]) if found else None

    async def look(self, remote: str) -> Remote | None:
        """Get an issue by its number."""
        answer = await self._call("GET", f"/issues/{remote}", also=_GONE)
        return None if answer.status in _GONE else self._remote(decoded(answer, _Issue))

    async def create(self, draft: Draft) -> Remote:
        """Create an issue, once it is sure that not everybody would read it."""
        await self._fit()
        labels = dict.fromkeys((draft.key, *draft.labels, *self.settings.labels))
        issue = {
            **_said(draft),
            "labels": list(labels),
            "assignees": self.settings.assignees,
        }
        return self._remote(decoded(await self._call("POST", "/issues", json=issue), _Issue))

    async def update(self, remote: str, draft: Draft) -> None:
        """Change title and body; labels are left to people."""
        await self._call("PATCH", f"/issues/{remote}", json=_said(draft))

    async def comment(self, remote: str, note: str) -> None:
        """Comment on the issue."""
        await self._call("POST", f"/issues/{remote}/comments", json={"body": note})

    async def close(self, remote: str, note: str) -> None:
        """Close it as completed."""
        del note
        change = {"state": "closed", "state_reason": "completed"}
        await self._call("PATCH", f"/issues/{remote}", json=change)

    async def reopen(self, remote: str, note: str) -> None:
        """Open it again."""
        del note
        change = {"state": "open", "state_reason": "reopened"}
        await self._call("PATCH", f"/issues/{remote}", json=change)

    async def _fit(self) -> _Known:
        """Get the repository, and make sure that issues of ours may be made in it.

        It is asked before each creation: who makes a repository public does not think of us.
        """
        known, name = decoded(await self._call("GET", ""), _Known), self.settings.repository
        if known.archived or not known.has_issues:
            why = "is archived" if known.archived else "has no issues"
            raise Parked(f"the repository {name} {why}", all_of_it=True)
        if not (known.private or self.settings.public):
            why = f"everybody can read {name}: make it private, or say public = true"
            raise Parked(why, all_of_it=True)
        return known

    async def _call(
        self, method: str, path: str, *, also: Collection[int] = (), **rest: Any
    ) -> Answer:
        if method != "GET" and not self.client.rehearsal:
            await self.writes.mine()
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        repository = self.settings.repository
        answer = await self.client.call(
            method, f"/repos/{repository}{path}", headers=headers, **rest
        )
        if (wait := pause(answer, self.now())) is not None:
            why = f"GitHub's limit of calls is reached ({answer.status})"
            raise Busy(why, after=wait, all_of_it=True)
        if answer.status == NOT_FOUND and NOT_FOUND not in also:
            raise Parked(f"there is no repository {repository} for this token (404)")
        return settled(self.client, answer, also=also)

    def _remote(self, issue: _Issue) -> Remote:
        site = self.client.site
        host = site.authority.removeprefix("api.")
        url = f"{site.scheme}://{host}/{self.settings.repository}/issues/{issue.number}"
        state = State.CLOSED if issue.state == "closed" else State.OPEN
        return Remote(str(issue.number), url, state)


def pause(answer: Answer, now: datetime) -> float | None:
    """Tell for how many seconds a limit of calls holds; None if none was reached."""
    if answer.status not in {FORBIDDEN, TOO_MANY}:
        return None
    if answer.pause is not None:
        return answer.pause
    if answer.headers.get("x-ratelimit-remaining") == "0":
        reset = answer.headers.get("x-ratelimit-reset", "")
        over = float(reset) - now.timestamp() if reset.isdecimal() else 0.0
        return min(max(over, _LEAST), _LONGEST)
    limited = answer.status == TOO_MANY or b"secondary rate limit" in answer.body
    return _LEAST if limited else None


def _said(draft: Draft) -> dict[str, Any]:
    return {"title": draft.title, "body": draft.body}

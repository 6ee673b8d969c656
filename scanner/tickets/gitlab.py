"""Issues of GitLab, in the cloud or on a server of one's own.

Facts are of its documentation (https://docs.gitlab.com/api/issues, API v4) and of its source
(`lib/api/issues.rb`). A project is named by its number or by its path with `%2F` in it; labels that
do not exist are made, and the role Reporter is enough for that. An issue has two numbers: `iid`,
within its project, is the one to call it by. An issue that was deleted or that one may not see is
404; one that was moved is closed, and stays where it was. Lines that begin with `/` are commands,
in descriptions and notes alike. Limits are 429 with `Retry-After`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

import msgspec

from scanner.ourside import Answer, Client
from scanner.ticket import Draft, State
from scanner.tickets.answers import NOT_FOUND, decoded, settled
from scanner.tickets.base import Means, Parked, Remote
from scanner.tickets.base import Settings as Common
from scanner.tickets.escape import Markup

#: From this role on one sees confidential issues, and closes and labels what others have made.
REPORTER = 20

#: What GitLab takes for a command.
_COMMANDS = re.compile(r"^(\s*)/", re.MULTILINE)


class Settings(Common, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "gitlab"`; its `url` is that of the pages.

    `project` is its path (`GROUP/NAME`) or its number. `confidential` issues are seen by members
    from Reporter on alone. `labels` are given to new issues; people may change them.
    """

    token: str
    project: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_./-]+$")]
    url: str = "https://gitlab.com"
    confidential: bool = True
    labels: tuple[Annotated[str, msgspec.Meta(pattern="^[^,]+$")], ...] = ()


def connect(settings: Settings, means: Means) -> "GitLab":
    """Make the tracker."""
    return GitLab(means.client({"PRIVATE-TOKEN": means.secret("token")}), settings)


class _Issue(msgspec.Struct):
    iid: int
    state: str


class _Role(msgspec.Struct):
    access_level: int = 0


class _Roles(msgspec.Struct):
    project_access: _Role | None = None
    group_access: _Role | None = None


class _Project(msgspec.Struct):
    path_with_namespace: str
    permissions: _Roles = msgspec.field(default_factory=_Roles)

    @property
    def role(self) -> int:
        """Give the greater of the roles that the token has here."""
        roles = (self.permissions.project_access, self.permissions.group_access)
        return max(role.access_level if role else 0 for role in roles)


@dataclass(frozen=True, slots=True)
class GitLab:
    """Issues of one project; the key of a ticket is a label of its issue."""

    client: Client
    settings: Settings

    markup: ClassVar[Markup] = Markup.MARKDOWN
    unique: ClassVar[bool] = False

    async def check(self) -> str:
        """See the project and our role in it, and that issues can be listed."""
        project = decoded(await self._call("GET", ""), _Project)
        if project.role < REPORTER:
            raise Parked("the token's role in the project is below Reporter")
        await self._listed("ronde")
        kept = "confidential" if self.settings.confidential else "NOT confidential"
        return f"let in; issues of {self.settings.project} will be {kept}"

    async def find(self, key: str) -> Remote | None:
        """Find the oldest issue with the label."""
        found = await self._listed(key)
        return self._remote(found[0]) if found else None

    async def look(self, remote: str) -> Remote | None:
        """Get an issue by its number in the project."""
        answer = await self._call("GET", f"/issues/{remote}", also={NOT_FOUND})
        return None if answer.status == NOT_FOUND else self._remote(decoded(answer, _Issue))

    async def create(self, draft: Draft) -> Remote:
        """Create an issue, confidential from its first moment on."""
        labels = dict.fromkeys((draft.key, *draft.labels, *self.settings.labels))
        issue = {
            **_said(draft),
            "labels": ",".join(labels),
            "confidential": self.settings.confidential,
        }
        return self._remote(decoded(await self._call("POST", "/issues", json=issue), _Issue))

    async def update(self, remote: str, draft: Draft) -> None:
        """Change title and description; labels are left to people."""
        await self._call("PUT", f"/issues/{remote}", json=_said(draft))

    async def comment(self, remote: str, note: str) -> None:
        """Add a note."""
        await self._call("POST", f"/issues/{remote}/notes", json={"body": without_commands(note)})

    async def close(self, remote: str, note: str) -> None:
        """Close it."""
        del note
        await self._call("PUT", f"/issues/{remote}", json={"state_event": "close"})

    async def reopen(self, remote: str, note: str) -> None:
        """Open it again."""
        del note
        await self._call("PUT", f"/issues/{remote}", json={"state_event": "reopen"})

    async def _listed(self, label: str) -> list[_Issue]:
        asked = {"labels": label, "scope": "all", "state": "all", "sort": "asc", "per_page": "2"}
        return decoded(await self._call("GET", "/issues", params=asked), list[_Issue])

    async def _call(
        self, method: str, path: str, *, also: Collection[int] = (), **rest: Any
    ) -> Answer:
        project = quote(self.settings.project, safe="")
        answer = await self.client.call(method, f"/api/v4/projects/{project}{path}", **rest)
        if answer.status == NOT_FOUND and NOT_FOUND not in also:
            raise Parked(f"there is no project {self.settings.project} for this token (404)")
        return settled(self.client, answer, also=also)

    def _remote(self, issue: _Issue) -> Remote:
        url = f"{self.client.site}/{self.settings.project}/-/issues/{issue.iid}"
        state = State.CLOSED if issue.state == "closed" else State.OPEN
        return Remote(str(issue.iid), url, state)


def without_commands(text: str) -> str:
    r"""Let no line begin with `/`: a command would be executed; `\/` is shown as `/`."""
    return _COMMANDS.sub(r"\1\\/", text)


def _said(draft: Draft) -> dict[str, Any]:
    return {"title": draft.title, "description": without_commands(draft.body)}

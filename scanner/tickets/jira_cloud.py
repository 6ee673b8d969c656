"""Jira Cloud: issues over its REST interface, version 3.

Facts are of Atlassian's OpenAPI document (`/rest/api/3`) and its pages: texts are documents (ADF);
`/search` is gone and `/search/jql` takes its place, whose index lags by seconds, seldom by minutes,
save for issues whose numbers `reconcileIssues` names; an API token goes with its user's address as
`Basic` to the site, and that of a service account as `Bearer` to `api.atlassian.com/ex/jira/ID`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from scanner.model import Refused
from scanner.secret import basic, bearer
from scanner.tickets import jira
from scanner.tickets.adf import document
from scanner.tickets.base import Means
from scanner.tickets.escape import Markup

#: Seconds after which the index is taken to have caught up. Atlassian says seconds, seldom minutes;
#: `reconcileIssues` does not help, for it asks for the number of the issue that is searched for.
LAG = 300

#: Where service accounts call, whichever site is theirs.
GATEWAY = "api.atlassian.com"


class Settings(jira.Settings, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "jira-cloud"`.

    `user` is the address that a token belongs to; without it the token is a service account's.
    `site` is where people read, if `url` is not.
    """

    per_second: float = 40  # limits are of a second and a kind of call; a burst gets `Retry-After`


def connect(settings: Settings, means: Means) -> "JiraCloud":
    """Make the tracker.

    Raises:
        Refused: the gateway is called, and nobody says where people read.
    """
    token = means.secret("token")
    credential = basic(settings.user, token) if settings.user else bearer(token)
    client = means.client({"Authorization": credential})
    if client.site.host == GATEWAY and not settings.site:
        raise Refused(f"{means.place}.site: write https://NAME.atlassian.net, where people read")
    return JiraCloud(client, settings)


class JiraCloud(jira.Jira):
    """Issues of one project of a site."""

    __slots__ = ()

    markup: ClassVar[Markup] = Markup.PLAIN
    api: ClassVar[str] = "/rest/api/3"
    search: ClassVar[str] = "/search/jql"
    lag: ClassVar[float] = LAG
    asks: ClassVar[Mapping[str, str]] = MappingProxyType({"properties": jira.PROPERTY})

    def written(self, text: str) -> Any:
        """Give a document."""
        return document(text)

"""Jira Data Center and Server: issues over their REST interface, version 2.

Facts are of Atlassian's reference of Jira 8.20 to 10: texts are wiki mark-up; `/search` is there;
a personal access token (since 8.14) goes as `Bearer`, a user's password as `Basic`; a search does
not tell properties.
"""

from typing import ClassVar

from scanner.secret import basic, bearer
from scanner.tickets import jira
from scanner.tickets.base import Means
from scanner.tickets.escape import Markup


class Settings(jira.Settings, frozen=True, kw_only=True):
    """`[tickets.NAME]` with `system = "jira-data-center"`.

    Without `user`, `token` is a personal access token; with it, it is that user's password.
    """

    per_second: float = 10  # what a node of Jira answers beside its people


def connect(settings: Settings, means: Means) -> "JiraDataCenter":
    """Make the tracker."""
    token = means.secret("token")
    credential = basic(settings.user, token) if settings.user else bearer(token)
    return JiraDataCenter(means.client({"Authorization": credential}), settings)


class JiraDataCenter(jira.Jira):
    """Issues of one project of an instance."""

    __slots__ = ()

    markup: ClassVar[Markup] = Markup.WIKI
    api: ClassVar[str] = "/rest/api/2"
    search: ClassVar[str] = "/search"

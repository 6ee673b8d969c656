"""What becomes of a finding while its server is stopped, locked and opened again.

The port stays; what stands behind it changes. Every round is the program's own, and they share
one history.
"""

from pathlib import Path

import pytest

from scanner.model import Access, Status
from tests.lab.rounds import Walked, walk
from tests.lab.servers.elasticsearch import elasticsearch, osmem
from tests.lab.servers.nginx import Front, nginx
from tests.lab.servers.redis import Redis, RedisMode, redis
from tests.lab.session import Lab

pytestmark = pytest.mark.real


def statuses(walked: Walked) -> list[tuple[Status, Access]]:
    """Every finding of a round, by where it stands and what was last seen of it."""
    return [(finding.status, finding.access) for finding in walked.findings]


def accesses(walked: Walked) -> list[Access]:
    """Every service that is no finding."""
    return [service.access for service in walked.services]


def test_a_redis_is_new_ongoing_resolved_by_its_closed_port_and_reopened(tmp_path: Path) -> None:
    """A closed port ends the finding; a password keeps it ended; one open door reopens it."""
    with Lab.ready(redis()) as server:
        first, second = walk(tmp_path, server), walk(tmp_path, server)
    stopped = walk(tmp_path, server)
    with Lab.ready(redis(Redis.REDIS_7, RedisMode.LOCKED, port=server.port)) as locked:
        behind_a_password = walk(tmp_path, locked)
    with Lab.ready(redis(port=server.port)) as again:
        reopened = walk(tmp_path, again)

    assert statuses(first) == [(Status.NEW, Access.OPEN)]
    assert statuses(second) == [(Status.ONGOING, Access.OPEN)]
    assert statuses(stopped) == [(Status.RESOLVED, Access.OPEN)]
    assert (statuses(behind_a_password), accesses(behind_a_password)) == ([], [Access.LOCKED])
    assert statuses(reopened) == [(Status.REOPENED, Access.OPEN)]

    rounds = (first, second, stopped, behind_a_password, reopened)
    assert [walked.exit_code for walked in rounds] == [3, 3, 0, 0, 3]
    assert len({found.fingerprint for walked in rounds for found in walked.findings}) == 1
    assert reopened.findings[0].first_seen == first.findings[0].first_seen


def test_a_password_alone_resolves_an_open_redis(tmp_path: Path) -> None:
    """The first repair of most teams: the port stays open and demands a credential."""
    with Lab.ready(redis(Redis.VALKEY_9)) as server:
        walk(tmp_path, server)
    with Lab.ready(redis(Redis.VALKEY_9, RedisMode.LOCKED, port=server.port)) as locked:
        repaired = walk(tmp_path, locked)

    assert statuses(repaired) == [(Status.RESOLVED, Access.OPEN)]
    assert accesses(repaired) == [Access.LOCKED]


def test_an_elasticsearch_behind_basic_authentication_is_resolved(tmp_path: Path) -> None:
    """The 401 of a proxy before every page names no product, and shuts the door all the same."""
    with Lab.ready(elasticsearch("7.10.2")) as server:
        before = walk(tmp_path, server)
    with (
        Lab.ready(osmem()) as behind,
        Lab.ready(nginx(Front.BASIC_AUTH, behind, port=server.port)) as guard,
    ):
        after = walk(tmp_path, guard)

    assert statuses(before) == [(Status.NEW, Access.OPEN)]
    assert statuses(after) == [(Status.RESOLVED, Access.OPEN)]
    assert accesses(after) == [Access.LOCKED]
    assert after.findings[0].fingerprint == before.findings[0].fingerprint


def test_an_elasticsearch_that_hides_its_front_page_alone_is_not_resolved(tmp_path: Path) -> None:
    """Half a repair is none: the indices are still listed, so the door is still reported.

    It has changed, for its version is told no more.
    """
    with Lab.ready(osmem()) as behind:
        with Lab.ready(nginx(Front.TLS, behind)) as server:
            walk(tmp_path, server)
        with Lab.ready(nginx(Front.NO_FRONT_PAGE, behind, port=server.port)) as half_shut:
            after = walk(tmp_path, half_shut)

    assert statuses(after) == [(Status.CHANGED, Access.OPEN)]

"""Redis 6 and 7, Valkey 9, and a Sentinel."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.redis import Redis, RedisMode, redis, sentinel
from tests.lab.verdict import AS_TOLD, FOUND, NAMES, QUIET, Group, Held, Start, Verdict, door

KEYS: tuple[Held, ...] = (("db0", "database", 3, ()),)

#: Before INFO is answered nothing tells Valkey from Redis, nor the version.
LOCKED = Verdict(Access.LOCKED, "redis", None)


def _every_mode(build: Redis, product: str, *more: tuple[Start, Verdict]) -> Group:
    is_open = Verdict(Access.OPEN, product, AS_TOLD, Severity.HIGH, KEYS)
    return Group(
        FOUND,
        (
            (door(redis, build, RedisMode.OPEN), is_open),
            (door(redis, build, RedisMode.LOCKED), LOCKED),
            (door(redis, build, RedisMode.PING_ONLY), LOCKED),
            (door(redis, build, RedisMode.NO_INFO), is_open),
            *more,
        ),
    )


def _protected(build: Redis, product: str) -> tuple[Start, Verdict]:
    verdict = Verdict(Access.SHIELDED, product, None, Severity.LOW)
    return door(redis, build, RedisMode.PROTECTED), verdict


_IN_TLS: tuple[Start, Verdict] = (
    door(redis, Redis.REDIS_7, RedisMode.TLS),
    Verdict(Access.OPEN, "redis", AS_TOLD, Severity.HIGH, KEYS, NAMES),
)
_SENTINEL: tuple[Start, Verdict] = (
    door(sentinel),
    Verdict(Access.OPEN, "redis", AS_TOLD, Severity.MEDIUM),
)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "redis-7": _every_mode(Redis.REDIS_7, "redis", _IN_TLS),
        "redis-6": _every_mode(Redis.REDIS_6, "redis", _SENTINEL),
        "valkey-9": _every_mode(Redis.VALKEY_9, "valkey"),
        "protected": Group(
            QUIET,
            (
                _protected(Redis.REDIS_7, "redis"),
                _protected(Redis.REDIS_6, "redis"),
                _protected(Redis.VALKEY_9, "valkey"),
            ),
        ),
    }
)

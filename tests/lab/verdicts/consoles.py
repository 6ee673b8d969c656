"""MLflow and Redis Commander."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.consoles import EXPERIMENT, mlflow, redis_commander
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, door

EXPERIMENTS: tuple[Held, ...] = (
    (EXPERIMENT, "experiment", None, ()),
    ("Default", "experiment", None, ()),
)
CONNECTIONS: tuple[Held, ...] = (("local", "connection", None, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "consoles": Group(
            FOUND,
            (
                (
                    door(mlflow),
                    Verdict(Access.OPEN, "mlflow", AS_TOLD, Severity.HIGH, EXPERIMENTS),
                ),
                (
                    door(redis_commander),
                    Verdict(Access.OPEN, "redis-commander", None, Severity.HIGH, CONNECTIONS),
                ),
                (
                    door(redis_commander, locked=True),
                    Verdict(Access.LOCKED, "redis-commander", None),
                ),
            ),
        )
    }
)

"""Words that one ask may hold although no other may, each with the reason."""

from collections.abc import Mapping
from types import MappingProxyType

from probes import cassandra, questdb

CATALOGUE = "a clause of SQL that leaves out the server's own schemas; no JavaScript runs"
LISTS = "names and counts of tables, and a table that cannot exist"

#: (probe, ask, word) → why the word neither reads a record, writes, nor guesses there.
EXCUSED: Mapping[tuple[str, str, str], str] = MappingProxyType(
    {
        ("beanstalkd", "list-tubes", "list"): "names of tubes, in one command with that name",
        # `/exec` is the path of every query of QuestDB; each of these is fixed and only lists.
        **{("questdb", ask.name, "exec"): LISTS for ask in questdb.Questdb.about.asks},
        # `system` is the keyspace in which a node of Cassandra describes itself and its tables.
        ("cassandra", cassandra.NODE.name, "system"): "one row: the node's version and identifier",
        ("cassandra", cassandra.TABLES_2.name, "system"): "names of tables, before 3.0",
        ("cassandra", cassandra.SIZES.name, "system"): "estimates of sizes, no key among them",
        ("cassandra", cassandra.CONTROL.name, "system"): "a table that cannot exist",
        ("ftpanon", "PASS ronde@", "pass"): "a guest's courtesy, where the scope allows it",
        ("mysql", "count of information_schema.TABLES", "where"): CATALOGUE,
        ("mysql", "names and sizes of information_schema.TABLES", "where"): CATALOGUE,
        ("mysql", "names of information_schema.COLUMNS", "where"): CATALOGUE,
    }
)

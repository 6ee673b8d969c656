"""OrientDB over HTTP, as it ships: strangers are the user `guest`, who may list databases."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.lab.layout import Family, java_home
from tests.lab.servers.process import CANARY, NotStarted, Program, Running, require
from tests.lab.servers.standing import Place, page, place, standing
from tests.lab.servers.web import ask

FAMILY = Family("orientdb")
JAVA = 17
DATABASE = "faxes"
DOCUMENTS = 2

#: The root of the lab is its usual user; `guest` has the rights that the vendor ships.
_SETTINGS = """\
<orient-server>
  <network>
    <protocols><protocol name="http" implementation=
      "com.orientechnologies.orient.server.network.protocol.http.ONetworkProtocolHttpDb"/></protocols>
    <listeners><listener ip-address="127.0.0.1" port-range="{port}" protocol="http"/></listeners>
  </network>
  <users>
    <user name="lab" password="labpass" resources="*"/>
    <user name="guest" password="guest" resources="connect,server.listDatabases,server.dblist"/>
  </users>
  <properties>
    <entry name="server.database.path" value="{home}/databases"/>
    <entry name="plugin.dynamic" value="false"/>
  </properties>
</orient-server>
"""
_MAIN = "com.orientechnologies.orient.server.OServerMain"
_OPENS = tuple(f"--add-opens=java.base/{one}=ALL-UNNAMED" for one in ("sun.nio.ch", "java.nio"))


@contextmanager
def orientdb(*, canary: str = CANARY) -> Iterator[Running]:
    """One database of two documents."""
    with place("orientdb") as at:
        require(FAMILY.jars, at.name, "OrientDB")
        java = java_home(JAVA)
        if java is None:
            raise NotStarted(at.name, f"needs Java {JAVA}, which is not on this machine")
        settings = at.write("config.xml", _SETTINGS.format(port=at.port, home=at.home))
        where = (f"-Dorientdb.config.file={settings}", f"-DORIENTDB_HOME={at.home}")
        how = ("-Xmx300m", "-XX:TieredStopAtLevel=1", "-Dstorage.diskCache.bufferSize=32", *_OPENS)
        argv = (str(java / "bin/java"), *how, *where, "-cp", f"{FAMILY.jars}/*", _MAIN)
        with standing(
            at,
            Program(argv, {"ORIENTDB_ROOT_PASSWORD": "labpass"}, patience=60.0),
            probe="orientdb",
            version=lambda: _version(at),
            fill=lambda: _fill(at, canary),
            state=held,
        ) as server:
            yield server


def _version(at: Place) -> str:
    page(at, "/listDatabases")
    jar = next(FAMILY.jars.glob("orientdb-server-*.jar"))
    return jar.stem.removeprefix("orientdb-server-")


def _fill(at: Place, canary: str) -> None:
    _post(at.port, f"/database/{DATABASE}/memory")
    _post(at.port, f"/class/{DATABASE}/Fax")
    for _ in range(DOCUMENTS):
        _post(at.port, f"/document/{DATABASE}", {"@class": "Fax", "patient": canary})


def _post(port: int, path: str, body: Mapping[str, object] | None = None) -> None:
    done = ask(port, path, method="POST", body=body, login=True)
    assert done.status in (200, 201), done


def held(server: Running) -> object:
    """Read how many documents each class of the database has."""
    classes = ask(server.port, f"/database/{DATABASE}", login=True).json()["classes"]
    return sorted((one["name"], one["records"]) for one in classes)

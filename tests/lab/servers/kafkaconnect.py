"""Kafka Connect, one worker standing alone beside a Kafka; it has no login of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.layout import Family
from tests.lab.servers.process import CANARY, LOOPBACK, Program, Running, require
from tests.lab.servers.standing import page, place, standing
from tests.lab.servers.web import ask

FAMILY = Family("kafka")


@contextmanager
def kafkaconnect(kafka: Running, *, canary: str = CANARY) -> Iterator[Running]:
    """One connector, whose settings hold the canary as others' hold passwords."""
    with place("kafkaconnect") as at:
        java = require("java", at.name, "Java")
        require(next(iter(FAMILY.jars.glob("connect-runtime-*.jar")), None), at.name, "Connect")
        converter = "org.apache.kafka.connect.json.JsonConverter"
        worker = at.write(
            "worker.properties",
            f"bootstrap.servers={LOOPBACK}:{kafka.port}\nlisteners=http://{LOOPBACK}:{at.port}\n"
            f"key.converter={converter}\nvalue.converter={converter}\n"
            f"offset.storage.file.filename={at.home / 'offsets'}\n"
            f"plugin.path={FAMILY.jars}\nplugin.discovery=only_scan\n",
        )
        source = "org.apache.kafka.connect.file.FileStreamSourceConnector"
        connector = at.write(
            "fax-files.properties",
            f"name=fax-files\nconnector.class={source}\ntasks.max=1\nfile=/dev/null\n"
            f"topic=faxes\npassword={canary}\n",
        )
        own = ("-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", FAMILY.jars / "*")
        main = "org.apache.kafka.connect.cli.ConnectStandalone"
        with standing(
            at,
            Program((java, *own, main, worker, connector), patience=60),
            probe="kafkaconnect",
            version=lambda: str(page(at).json()["version"]),
            fill=lambda: None,  # it was started with its connector
            state=lambda server: ask(server.port, "/connectors").json(),
        ) as server:
            yield server

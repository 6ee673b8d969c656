"""What an operator installs is what systemd, cron, logrotate and Kubernetes take."""

import getpass
import grp
import os
import shutil
import subprocess
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it has no types
import pytest
import yaml  # type: ignore[import-untyped]  # nor has this one

from scanner.addresses import AddressSet
from tests.ground import COMMAND, Ground, fresh_ground
from tests.test_docs import refusals

ground = fresh_ground

CONFIG = Path(__file__).parent.parent / "config"
CRONJOB = CONFIG / "kubernetes-cronjob.yaml"

#: The exposure that systemd-analyze(1) finds in a unit, times ten: 0 has no rights at all, 100 all.
EXPOSURE = 15

systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")


def installed(folder: Path, unit: str, more: str = "") -> Path:
    """Put a unit where its program is; some of what it names is not on this machine."""
    program = folder / "ronde"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    text = (CONFIG / "systemd" / unit).read_text(encoding="utf-8")
    path = folder / unit
    path.write_text(text.replace("/opt/ronde/bin/ronde", str(program)) + more)
    return path


def analyzed(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Ask systemd."""
    return subprocess.run(  # noqa: S603 - a fixed command on files of our own
        ("systemd-analyze", *words),  # noqa: S607 - found above
        cwd=folder,
        text=True,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
    )


def about_ours(said: str) -> list[str]:
    """Leave out what systemd says of the units of this machine."""
    return [line for line in said.splitlines() if "ronde" in line]


def dropin(ground: Ground) -> str:
    """Print the lines for a scope of two ranges, less one address."""
    head = 'max_addresses = 70_000\nexclude = ["192.0.2.7"]\n'
    ground.permit({}, ranges=("192.0.2.0/24", "2001:db8::/112"), head=head)
    said = ground.run("scope", "systemd", "--scope", "scope.toml")
    assert said.code == 0
    return said.out


@systemd
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Both of them, without a word of complaint."""
    units = [str(installed(tmp_path, one)) for one in ("ronde.service", "ronde.timer")]

    said = analyzed("verify", *units, folder=tmp_path)

    assert (about_ours(said.stdout), said.returncode) == ([], 0)


@systemd
def test_the_unit_has_next_to_no_rights(tmp_path: Path) -> None:
    """As systemd counts it; a tenth of what a unit has that says nothing."""
    unit = installed(tmp_path, "ronde.service")

    said = analyzed(
        "security", "--offline=yes", f"--threshold={EXPOSURE}", str(unit), folder=tmp_path
    )

    assert said.returncode == 0, said.stdout


@systemd
def test_systemd_takes_the_lines_of_a_scope(ground: Ground) -> None:
    """And counts the unit as held to a list of addresses."""
    unit = installed(ground.folder, "ronde.service", dropin(ground))

    verified = analyzed("verify", str(unit), folder=ground.folder)
    said = analyzed("security", "--offline=yes", "--no-pager", str(unit), folder=ground.folder)

    assert (about_ours(verified.stdout), verified.returncode) == ([], 0)
    assert "Service does not define an IP address allow list" not in said.stdout


def test_the_lines_of_a_scope_are_the_scope(ground: Ground) -> None:
    """No address more, none less: an exclusion is excluded there too."""
    lines = [line.partition("=") for line in dropin(ground).splitlines()]

    allowed = AddressSet.of(
        ip_network(value) for name, _, value in lines if name == "IPAddressAllow"
    )

    whole = AddressSet.of(map(ip_network, ("192.0.2.0/24", "2001:db8::/112")))
    assert allowed == whole - AddressSet.of([ip_network("192.0.2.7")])
    assert ("IPAddressDeny", "=", "any") in lines


@pytest.mark.skipif(shutil.which("logrotate") is None, reason="no logrotate here")
def test_logrotate_takes_its_file_and_the_log_goes_on(ground: Ground) -> None:
    """The log is renamed, and the next line begins another: no signal, no copy."""
    log = ground.folder / "ronde.log"
    user, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
    text = (CONFIG / "logrotate.example").read_text(encoding="utf-8")
    text = text.replace("/var/log/ronde/ronde.log", str(log)).replace(
        "ronde ronde", f"{user} {group}"
    )
    (ground.folder / "rotate.conf").write_text(text)
    log.write_text("yesterday's\n")
    (ground.folder / "rotate.conf").chmod(0o600)

    said = subprocess.run(
        ("logrotate", "--force", "--state", "state", "rotate.conf"),  # noqa: S607 - found above
        cwd=ground.folder,
        text=True,
        check=False,
        capture_output=True,
        timeout=60,
    )

    assert (said.returncode, said.stderr) == (0, "")
    assert ground.text("ronde.log.1") == "yesterday's\n"
    assert not log.exists()


def manifests() -> list[dict[str, Any]]:
    """Read the objects of the manifest."""
    return list(yaml.safe_load_all(CRONJOB.read_text(encoding="utf-8")))


@pytest.mark.parametrize("version", ["1.27", kubernetes_validate.latest_version()])
def test_kubernetes_takes_the_manifest(version: str) -> None:
    """By its own schema, with no field that it does not know; 1.27 is the first with time zones."""
    for manifest in manifests():
        kubernetes_validate.validate(manifest, version, strict=True)


@systemd
def test_a_slip_in_a_unit_would_be_said(tmp_path: Path) -> None:
    """So that the tests above are ones."""
    unit = installed(tmp_path, "ronde.service", "IPAddressAlow=192.0.2.0/24\n")

    assert about_ours(analyzed("verify", str(unit), folder=tmp_path).stdout) != []


def test_a_manifest_with_a_slip_is_refused() -> None:
    """So that the test above is one."""
    job = next(one for one in manifests() if one["kind"] == "CronJob")
    job["spec"]["scheduel"] = job["spec"].pop("schedule")

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(job, kubernetes_validate.latest_version(), strict=True)


def test_the_pod_has_next_to_no_rights() -> None:
    """No user of rights, no capability, no way to more, nothing to write to but its volume."""
    job = next(one for one in manifests() if one["kind"] == "CronJob")
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {one["mountPath"]: one.get("readOnly", False) for one in container["volumeMounts"]} == {
        "/etc/ronde": True,
        "/var/lib/ronde": False,
        "/tmp": False,  # noqa: S108 - the folder of a pod, which is its own
    }
    assert list(refusals(container["args"])) == []


def test_the_line_of_cron_prints_nothing_in_a_quiet_night(ground: Ground) -> None:
    """As cron runs it: by sh, from its folder, with next to no environment."""
    (line,) = (
        one for one in (CONFIG / "cron.example").read_text().splitlines() if " ronde " in one
    )
    *when, user, command = line.split(maxsplit=6)
    ground.permit({})
    (ground.folder / "ronde.toml").write_text('scope = "scope.toml"\nhistory = "h.sqlite"\n')
    here = command.replace("/etc/ronde", str(ground.folder)).replace(
        "/var/log/ronde", str(ground.folder)
    )
    here = here.replace("/opt/ronde/bin/ronde", "ronde").replace("scan", "scan --probe redis")
    program = ground.folder / "ronde"
    program.write_text(f'#!/bin/sh\nexec {COMMAND[0]} -c "{COMMAND[2]}" "$@"\n')
    program.chmod(0o755)

    def night() -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - the line under test
            ("/bin/sh", "-c", here.replace("&& ronde", "&& ./ronde")),
            env={"PYTHONPATH": str(CONFIG.parent), "HOME": str(ground.folder)},
            text=True,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
        )

    first, second = night(), night()

    assert (len(when), user) == (5, "ronde")
    assert (second.stdout, second.returncode) == ("", first.returncode)

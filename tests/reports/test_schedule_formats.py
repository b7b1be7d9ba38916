"""What `monitor schedule` prints: each format word for word, and that each says when the five fields say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from syrupy.assertion import SnapshotAssertion

from monitor.errors import UsageError
from monitor.model import Schedule
from monitor.reports.schedule import Place, Scheduled, SchedulePlan, find, formats
from monitor.reports.schedule._fields import fields_of
from monitor.reports.schedule.k8s import cron_of
from monitor.reports.schedule.systemd import calendars
from monitor.slots import next_slots

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
PLACE = Place("/srv/drift", "/srv/drift/.venv/bin/monitor", "/srv/drift/recordings", "/srv/drift/.monitor")
ODD = Place("/srv/it's 100% $odd", "/opt/a b/monitor", "/srv/r s", "/srv/s", config="other.yaml", image="i:1")
WEEKLY = Schedule("17 5 * * MON", "Europe/Berlin", grace=5400.0, jitter=300.0)
DAYS = Schedule("0 */6 1,15 * 5", heartbeat="https://hc.example/s3cret")
PLAN = SchedulePlan((Scheduled("crm", WEEKLY), Scheduled("a_b.c", DAYS)), ("later",), PLACE, NOW)

CRONS = [
    "17 5 * * 1",
    "17 5 * * MON-FRI",
    "*/10 * * * *",
    "5/20 */6 * * *",
    "0,1,2,30 8-18/5 * * *",
    "0 0 13 * 5",
    "0 0 */13 * 5",
    "0 0 1-7 jan,JUL *",
    "0 0 * * 0",
    "0 0 * * 7",
    "0 0 * * 5-7",
    "0 12 * * */2",
    "0 12 1 */3 *",
    "0 0 29 2 *",
    "0 0 31 * 0,7",
]


def plan_of(*crons: str, place: Place = PLACE) -> SchedulePlan:
    named = (Scheduled(f"v{index}", Schedule(cron)) for index, cron in enumerate(crons))
    return SchedulePlan(tuple(named), (), place, NOW)


def whole(form: str, plan: SchedulePlan) -> str:
    return "".join(f"---- {file.name}\n{file.text}" for file in find(form).render(plan))


@pytest.mark.parametrize("form", ["text", "crontab", "systemd", "k8s"])
def test_word_for_word(form: str, snapshot: SnapshotAssertion) -> None:
    told = whole(form, PLAN)
    assert "s3cret" not in told
    assert told == snapshot


@pytest.mark.parametrize("form", sorted({*formats()} - {"text"}))
def test_nothing_scheduled_is_told(form: str) -> None:
    with pytest.raises(UsageError, match="no vendor has a schedule"):
        find(form).render(SchedulePlan((), ("crm",), PLACE, NOW))


@pytest.mark.parametrize("cron", CRONS)
def test_crons_fields_say_the_same_as_numbers(cron: str) -> None:
    expected = next_slots(Schedule(cron), NOW, 40)
    assert next_slots(Schedule(str(fields_of(cron))), NOW, 40) == expected
    if cron != "0 0 */13 * 5":
        assert next_slots(Schedule(cron_of(Schedule(cron))), NOW, 40) == expected


def test_kubernetes_refuses_what_it_reads_otherwise() -> None:
    with pytest.raises(UsageError, match="reads the two day fields of '0 0 \\*/13 \\* 5' otherwise"):
        cron_of(Schedule("0 0 */13 * 5"))
    assert cron_of(Schedule("0 0 */2 * *")) == "0 0 */2 * *"


@pytest.mark.parametrize(
    ("cron", "zone", "told"),
    [
        ("30 2 * * 0", "Europe/Berlin", True),
        ("30 2 * * 0", "UTC", False),
        ("30 4 * * 0", "Europe/Berlin", False),
        ("*/30 2 * * 0", "Europe/Berlin", False),  # it follows the clock as systemd does
    ],
)
@pytest.mark.parametrize("form", ["systemd", "k8s"])
def test_what_the_clocks_jump_over_only_cron_makes_up_for(form: str, cron: str, zone: str, told: bool) -> None:
    plan = SchedulePlan((Scheduled("crm", Schedule(cron, zone)),), (), PLACE, NOW)
    assert ("the clocks jump over" in whole(form, plan)) is told


# -- crontab -----------------------------------------------------------------------------------------------


def _commands(crontab: str) -> list[str]:
    lines = [line for line in crontab.splitlines() if re.match(r"[\d*]", line)]
    return [line.split(maxsplit=5)[5] for line in lines]


def test_a_crontabs_commands_run_in_their_folder_with_the_secrets(tmp_path: Path) -> None:
    """Cron turns \\% into %, and hands the rest to sh."""
    folder = tmp_path / "it's 100% $odd"
    folder.mkdir()
    program = folder / "pro gram"
    program.write_text('#!/bin/sh\necho "$PWD: $KEY: $*" >&2\n')
    program.chmod(0o700)
    (folder / "secrets.env").write_text("KEY='of the vendor'\n")
    place = Place(str(folder), str(program), "", "", config="o%.yaml")
    commands = _commands(whole("crontab", plan_of("17 5 * * 1", place=place)))
    assert len(commands) == 3
    assert all("%" not in command.replace("\\%", "") for command in commands)
    script = "\n".join(f"( {command} )" for command in commands).replace("\\%", "%")
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True, env={})
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"{folder}: of the vendor: alerts retry --config o%.yaml",
        f"{folder}: of the vendor: status --quiet --config o%.yaml",
        f"{folder}: of the vendor: check --vendor v0 --notify --wait --quiet --config o%.yaml",
    ]


@pytest.mark.parametrize("form", ["crontab", "systemd"])
def test_a_path_that_would_break_the_line_is_refused(form: str) -> None:
    place = Place("/srv/a\nb", "monitor", "/r", "/s")
    with pytest.raises(UsageError, match="line break"):
        find(form).render(plan_of("17 5 * * 1", place=place))


# -- systemd -----------------------------------------------------------------------------------------------

NO_SYSTEMD = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here to ask")


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C"}
    done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 0, done.stderr
    return done


@NO_SYSTEMD
def test_systemd_reads_the_same_times() -> None:
    expressions = [expression for cron in CRONS for expression in calendars(Schedule(cron, "Europe/Berlin"))]
    answers = _analyze("calendar", f"--base-time={NOW:%Y-%m-%d %H:%M:%S UTC}", "--iterations=12", *expressions).stdout
    told = iter(answers.split("\n\n"))
    for cron in CRONS:
        schedule = Schedule(cron, "Europe/Berlin")
        both = "".join(next(told) for _ in calendars(schedule))
        found = re.findall(r"(?:Next elapse|Iter\. #\d+): \w+ (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", both)
        slots = sorted({datetime.fromisoformat(text).replace(tzinfo=UTC) for text in found})
        assert slots[:12] == list(next_slots(schedule, NOW, 12)), cron


@NO_SYSTEMD
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    place = Place("/srv/it's 100% $odd", "/bin/true", "/srv/r s", "/srv/s", config='o"t\\$her.yaml')
    for file in find("systemd").render(plan_of("17 5 * * 1", "0 0 13 * 5", place=place)):
        (tmp_path / file.name).write_text(file.text)
    done = _analyze("verify", "--man=no", *map(str, sorted(tmp_path.iterdir())))
    assert done.stderr == ""


def test_either_day_is_two_calendars() -> None:
    assert calendars(Schedule("5 4 13 * 5,7")) == ("*-*-13 04:05:00 UTC", "Fri,Sun *-*-* 04:05:00 UTC")
    assert calendars(Schedule("*/20 4 * 1-3,5 1-5")) == ("Mon,Tue,Wed,Thu,Fri *-01..03,05-* 04:00,20,40:00 UTC",)


# -- Kubernetes --------------------------------------------------------------------------------------------


def _at(node: object, path: str) -> object:
    for step in path.split("."):
        node = node[int(step)] if isinstance(node, list) else node[step]  # type: ignore[index]
    return node


POD = "spec.jobTemplate.spec.template.spec"
REQUIRED = {
    "apiVersion": "batch/v1",
    "spec.concurrencyPolicy": "Forbid",
    "spec.jobTemplate.spec.backoffLimit": 0,
    f"{POD}.restartPolicy": "Never",
    f"{POD}.automountServiceAccountToken": False,
    f"{POD}.securityContext.runAsNonRoot": True,
    f"{POD}.containers.0.workingDir": "/srv/it's 100% $odd",
    f"{POD}.containers.0.image": "i:1",
    f"{POD}.containers.0.securityContext.readOnlyRootFilesystem": True,
    f"{POD}.containers.0.securityContext.allowPrivilegeEscalation": False,
    f"{POD}.containers.0.securityContext.capabilities.drop": ["ALL"],
    f"{POD}.containers.0.env.0": {"name": "MONITOR_ALERTS", "value": "true"},
    f"{POD}.containers.0.env.1": {"name": "MONITOR_STATE_DIR", "value": "/srv/s"},
    f"{POD}.containers.0.envFrom.0.secretRef.name": "vendor-drift",
    f"{POD}.containers.0.volumeMounts.0": {"name": "data", "mountPath": "/srv/s", "subPath": "state"},
    f"{POD}.containers.0.volumeMounts.1": {"name": "data", "mountPath": "/srv/r s/runs", "subPath": "runs"},
    f"{POD}.volumes.0.persistentVolumeClaim.claimName": "vendor-drift",
}


def test_kubernetes_gets_what_it_requires() -> None:
    scheduled = (
        Scheduled("crm", WEEKLY),
        Scheduled("a_b.c", DAYS),
        Scheduled("a_b-c", DAYS),
        Scheduled("v" * 64, DAYS),
    )
    (file,) = find("k8s").render(SchedulePlan(scheduled, (), ODD, NOW))
    claim, *jobs = yaml.safe_load_all(file.text)
    assert (claim["kind"], claim["metadata"]["name"]) == ("PersistentVolumeClaim", "vendor-drift")
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert [job["kind"] for job in jobs] == ["CronJob"] * 6
    for job in jobs:
        assert {path: _at(job, path) for path in REQUIRED} == REQUIRED
    names = [job["metadata"]["name"] for job in jobs]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?", name) for name in names)
    first = jobs[0]["spec"]
    assert (first["schedule"], first["timeZone"], first["startingDeadlineSeconds"]) == (
        "17 5 * * 1",
        "Europe/Berlin",
        5400,
    )
    arguments = ["check", "--vendor", "crm", "--notify", "--wait", "--quiet", "--config", "other.yaml"]
    assert _at(first, "jobTemplate.spec.template.spec.containers.0.args") == arguments


def test_text_tells_as_many_as_were_asked_for() -> None:
    plan = SchedulePlan((Scheduled("crm", WEEKLY),), (), PLACE, NOW, count=10)
    lines = whole("text", plan).splitlines()
    assert len(lines) == 12
    assert lines[2].startswith("  Mon 2026-10-26 05:17 CET")
    assert NOW + timedelta(days=7) > next_slots(WEEKLY, NOW, 1)[0]

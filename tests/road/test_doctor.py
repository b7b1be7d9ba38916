"""doctor as people run it: its environment, its exit code."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.road.scripted import Project, ScriptedVendor, interaction, json_answer, pact_of

BODY = {"id": "CUST-1"}


@pytest.fixture
def one(project: Project, vendor: ScriptedVendor) -> Project:
    project.write("contracts/crm/one.json", pact_of(interaction("a lookup", "/c", BODY)))
    vendor.answers["/c"] = json_answer(BODY)
    return project


def files(project: Project) -> list[Path]:
    return sorted(project.folder.rglob("*"))


def test_all_is_well(one: Project, vendor: ScriptedVendor) -> None:
    before = files(one)
    done = one.run("doctor")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"ok"}
    assert "reachability crm: GET answered 200" in done.stdout
    assert "s3cr3t" not in done.stdout
    assert files(one) == before
    assert vendor.seen == ["/c"]


def test_a_proxy_is_named_without_its_password(one: Project, vendor: ScriptedVendor) -> None:
    proxy = vendor.url.replace("http://", "http://me:pr0xy-canary@")
    vendor.answers["http://crm.invalid/c"] = json_answer(BODY)
    done = one.run("doctor", CRM_URL="http://crm.invalid", HTTP_PROXY=proxy, NO_PROXY="n0-proxy-canary")
    assert done.returncode == 0, done.stdout
    line = next(line for line in done.stdout.splitlines() if "proxy crm" in line)
    assert f"it is called through {vendor.url.removeprefix('http://')} (set: HTTP_PROXY, NO_PROXY)" in line
    assert vendor.seen == ["http://crm.invalid/c"]
    assert "canary" not in done.stdout


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://127.0.0.1:port", "http://"])
def test_a_proxy_that_cannot_be_used_is_told(one: Project, proxy: str) -> None:
    done = one.run("doctor", CRM_URL="http://crm.invalid", HTTP_PROXY=proxy)
    assert done.returncode == 3, done.stdout
    assert "FAIL  proxy crm: " in done.stdout


def test_an_engine_that_does_not_load_is_told_and_the_rest_looked_at(one: Project, tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "pact_ffi"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('libpact_ffi.so: cannot open shared object file')")
    path = f"{broken.parent}:{':'.join(sys.path)}"
    done = one.monitor("doctor", "--format", "json", PYTHONPATH=path)
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit_code"]) == (3, 3)
    failed = [check for check in told["checks"] if check["state"] == "failed"]
    assert {check["name"] for check in failed} == {"engine"}
    assert "cannot be loaded" in failed[0]["what"]
    assert failed[0]["fix"].startswith("pip install pact-python-ffi==")
    assert failed[1]["what"].startswith("it does not judge: ")
    assert next(check for check in told["checks"] if check["name"] == "reachability crm")["state"] == "ok"


def test_it_goes_on_while_another_run_holds_the_vendor(one: Project, vendor: ScriptedVendor) -> None:
    inner: list[str] = []

    def answer() -> tuple[int, dict[str, str], bytes]:
        if not inner:
            inner.append("")
            inner.append(one.monitor("doctor").stdout)
        status, headers, body = json_answer(BODY)
        return status, dict(headers), body

    vendor.answers["/c"] = answer
    assert one.run("check").returncode == 0
    assert "warn  lock crm: vendor crm is in use by 'monitor check'" in inner[1]
    assert "ok    reachability crm" in inner[1]

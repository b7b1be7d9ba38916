"""Which blank outputs are no alarm, because they were blank before: a table over findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model import (
    Change,
    ChangeKind,
    Detail,
    Exchange,
    Finding,
    Loss,
    Mismatch,
    Outcome,
    Recording,
    Request,
    Response,
    Result,
    RunReport,
    Severity,
)
from monitor.pipeline.damping import LAST, Past, alarms, lowered, output_of
from monitor.recordings.store import Store

RUN = "20261122T085800Z-ab12cd"
ROOT = "$.name"
B, W, I = Severity.BREAKING, Severity.WARNING, Severity.INFO  # noqa: E741 as severity.py has them


def loss(output: str = "name", after: str = "default", root: str = ROOT, *, demanded: bool = False) -> Loss:
    return Loss(root, "Get", output, "String", after, (ROOT,), silent=True, demanded=demanded)


def change(kind: ChangeKind = ChangeKind.REMOVED, root: str = ROOT) -> Change:
    return Change(root, kind, "String")


MISMATCH = Mismatch(ROOT, "body", "name (String) at $.name", "Key 'name' not found in response body", missing=True)
NAME, OTHER = ("Get", "name"), ("Get", "other")


def finding(detail: Detail, severity: Severity = B) -> Finding:
    return Finding(detail.root, severity, True, detail)


@pytest.mark.parametrize(
    ("details", "known", "severity", "expected"),
    [
        pytest.param([change(), loss()], [NAME], {}, [W, W], id="blank before: a warning, and its cause with it"),
        pytest.param([change(), loss()], [], {}, [B, B], id="not blank before"),
        pytest.param([change(), loss()], [OTHER], {}, [B, B], id="another output was"),
        pytest.param([loss(after="missing")], [NAME], {}, [W], id="missing"),
        pytest.param([loss(after="null")], [NAME], {}, [W], id="null"),
        pytest.param([loss(after="empty")], [NAME], {}, [W], id="empty"),
        pytest.param([loss(after="error")], [NAME], {}, [B], id="a failure is never damped"),
        pytest.param([loss(after="invalid")], [NAME], {}, [B], id="nor what the schema forbids"),
        pytest.param([loss(after="Integer")], [NAME], {}, [B], id="nor another type"),
        pytest.param([change(), loss(demanded=True)], [NAME], {}, [B, B], id="the schema demands it"),
        pytest.param([change(), MISMATCH, loss()], [NAME], {}, [B, B, B], id="the contract demands it"),
        pytest.param([change(), loss(), loss("other")], [NAME], {}, [B, W, B], id="one of two: the cause stays"),
        pytest.param([change(), loss(), loss("other")], [NAME, OTHER], {}, [W, W, W], id="both"),
        pytest.param(
            [change(), loss(), change(root="$.x"), loss("other", root="$.x")], [NAME], {}, [W, W, B, B], id="by root"
        ),
        pytest.param([change(ChangeKind.EMPTIED), loss()], [NAME], {}, [W, W], id="an empty list"),
        pytest.param([change(ChangeKind.NULLABLE), loss()], [NAME], {}, [W, W], id="a null"),
        pytest.param([change(ChangeKind.RENAMED), loss()], [NAME], {}, [B, W], id="a rename is an alarm of its own"),
        pytest.param([change(ChangeKind.STATUS, "status"), loss()], [NAME], {}, [B, W], id="what has another root"),
        pytest.param([change(), loss()], [NAME], {"removed": "breaking"}, [B, W], id="the user's word on the cause"),
        pytest.param([change(), loss()], [NAME], {"removed read": "breaking"}, [B, W], id="on what is read"),
        pytest.param([change(), loss()], [NAME], {"mismatch": "info"}, [W, W], id="the user's word on something else"),
    ],
)
def test_a_blank_output(
    details: list[Detail], known: list[tuple[str, str]], severity: Mapping[str, str], expected: list[Severity]
) -> None:
    findings = [finding(detail) for detail in details]
    found = lowered(findings, dict.fromkeys(known, RUN), severity)
    kinds = [_key(one.detail) for one in found]
    assert sorted(kinds) == sorted(map(_key, details))
    assert [found[kinds.index(_key(detail))].severity for detail in details] == expected
    assert [one.severity.rank for one in found] == sorted(one.severity.rank for one in found)


def _key(detail: Detail) -> tuple[str, ...]:
    return detail.type, detail.root, detail.output if isinstance(detail, Loss) else ""


def test_what_is_lower_already_stays() -> None:
    found = lowered([finding(change(), I), finding(loss())], {NAME: RUN}, {})
    assert [one.severity for one in found] == [W, I]


def test_it_says_why() -> None:
    told = Loss(ROOT, "Get", "name", "String", "default", (ROOT,), "the default 0", silent=True)
    (found,) = lowered([finding(told)], {NAME: RUN}, {})
    assert isinstance(found.detail, Loss)
    assert found.detail.detail == f"the default 0; it was blank without drift in run {RUN} as well"


def test_only_alarms_are_looked_up() -> None:
    details: list[Detail] = [change(), loss(), loss("other", demanded=True), loss("failed", "error")]
    found = [*alarms([*map(finding, details), finding(loss("quiet"), W)])]
    assert [output_of(one) for _, one in found] == [NAME]


# -- what was before --------------------------------------------------------------------------------------

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ASKED = Request("GET", "https://crm.example/c?phone=1")


def kept(store: Store, number: int, request: Request, outcome: Outcome = Outcome.SAME) -> Result:
    """A run of one interaction, with its report."""
    run = f"20261122T0800{number:02}Z-ab12cd"
    exchange = Exchange(request, Response(200, "OK", "HTTP/1.1", (), b"{}"), None, AT, 0.1)
    path = store.append(Recording("", run, "crm", "get-1", "Get", exchange)).path
    found = Result("crm", "get-1", "Get", outcome, evidence=path)
    store.write_report(RunReport(run, "check", AT, AT, ("crm",), (found,)))
    return found


@pytest.mark.parametrize(
    "other",
    [
        Request("GET", "https://crm.example/c?phone=2"),
        Request("POST", ASKED.url, body=b""),
        Request("GET", ASKED.url, body=b"{}"),
    ],
    ids=["URL", "method", "body"],
)
def test_another_input_says_nothing_of_this_one(tmp_path: Path, other: Request) -> None:
    store = Store(tmp_path)
    first = kept(store, 1, ASKED)
    kept(store, 2, other)
    kept(store, 3, ASKED, Outcome.DRIFTED)
    today = kept(store, 4, ASKED, Outcome.DRIFTED)
    assert [*Past(store).recordings(today)] == [first.evidence]


def test_the_last_ones_are_those_of_the_same_request(tmp_path: Path) -> None:
    store = Store(tmp_path)
    asked = [kept(store, number, ASKED).evidence for number in range(LAST + 1)]
    for number in range(20, 20 + LAST):
        kept(store, number, Request("GET", "https://crm.example/c?phone=2"))
    assert [*Past(store).recordings(kept(store, 50, ASKED, Outcome.DRIFTED))] == asked[:0:-1]


def test_what_was_asked_today_is_not_known(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept(store, 1, ASKED)
    today = Result("crm", "get-1", "Get", Outcome.DRIFTED, evidence="runs/20261122T080059Z-ab12cd/crm/get-1.har")
    assert [*Past(store).recordings(today)] == []

"""What a review of baselines tells, over snapshots in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from monitor.checking.judge import judge
from monitor.errors import RecordingError, UsageError
from monitor.model import (
    Approval,
    Case,
    Exchange,
    Judgement,
    Limits,
    Outcome,
    Recording,
    Request,
    Response,
    Result,
    Settings,
    StoredCase,
    Vendor,
)
from monitor.pipeline.cases import judge_stored
from monitor.pipeline.planning import plan_jobs
from monitor.pipeline.review import review
from monitor.pipeline.tools import Judges, Selection, Tools
from monitor.recordings.har import to_har
from monitor.recordings.masking import Masker
from monitor.recordings.revisions import Key
from monitor.recordings.store import Store
from monitor.reports.review import Kind, Review
from monitor.reports.review.json import render as to_json
from monitor.reports.review.markdown import LONGEST, MARK
from monitor.reports.review.markdown import render as to_markdown
from monitor.reports.review.text import render as to_text

NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
DESCRIPTION = "a lookup"
PACT = {
    "consumer": {"name": "pop"},
    "provider": {"name": "crm"},
    "interactions": [
        {
            "description": DESCRIPTION,
            "request": {"method": "GET", "path": "/c"},
            "response": {"status": 200, "body": {"customerId": "c"}},
        }
    ],
    "metadata": {"pactSpecification": {"version": "3.0.0"}},
}


def baseline(
    key: Key, body: bytes = b"{}", *, url: str = "https://crm.example/c?x=1", approval: Approval | None = None
) -> bytes:
    """A baseline's file."""
    response = Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), body)
    exchange = Exchange(Request("GET", url), response, None, NOW, 0.1)
    description = DESCRIPTION if key[1].startswith("a-lookup") else f"the {key[1]}"
    return to_har(
        Recording(
            "",
            "20261122T085800Z-000001",
            *key,
            description,
            exchange,
            approval=approval or Approval("ada", NOW, "runs/x", "why"),
        )
    )


@dataclass(frozen=True)
class Memory:
    """Baselines in memory. ``versions`` is empty text where nothing is known of the bytes."""

    name: str
    files: Mapping[Key, bytes]
    known: Mapping[Key, str] | None = None

    @property
    def versions(self) -> Mapping[Key, str]:
        return self.known or dict.fromkeys(self.files, "")

    def bytes_of(self, key: Key) -> bytes:
        if key not in self.files:
            raise RecordingError("git cannot read it", where="there")
        return self.files[key]


class InProcess:
    def submit(self, case: Case | StoredCase, limits: Limits) -> Future[Judgement]:
        future: Future[Judgement] = Future()
        future.set_result(judge_stored(case, judge) if isinstance(case, StoredCase) else judge(case))
        return future


class NoJudge:
    """Every case was too much for it."""

    def submit(self, case: Case | StoredCase, limits: Limits) -> Future[Judgement]:
        future: Future[Judgement] = Future()
        future.set_result(Judgement(Outcome.NOT_JUDGED, reason="it took too long"))
        return future


class Quiet:
    def planned(self, count: int) -> None: ...

    def done(self, result: Result) -> None: ...


def unused(*_: object) -> NoReturn:
    raise AssertionError


@dataclass(frozen=True)
class House:
    folder: Path
    judging: Judges

    @property
    def tools(self) -> Tools:
        @contextmanager
        def judges(cases: int) -> Iterator[Judges]:
            yield self.judging

        store, masker = Store(self.folder / "recordings"), Masker(())
        return Tools(store, masker, lambda: NOW, unused, unused, judges, unused, unused, Quiet())

    @property
    def settings(self) -> Settings:
        contract = self.folder / "lookup.json"
        vendor = Vendor("crm", "https://crm.example", contracts=(str(contract),))
        return Settings(
            str(self.folder / "monitor.yaml"),
            str(self.folder),
            {"crm": vendor},
            str(self.folder / "recordings"),
            str(self.folder / "state"),
            "",
        )

    def review(self, old: Mapping[Key, bytes], new: Mapping[Key, bytes], *vendors: str) -> Review:
        return review(self.settings, self.tools, Memory("old", old), Memory("new", new), vendors)


@pytest.fixture
def house(tmp_path: Path) -> House:
    (tmp_path / "lookup.json").write_text(json.dumps(PACT))
    return House(tmp_path, InProcess())


@pytest.fixture
def lookup(house: House) -> Key:
    """The key of the interaction that the contract has."""
    (job,) = plan_jobs(house.settings, Selection()).jobs
    return job.key


OLD, NEW = b'{"customerId":"c-1","note":"n"}', b'{"customer_id":"c-1","note":"n"}'
ODD = ("erp", "x`y-1")


def test_each_kind_of_change(house: House, lookup: Key) -> None:
    keys: list[Key] = [("erp", name) for name in ("added", "removed", "again", "cut", "same")]
    added, removed, again, cut, same = keys
    old = {
        lookup: baseline(lookup, OLD),
        removed: baseline(removed),
        again: baseline(again, b'{"a":1}'),
        cut: baseline(cut),
        same: baseline(same),
    }
    new = {
        lookup: baseline(lookup, NEW),
        added: baseline(added),
        again: baseline(again, b'{"a":2}'),
        cut: baseline(cut)[:-40],
        same: baseline(same),
    }
    found = house.review(old, new)
    assert [(one.kind, one.interaction_id) for one in found.reviewed] == [
        (Kind.CHANGED, lookup[1]),
        (Kind.NOT_COMPARED, "cut"),
        (Kind.REMOVED, "removed"),
        (Kind.ADDED, "added"),
        (Kind.RERECORDED, "again"),
    ]
    assert found.unchanged == 1
    changed, damaged, *_ = found.reviewed
    assert changed.judged
    assert changed.worst == "breaking"
    assert "baseline/erp/cut.har at new: it" in damaged.reason
    assert [one.description for one in found.reviewed][2:4] == ["the removed", "the added"]


def test_only_the_vendors_asked_for(house: House) -> None:
    old = {("erp", "a"): baseline(("erp", "a")), ("crm", "b"): baseline(("crm", "b"))}
    assert house.review(old, old).unchanged == 2
    assert house.review(old, old, "erp").unchanged == 1
    assert house.review(old, {}, "crm").reviewed[0].kind is Kind.REMOVED
    with pytest.raises(UsageError, match="did you mean 'crm'"):
        house.review(old, old, "crn")


def test_what_cannot_differ_is_not_read(house: House) -> None:
    key = ("erp", "a")
    same = [Memory(name, {}, {key: "1234"}) for name in ("old", "new")]
    assert review(house.settings, house.tools, same[0], same[1], ()).unchanged == 1
    other = Memory("new", {}, {key: "5678"})
    (one,) = review(house.settings, house.tools, same[0], other, ()).reviewed
    assert (one.kind, one.reason) == (Kind.NOT_COMPARED, "there: git cannot read it")


def test_line_ends_and_damage_that_was_there_before_are_no_change(house: House) -> None:
    keys: list[Key] = [("erp", "a"), ("erp", "b")]
    old = {keys[0]: baseline(keys[0]), keys[1]: b"{"}
    new = {keys[0]: baseline(keys[0]).replace(b"\n", b"\r\n"), keys[1]: b"{"}
    found = house.review(old, new)
    assert (found.reviewed, found.unchanged) == ((), 2)


def test_losses_that_were_accepted(house: House) -> None:
    key = ("erp", "a")
    before, after = (Approval("ada", NOW, "runs/x", "why", losses) for losses in (("a", "b"), ("b", "c")))
    (one,) = house.review({key: baseline(key, approval=before)}, {key: baseline(key, approval=after)}).reviewed
    assert (one.kind, one.accepted, one.withdrawn) == (Kind.RERECORDED, ("c",), ("a",))
    (added,) = house.review({}, {key: baseline(key, approval=after)}).reviewed
    assert added.accepted == ("b", "c")


def test_another_request_is_noted(house: House) -> None:
    key = ("erp", "a")
    for url, noted in (("https://other.example/c?x=1", False), ("https://crm.example/c?x=2", True)):
        (one,) = house.review({key: baseline(key)}, {key: baseline(key, url=url)}).reviewed
        assert any("another request" in note for note in one.notes) is noted


def test_severity_that_is_not_known_is_not_told(house: House, lookup: Key) -> None:
    old, new = {lookup: baseline(lookup, OLD)}, {lookup: baseline(lookup, NEW)}
    (one,) = replace(house, judging=NoJudge()).review(old, new).reviewed
    assert (one.kind, one.judged, one.worst) == (Kind.CHANGED, False, None)
    assert one.notes == ("severity is not known: it took too long",)
    (house.folder / "lookup.json").write_text("{")
    found = house.review(old, new)
    assert "lookup.json" in found.notes[0]
    assert "breaking" not in to_text(found)
    (gone,) = house.review({ODD: baseline(ODD, OLD)}, {ODD: baseline(ODD, NEW)}).reviewed
    assert gone.notes == ("severity is not known: no contract has this interaction",)


# -- words ------------------------------------------------------------------------------------------------

TEXT = """\
baselines: old -> new
CHANGED (breaking)  crm: a lookup
  approved by ada, 2026-11-22 08:58:00 UTC: why
  breaking
    Expected: customerId (String) at $.customerId
    Actual: Key 'customerId' not found in response body
    New key 'customer_id' found at $.customer_id
    probably renamed: same value
RE-RECORDED  erp: the x`y-1
  no structural difference
  approved by eve\\x1b[31m, 2026-11-22 08:58:00 UTC, without a note
  losses accepted now: a
1 changed, 1 re-recorded, 0 unchanged
"""
MARKDOWN = """\
<!-- monitor baseline review -->
## monitor: baselines

`old` → `new`: 1 changed, 1 re-recorded, 0 unchanged

#### CHANGED (breaking) `crm`: `a lookup`

- approved by `ada`, 2026-11-22 08:58:00 UTC: `why`

```
breaking
  Expected: customerId (String) at $.customerId
  Actual: Key 'customerId' not found in response body
  New key 'customer_id' found at $.customer_id
  probably renamed: same value
```

#### RE-RECORDED `erp`: ``the x`y-1``

- no structural difference
- approved by `eve\\x1b[31m`, 2026-11-22 08:58:00 UTC, **without a note**
- losses accepted now: `a`
"""


@pytest.fixture
def rename(house: House, lookup: Key) -> Review:
    again = Approval("eve\x1b[31m", NOW, "runs/x", "", ("a",))
    old = {lookup: baseline(lookup, OLD), ODD: baseline(ODD)}
    return house.review(old, {lookup: baseline(lookup, NEW), ODD: baseline(ODD, approval=again)})


def test_for_a_terminal(rename: Review) -> None:
    assert to_text(rename) == TEXT


def test_for_a_comment(rename: Review) -> None:
    assert to_markdown(rename) == MARKDOWN


def test_for_machines(rename: Review) -> None:
    told = json.loads(to_json(rename))
    assert told["version"] == 1
    assert [one["kind"] for one in told["reviewed"]] == ["changed", "re-recorded"]
    assert told["reviewed"][0]["approval"]["by"] == "ada"


def test_nothing_foreign_is_read_as_markdown(house: House) -> None:
    hostile = "`` ``` @octocat <img src=x> | [x](http://evil.example) #1\n## heading"
    key = ("erp", "a")
    approval = Approval(hostile, NOW, "runs/x", hostile, (hostile,))
    bodies = [json.dumps({hostile: 1, "a": 1}).encode(), json.dumps({"a": "x", hostile + "2": 1}).encode()]
    found = house.review({key: baseline(key, bodies[0])}, {key: baseline(key, bodies[1], approval=approval)})
    plain = re.sub(r"(?s)^(`{3,})\n.*?\n\1$", "", to_markdown(found), flags=re.MULTILINE)
    plain = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", plain)
    for mark in ("octocat", "<img", "evil", "\n## heading"):
        assert mark not in plain


def test_a_comment_has_an_end(house: House) -> None:
    keys: list[Key] = [("erp", f"n{number:04}") for number in range(60)]
    many = json.dumps({f"k{number}": number for number in range(60)}).encode()
    found = house.review({key: baseline(key, many) for key in keys}, {key: baseline(key) for key in keys})
    comment = to_markdown(found)
    assert comment.startswith(MARK)
    assert LONGEST / 2 < len(comment.encode()) < 65_536
    assert "**Left out, to stay within the length of a comment:**" in comment

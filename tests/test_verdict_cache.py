"""The verdict cache: what was judged is not judged again, and nothing that is wrong with its file matters."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.model import (
    Change,
    ChangeKind,
    Finding,
    Judgement,
    Limits,
    Outcome,
    Severity,
    StoredCase,
    Terms,
    Translation,
)
from monitor.pipeline.tools import Judges
from monitor.verdict_cache import VerdictCache, remembering

FINDING = Finding("$.a", Severity.BREAKING, True, Change("$.a", ChangeKind.REMOVED, "String"), "v1:1")
DRIFT = Judgement(Outcome.DRIFTED, (FINDING,), notes=("a note",), elapsed=0.25)
KEY = b"k" * 32


def case(name: str) -> StoredCase:
    return StoredCase(Terms("crm", name, None, ()), f"{name}.har", name.encode())


class Pool:
    """Answers with ``verdict``; counts the pools that were opened and the cases that were judged."""

    def __init__(self, verdict: Judgement = DRIFT) -> None:
        self.verdict = verdict
        self.opened = 0
        self.judged: list[str] = []

    def submit(self, asked: object, limits: Limits) -> Future[Judgement]:
        assert isinstance(asked, StoredCase)
        self.judged.append(asked.terms.interaction_id)
        future: Future[Judgement] = Future()
        future.set_result(self.verdict)
        return future

    @contextmanager
    def open(self) -> Iterator[Judges]:
        self.opened += 1
        yield self


def judged(path: Path, pool: Pool, names: str, program: bytes = b"1") -> list[Judgement]:
    with remembering(path, pool.open, program, lambda one: one) as judges:
        return [judges.submit(case(name), Limits()).result() for name in names]


def test_what_was_judged_is_not_judged_again_and_starts_no_worker(tmp_path: Path) -> None:
    file, first, second = tmp_path / "state" / "verdicts.db", Pool(), Pool()
    assert judged(file, first, "ab") == [DRIFT, DRIFT] == judged(file, second, "ab")
    assert (first.judged, second.judged, second.opened) == (["a", "b"], [], 0)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_only_what_is_new_is_judged(tmp_path: Path) -> None:
    pool = Pool()
    judged(tmp_path / "v.db", pool, "ab")
    judged(tmp_path / "v.db", pool, "bcb")
    assert pool.judged == ["a", "b", "c"]


def test_another_program_judges_again(tmp_path: Path) -> None:
    pool = Pool()
    judged(tmp_path / "v.db", pool, "a", b"1")
    judged(tmp_path / "v.db", pool, "a", b"2")
    assert pool.judged == ["a", "a"]


@pytest.mark.parametrize("outcome", [o for o in Outcome if not o.judged])
def test_what_could_not_be_judged_is_tried_again(tmp_path: Path, outcome: Outcome) -> None:
    pool = Pool(Judgement(outcome, reason="too slow"))
    judged(tmp_path / "v.db", pool, "a")
    judged(tmp_path / "v.db", pool, "a")
    assert pool.judged == ["a", "a"]


def test_a_verdict_of_very_many_findings_is_not_kept(tmp_path: Path) -> None:
    pool = Pool(replace(DRIFT, findings=(FINDING,) * 51))
    judged(tmp_path / "v.db", pool, "a")
    judged(tmp_path / "v.db", pool, "a")
    assert pool.judged == ["a", "a"]


def test_what_is_kept_is_masked(tmp_path: Path) -> None:
    with remembering(tmp_path / "v.db", Pool().open, b"", lambda one: replace(one, notes=("masked",))) as judges:
        assert judges.submit(case("a"), Limits()).result().notes == ("a note",)
    assert b"a note" not in (tmp_path / "v.db").read_bytes()
    assert judged(tmp_path / "v.db", Pool(), "a", b"")[0].notes == ("masked",)


@pytest.mark.parametrize("damage", [b"no database", b"SQLite format 3\0" + b"\xff" * 5000, b"cut"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    file, pool = tmp_path / "v.db", Pool()
    judged(file, pool, "a")
    file.write_bytes(file.read_bytes()[:3000] if damage == b"cut" else damage)
    assert judged(file, pool, "a") == judged(file, pool, "a") == [DRIFT]
    assert len(pool.judged) <= 3


@pytest.mark.parametrize("kind", ["blob", "text", "integer"])
def test_a_row_that_was_changed_is_no_verdict(tmp_path: Path, kind: str) -> None:
    with closing(VerdictCache(tmp_path / "v.db")) as cache:
        cache.put(KEY, DRIFT)
    with closing(sqlite3.connect(tmp_path / "v.db", isolation_level=None)) as connection:
        connection.execute(f"update verdicts set judgement = cast(replace(judgement, 'drifted', 'same') as {kind})")
    with closing(VerdictCache(tmp_path / "v.db")) as cache:
        assert cache.get(KEY) is None


def test_another_programs_table_is_made_anew(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "v.db")) as connection:
        connection.execute("create table verdicts (a, b)")
    pool = Pool()
    judged(tmp_path / "v.db", pool, "a")
    judged(tmp_path / "v.db", pool, "a")
    assert pool.judged == ["a"]


def test_what_asks_the_clock_is_judged_each_time(tmp_path: Path) -> None:
    pool = Pool()
    asks = Terms("crm", "a", None, (Translation("t", "jsonata", "$now()", "t.jsonata"),))
    for _ in range(2):
        with remembering(tmp_path / "v.db", pool.open, b"1", lambda one: one) as judges:
            judges.submit(StoredCase(asks, "a.har", b"a"), Limits()).result()
    assert pool.judged == ["a", "a"]


def test_without_a_file_everything_is_judged(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the folder's place")
    pool = Pool()
    judged(tmp_path / "state" / "v.db", pool, "a")
    judged(tmp_path / "state" / "v.db", pool, "a")
    assert pool.judged == ["a", "a"]


def test_two_at_once_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with closing(VerdictCache(tmp_path / "v.db")) as one, closing(VerdictCache(tmp_path / "v.db")) as other:
        one.put(KEY, DRIFT)
        other.put(b"o" * 32, DRIFT)
    with closing(VerdictCache(tmp_path / "v.db")) as cache:
        assert cache.get(KEY) == cache.get(b"o" * 32) == DRIFT


def test_the_rows_not_used_for_longest_go_first(tmp_path: Path) -> None:
    for name in "abc":
        with closing(VerdictCache(tmp_path / "v.db", most=2)) as cache:
            cache.put(name.encode(), DRIFT)
            cache.get(b"a")
    with closing(VerdictCache(tmp_path / "v.db")) as cache:
        assert [cache.get(name.encode()) is not None for name in "abc"] == [True, False, True]

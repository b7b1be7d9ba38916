"""Sides of a comparison over a real folder of recordings: what is compared, what is told, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import RecordingError, UsageError
from monitor.model import Approval, Exchange, Fault, Outcome, Plan, Recording, Request, Response
from monitor.pipeline import valueview
from monitor.pipeline.comparing import (
    Side,
    compare,
    exit_of_difference,
    side_of_baselines,
    side_of_recording,
    side_of_run,
)
from monitor.pipeline.tools import Selection
from monitor.recordings.store import Store
from monitor.reports.differences import Difference, State, Values
from monitor.reports.differences.json import render
from monitor.reports.differences.text import of_one, of_pair, summary

NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
ONE, TWO = "20261122T085800Z-000001", "20261122T085900Z-000002"
FAULT = Fault(Outcome.VENDOR_DOWN, "connect", "refused")
Body = bytes | Fault


def response(body: bytes, *, complete: bool = True) -> Response:
    return Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), body, complete)


def recording(run_id: str, vendor: str, name: str, body: Body) -> Recording:
    failed = isinstance(body, Fault)
    exchange = Exchange(
        Request("GET", "https://crm.example/"),
        None if isinstance(body, Fault) else response(body),
        body if isinstance(body, Fault) else None,
        NOW,
        0.1,
    )
    return Recording("", run_id, vendor, name, f"the {name}" if not failed else f"the failed {name}", exchange)


def keep(store: Store, run_id: str, bodies: Mapping[str, Body], vendors: tuple[str, ...] = ("crm",)) -> Side:
    store.write_plan(Plan(run_id, NOW, "check", vendors, ()))
    for place, body in bodies.items():
        vendor, name = place.split("/")
        store.append(recording(run_id, vendor, name, body))
    return side_of_run(store, run_id)


def approve(store: Store, bodies: Mapping[str, bytes]) -> Side:
    for place, body in bodies.items():
        vendor, name = place.split("/")
        store.approve(recording(ONE, vendor, name, body), Approval("ada", NOW, "runs/x.har"))
    return side_of_baselines(store)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "recordings")


def states(found: list[Difference]) -> dict[str, State]:
    return {f"{one.vendor}/{one.interaction_id}": one.state for one in found}


def test_two_runs_are_compared_interaction_by_interaction(store: Store) -> None:
    a = keep(store, ONE, {"crm/a": b'{"x":1}', "crm/b": b'{"x":1}', "crm/c": b"{}", "erp/e": b"{}", "crm/f": b"{}"})
    b = keep(store, TWO, {"crm/a": b'{"x":2}', "crm/b": b'{"y":"z"}', "crm/d": b"{}", "crm/f": FAULT})
    found = list(compare(a, b, Selection()))
    assert states(found) == {
        "crm/a": State.SAME,
        "crm/b": State.DIFFERS,
        "crm/c": State.ONLY_A,
        "crm/d": State.ONLY_B,
        "crm/f": State.NOT_COMPARED,
        "erp/e": State.ONLY_A,
    }
    assert {change.root for change in found[1].changes} == {"$.x", "$.y"}
    assert found[4].reason == "B holds no response to compare (vendor_down: refused)"
    assert exit_of_difference([one.state for one in found]) == 1


def test_damage_costs_only_itself(store: Store) -> None:
    keep(store, ONE, {"crm/a": b"{}", "crm/b": b"{}"})
    b = keep(store, TWO, {"crm/a": b"{}", "crm/b": b"{}"})
    path = store.root / "runs" / ONE / "crm" / "a.har"
    path.write_bytes(path.read_bytes()[:-30])
    found = list(compare(side_of_run(store, ONE), b, Selection()))
    assert states(found) == {"crm/a": State.NOT_COMPARED, "crm/b": State.SAME}
    assert found[0].reason.startswith("A: it")
    assert exit_of_difference([one.state for one in found]) == 3


def test_against_the_baselines_only_vendors_of_the_run_count(store: Store) -> None:
    baselines = approve(store, {"crm/a": b'{"x":1}', "crm/b": b"{}", "erp/e": b"{}"})
    run = keep(store, TWO, {"crm/a": b'{"y":"2"}'})
    assert states(list(compare(baselines, run, Selection()))) == {"crm/a": State.DIFFERS, "crm/b": State.ONLY_A}
    assert states(list(compare(run, baselines, Selection()))) == {"crm/a": State.DIFFERS, "crm/b": State.ONLY_B}


def test_what_nobody_approved_is_no_baseline(store: Store) -> None:
    approve(store, {"crm/a": b"{}"})
    path = store.root / "baseline" / "crm" / "a.har"
    unapproved = keep(store, ONE, {"crm/a": b"{}"})
    path.write_bytes((store.root / unapproved.paths["crm", "a"]).read_bytes())
    (found,) = compare(side_of_baselines(store), unapproved, Selection())
    assert (found.state, found.reason) == (State.NOT_COMPARED, "A: nobody approved it")


@pytest.mark.parametrize("turned", [False, True])
def test_a_recording_against_many_is_its_own_interaction(store: Store, turned: bool) -> None:
    baselines = approve(store, {"crm/a": b"{}", "crm/b": b"{}"})
    keep(store, TWO, {"crm/a": b'{"x":1}', "crm/c": b"{}"})
    for name, state in (("a", State.DIFFERS), ("c", State.ONLY_B if turned else State.ONLY_A)):
        one = side_of_recording(store, f"runs/{TWO}/crm/{name}.har", f"runs/{TWO}/crm/{name}.har")
        sides = (baselines, one) if turned else (one, baselines)
        assert states(list(compare(*sides, Selection()))) == {f"crm/{name}": state}


def test_recordings_of_other_interactions_can_be_compared(store: Store) -> None:
    keep(store, ONE, {"crm/a": b'{"x":1}', "erp/b": b'{"y":1}'})
    a, b = (
        side_of_recording(store, f"runs/{ONE}/{place}.har", f"runs/{ONE}/{place}.har") for place in ("crm/a", "erp/b")
    )
    (found,) = compare(a, b, Selection())
    assert found.state is State.DIFFERS
    assert (found.a, found.b) == (f"runs/{ONE}/crm/a.har", f"runs/{ONE}/erp/b.har")


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (Selection(("crm",)), {"crm/a", "crm/b"}),
        (Selection(("erp",)), {"erp/a"}),
        (Selection(("crm", "erp"), "a"), {"crm/a", "erp/a"}),
        (Selection((), "the b"), {"crm/b"}),
    ],
)
def test_a_selection(store: Store, selection: Selection, names: set[str]) -> None:
    a = keep(store, ONE, {"crm/a": b"{}", "crm/b": b"{}", "erp/a": b"{}"})
    b = keep(store, TWO, {"crm/a": b"{}"})
    assert set(states(list(compare(a, b, selection)))) == names


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (Selection(("crn",)), "neither has recordings of crn; there are: crm"),
        (Selection((), "the lookip"), "neither has an interaction 'the lookip'; did you mean 'the lookup'?"),
        (Selection((), "zzzzz"), "leave --interaction out"),
    ],
)
def test_a_selection_of_nothing_is_told(store: Store, selection: Selection, message: str) -> None:
    a = keep(store, ONE, {"crm/lookup": b"{}"})
    with pytest.raises(UsageError) as caught:
        list(compare(a, a, selection))
    assert message in str(caught.value)


def test_nothing_on_either_side_is_told(store: Store) -> None:
    empty = keep(store, ONE, {})
    with pytest.raises(UsageError, match="neither holds a recording"):
        list(compare(empty, empty, Selection()))
    with pytest.raises(RecordingError, match="there is no run"):
        side_of_run(store, TWO)


@pytest.mark.parametrize(
    ("bodies", "state", "reason"),
    [
        ((b"{}", b"{"), State.NOT_COMPARED, "the body of B is not the JSON that it should be: "),
        ((b"{", b"{}"), State.NOT_COMPARED, "the body of A is not the JSON that it should be"),
        ((b"", b"{}"), State.DIFFERS, ""),
        ((b"[1]", b"[2,3]"), State.SAME, ""),
    ],
)
def test_bodies_that_cannot_be_compared(store: Store, bodies: tuple[bytes, bytes], state: State, reason: str) -> None:
    a, b = keep(store, ONE, {"crm/a": bodies[0]}), keep(store, TWO, {"crm/a": bodies[1]})
    (found,) = compare(a, b, Selection())
    assert found.state is state
    assert found.reason.startswith(reason)


def test_a_body_that_was_cut_is_not_compared(store: Store) -> None:
    keep(store, ONE, {"crm/a": b"{}"})
    whole = recording(TWO, "crm", "a", b"{}")
    store.append(replace(whole, exchange=replace(whole.exchange, response=response(b"{}", complete=False))))
    (found,) = compare(side_of_run(store, ONE), side_of_run(store, TWO), Selection())
    assert found.reason == "the body of B did not come whole"


@pytest.mark.parametrize(
    ("met", "code"),
    [
        ([State.SAME], 0),
        ([State.SAME, State.NOT_COMPARED], 3),
        ([State.NOT_COMPARED, State.ONLY_B], 1),
        ([State.ONLY_A], 1),
        ([State.DIFFERS, State.SAME], 1),
        ([], 3),
    ],
)
def test_exit_codes(met: list[State], code: int) -> None:
    assert exit_of_difference(met) == code


# -- words ------------------------------------------------------------------------------------------------

TEXT = """\
DIFFERS  crm: the a
  $.customerId
    Expected: customerId (String) at $.customerId
    Actual: Key 'customerId' not found in response body
    New key 'customer_id' found at $.customer_id
    probably renamed: same value
  values
    $.customerId  removed "C-1"
    $.customer_id  added "C-1"
  A: recordings/runs/20261122T085800Z-000001/crm/a.har
  B: recordings/runs/20261122T085900Z-000002/crm/a.har
NOT COMPARED  crm: the failed b
    A holds no response to compare (vendor_down: refused)
  A: recordings/runs/20261122T085800Z-000001/crm/b.har
  B: recordings/runs/20261122T085900Z-000002/crm/b.har
ONLY IN B  crm: the c
  B: recordings/runs/20261122T085900Z-000002/crm/c.har
4 interactions: 1 differs, 1 only in B, 1 not compared, 1 without a difference
"""


def test_what_a_terminal_shows(store: Store) -> None:
    a = keep(store, ONE, {"crm/a": b'{"customerId":"C-1"}', "crm/b": FAULT, "crm/d": b"{}"})
    b = keep(store, TWO, {"crm/a": b'{"customer_id":"C-1"}', "crm/b": b"{}", "crm/c": b"{}", "crm/d": b"{}"})
    a, b = (replace(side, folder="recordings") for side in (a, b))
    found = list(compare(a, b, Selection(), valueview.values))
    sorted_values = [
        replace(one, values=replace(one.values, lines=tuple(sorted(one.values.lines)))) if one.values else one
        for one in found
    ]
    assert "".join(map(of_one, sorted_values)) + summary([one.state for one in found]) == TEXT
    told = json.loads(render("A", "B", found))
    assert told["counts"] == {"same": 1, "differs": 1, "only_a": 0, "only_b": 1, "not_compared": 1}
    assert told["interactions"][0]["changes"][0]["kind"] == "renamed"


def test_a_pair_needs_no_heading(store: Store) -> None:
    keep(store, ONE, {"crm/a": b"{}", "crm/b": FAULT})
    one, failed = (
        side_of_recording(store, f"runs/{ONE}/crm/{name}.har", f"runs/{ONE}/crm/{name}.har") for name in "ab"
    )
    assert [of_pair(found) for found in compare(one, one, Selection(), valueview.values)] == [
        "no structural difference\nno value differs\n"
    ]
    assert [of_pair(found) for found in compare(one, failed, Selection())] == [
        "not compared: B holds no response to compare (vendor_down: refused)\n"
    ]


def test_many_values_are_counted() -> None:
    found = Difference("crm", "a", "a", State.SAME, values=Values(tuple("x" * 3_000)))
    assert of_one(found).count("\n") < 1_010
    assert "and 2,000 more" in of_one(found)


# -- values -----------------------------------------------------------------------------------------------


def body(value: object) -> Response:
    return response(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("a", "b", "lines"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["$.a  1 -> 2"]),
        ({"a": "x"}, {"a": None}, ['$.a  "x" -> null']),
        ({"a": True}, {"a": 1}, ["$.a  true -> 1"]),
        ({"a": {"odd key": [1]}}, {"a": {"odd key": [1, {"b": 1.25}]}}, ["$.a['odd key'][1]  added {\"b\": 1.25}"]),
        ([1, 2, 3], [0, 1, 2, 3], ["$[0]  added 0"]),
        ({"t": "a\nb"}, {"t": "a\nc"}, ['$.t  "a\\nb" -> "a\\nc"']),
        ({"a": "\x1b[31m"}, {"a": "x"}, ['$.a  "\\u001b[31m" -> "x"']),
        ({"a": 1, "b": 1}, {"c": 1, "d": 1}, ["$.a  removed 1", "$.b  removed 1", "$.c  added 1", "$.d  added 1"]),
        ([{"a": [1]}], {"a": 1}, ['$  [{"a": [1]}] -> {"a": 1}']),
    ],
)
def test_the_values_that_differ(a: object, b: object, lines: list[str]) -> None:
    assert sorted(valueview.values(body(a), body(b)).lines) == lines


def test_numbers_are_shown_as_they_were_written() -> None:
    a, b = response(b'{"a":1.10,"b":123456789012345678901234567890}'), response(b'{"a":1.25,"b":1}')
    assert sorted(valueview.values(a, b).lines) == ["$.a  1.10 -> 1.25", "$.b  123456789012345678901234567890 -> 1"]


def test_a_long_value_is_cut() -> None:
    (line,) = valueview.values(body({"a": "x" * 10_000}), body({"a": "y"})).lines
    assert len(line) < 700


def nested(levels: int, leaf: object) -> object:
    value = leaf
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (lambda turn: {"a": str(turn) * 600_000}, "too large for the value view (1,200,018 bytes, limit 1,000,000)"),
        (lambda turn: [nested(90, turn + number) for number in range(20)], "too many values for the value view"),
        (lambda turn: list(range(turn, 40_000)), "too many values for the value view"),
        (lambda turn: {str(number + turn): [number] for number in range(20_000)}, "too many values"),
    ],
)
def test_what_would_take_long_is_refused(make: Callable[[int], object], refusal: str) -> None:
    found = valueview.values(body(make(0)), body(make(1)))
    assert found.lines == ()
    assert found.refusal.startswith(refusal)
    assert found.refusal.endswith("; the structural difference is above")


def test_zeros_and_ones_are_compared_member_by_member() -> None:
    """Aligned by difflib, these 15 KB take minutes."""
    found = valueview.values(body([0, 1] * 2_500), body([1, 0, 0] * 1_666))
    assert found.lines
    texts = ["\n".join(str(number * step % 150) for number in range(20_000)) for step in (1, 7)]
    (line,) = valueview.values(body(texts[0]), body(texts[1])).lines
    assert line.startswith('$  "0\\n1')


def test_values_of_what_is_not_json() -> None:
    assert (
        valueview.values(response(b"<a>"), response(b"<b>")).refusal
        == "a body is not JSON, so its values are not compared"
    )
    assert valueview.values(response(b"<a>"), response(b"<a>")) == Values()

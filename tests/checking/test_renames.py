"""Renames: which pairs are believed, which is preferred, and that crowds cost nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.checking.renames import Parents, Rename, renames
from monitor.checking.shape import learn
from monitor.jsonpaths import ANY, Json, Path

SPELLING = "same name in another spelling"


def _found(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[tuple[str, str, str], ...]:
    """The renames between two objects at the root."""
    was, now = learn(dict(before)).keys, learn(dict(after)).keys
    lost = {key: shape for key, shape in was.items() if key not in now}
    gained = {key: shape for key, shape in now.items() if key not in was}
    ((group,),) = renames([Parents(lost, gained, [()], [()], single=True)], lambda: dict(before), lambda: dict(after))
    return tuple((pair.old, pair.new, pair.evidence) for pair in group.renames)


def _parents(*paths: Path, single: bool = True) -> Parents:
    """Objects that lost ``old`` and gained ``new``."""
    return Parents({"old": learn("x")}, {"new": learn("x")}, paths, paths, single)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"short_name": "abc"}, {"sid": "abc"}, ("short_name", "sid", "same value"), id="string"),
        pytest.param({"size": 12}, {"bytes": 12.0}, ("size", "bytes", "same value"), id="1 and 1.0 are one type"),
        pytest.param({"a": {"x": 1, "y": 2}}, {"b": {"y": 2, "x": 1}}, ("a", "b", "same value"), id="object"),
        pytest.param({"a": ["x", "y"]}, {"b": ["y", "x"]}, ("a", "b", "same value"), id="array, whatever the order"),
        pytest.param(
            {"a": {"x": "p", "y": "q", "t": "1"}},
            {"b": {"x": "p", "y": "q", "t": "2"}},
            ("a", "b", "2 of 3 values below it are the same"),
            id="object whose time stamp moved",
        ),
        pytest.param({"customerId": "1"}, {"customer_id": "2"}, ("customerId", "customer_id", SPELLING), id="snake"),
        pytest.param({"customer-id": 0}, {"CustomerID": 0}, ("customer-id", "CustomerID", SPELLING), id="trivial"),
        pytest.param({"customerId": None}, {"customer_id": "2"}, ("customerId", "customer_id", SPELLING), id="null"),
    ],
)
def test_believed(before: dict[str, Json], after: dict[str, Json], expected: tuple[str, str, str]) -> None:
    assert _found(before, after) == (expected,)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *[
            pytest.param({"a": trivial}, {"b": trivial}, id=f"trivial {trivial!r}")
            for trivial in (None, True, False, 0, 0.0, "", {}, [], [None], {"x": 0})
        ],
        pytest.param({"a": "1"}, {"b": 1}, id="another type"),
        pytest.param({"a": "x"}, {"b": "y"}, id="another value"),
        pytest.param({"userId": "1"}, {"user_id": 1}, id="another spelling and another type"),
        pytest.param({"a": {"x": 7}}, {"b": {"x": 7, "p": 1, "q": 2, "r": 3}}, id="one leaf of many"),
        pytest.param({"a": {"x": 7}}, {"b": {"y": 7}}, id="the same value elsewhere below"),
        pytest.param({"_": 1}, {"-": 2}, id="names without letters"),
    ],
)
def test_not_believed(before: dict[str, Json], after: dict[str, Json]) -> None:
    assert _found(before, after) == ()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            {"held_amount": 100}, {"amount": 100, "quota": 100}, {("held_amount", "amount")}, id="the likelier name"
        ),
        pytest.param(
            {"userId": "7"}, {"alias": "7", "user_id": "9"}, {("userId", "user_id")}, id="spelling before value"
        ),
        pytest.param(
            {"a_name": "x", "b_name": "x"},
            {"b_nom": "x", "a_nom": "x"},
            {("a_name", "a_nom"), ("b_name", "b_nom")},
            id="the best pairs, not the first",
        ),
        pytest.param({"a": "x", "b": "x"}, {"c": "x"}, {("a", "c")}, id="each key once"),
    ],
)
def test_preferred(before: dict[str, Json], after: dict[str, Json], expected: set[tuple[str, str]]) -> None:
    assert {(old, new) for old, new, _ in _found(before, after)} == expected


@pytest.mark.parametrize(
    ("before", "after", "evidence"),
    [
        (["p", "q", "r"], ["r", "q", "p"], "same value in 3 of 3 members"),
        (["p", "q", "r"], ["p", "q", "s"], "same value in 2 of 3 members"),
        (["p", "q", None], ["p"], "same value in 1 of 2 members"),
        (["p", "q", "r"], ["p", "s", "t"], None),
    ],
)
def test_members_corroborate(before: list[Json], after: list[Json], evidence: str | None) -> None:
    was: Json = {"rows": [{"old": value} for value in before]}
    now: Json = {"rows": [{"new": value} for value in after]}
    rows: Path = ("rows", ANY)
    ((group,),) = renames([_parents(rows, single=False)], lambda: was, lambda: now)
    assert group.renames == ((Rename("old", "new", evidence),) if evidence else ())


def test_a_crowd_of_equal_values_names_nobody_and_costs_little() -> None:
    before: dict[str, Json] = {f"a{n}": "same" for n in range(3000)}
    after: dict[str, Json] = {f"b{n}": "same" for n in range(3000)}
    assert _found(before, after) == ()


def test_a_thousand_renamed_keys() -> None:
    before: dict[str, Json] = {f"key{n}": f"value {n}" for n in range(1000)}
    after: dict[str, Json] = {f"name{n}": f"value {n}" for n in range(1000)}
    assert {(old[3:], new[4:]) for old, new, _ in _found(before, after)} == {(str(n), str(n)) for n in range(1000)}


def test_a_thousand_lost_keys_beside_a_large_new_one_cost_little() -> None:
    before: dict[str, Json] = {f"key{n}": {"id": n, "name": f"value {n}"} for n in range(1000)}
    after: dict[str, Json] = {"data": [{"id": n, "name": f"value {n}"} for n in range(100_000)]}
    assert _found(before, after) == ()


@pytest.mark.parametrize("together", [False, True])
def test_as_many_parents_as_members_cost_one_walk(together: bool) -> None:
    """Every member is keyed by its own data: parents times members would be nine million steps."""
    count = 3000
    before: Json = [{f"k{n}": {"old": f"v{n}"}} for n in range(count)]
    after: Json = [{f"k{n}": {"new": f"v{n}"}} for n in range(count)]
    paths: list[Path] = [(ANY, f"k{n}") for n in range(count)]
    parents = [_parents(*paths)] if together else [_parents(path) for path in paths]
    found = renames(parents, lambda: before, lambda: after)
    assert {group.renames for groups in found for group in groups} == {(Rename("old", "new", "same value"),)}
    assert [path for groups in found for group in groups for path in group.befores] == paths


_SCALARS = st.sampled_from((None, True, False, 0, 1, 2, "", "1", "x", "y"))
_MEMBERS = st.lists(st.tuples(_SCALARS, _SCALARS, _SCALARS, _SCALARS), min_size=1, max_size=8)


@given(_MEMBERS)
def test_places_judged_together_are_judged_as_each_alone(members: list[tuple[Json, Json, Json, Json]]) -> None:
    before: dict[str, Json] = {f"m{n}": {"a": a, "bId": b} for n, (a, b, _, _) in enumerate(members)}
    after: dict[str, Json] = {f"m{n}": {"b_id": c, "d": d} for n, (_, _, c, d) in enumerate(members)}
    paths: list[Path] = [(key,) for key in before]
    lost, gained = {"a": learn("x"), "bId": learn("x")}, {"b_id": learn("x"), "d": learn("x")}

    def of(*some: Path) -> dict[Path, tuple[Rename, ...]]:
        (groups,) = renames([Parents(lost, gained, some, some, single=True)], lambda: before, lambda: after)
        return {path: group.renames for group in groups for path in group.befores}

    assert of(*paths) == {path: of(path)[path] for path in paths}


def test_bodies_are_asked_for_only_where_a_rename_may_be() -> None:
    def unasked() -> Json:
        raise AssertionError

    lost = Parents({"old": learn("x")}, {}, [()], [()], single=True)
    ((group,),) = renames([lost], unasked, unasked)
    assert (group.renames, group.befores) == ((), [()])

"""Shapes: what they count, and the laws of merging."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.checking.shape import EMPTY, Learner, Shape, is_deeper, learn, learn_all, merge, type_names
from monitor.errors import JsonError
from monitor.jsonpaths import Json, JsonType, json_type, read_json

_SCALARS = st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text()
_KEYS = st.sampled_from(("a", "b", "c", "an odd 'key'", ""))
_JSON: st.SearchStrategy[Json] = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=15
)


@given(st.lists(_JSON, max_size=6), st.lists(_JSON, max_size=6))
def test_a_list_has_the_merged_shape_of_its_parts(one: list[Json], other: list[Json]) -> None:
    assert learn_all(one + other) == merge(learn_all(one), learn_all(other))
    assert learn_all(one) == reduce(merge, map(learn, one), EMPTY)


# values of which several are alike: members of an object that is keyed by data
_LIKE: st.SearchStrategy[list[Json]] = st.lists(_JSON, min_size=1, max_size=4).flatmap(
    lambda some: st.lists(st.sampled_from(some) | _JSON, max_size=12)
)


@given(_LIKE)
def test_a_member_has_the_shape_that_it_has_alone(members: list[Json]) -> None:
    shape = learn({f"m{number}": member for number, member in enumerate(members)})
    assert list(shape.keys.values()) == [learn(member) for member in members]
    assert [list(one.keys) for one in shape.keys.values()] == [list(learn(member).keys) for member in members]


@given(_LIKE, st.integers(1, 20))
def test_a_list_of_a_member_has_its_shape_too(members: list[Json], times: int) -> None:
    shape = learn({"a": members * times, "b": members[:1]})
    assert shape.keys["a"] == learn(members * times)
    assert shape.keys["b"] == learn(members[:1])


@given(_LIKE)
def test_a_learner_makes_equal_shapes_once(members: list[Json]) -> None:
    learner = Learner()
    value: Json = {f"m{number}": member for number, member in enumerate(members)}
    assert learner.learn(value) is learner.learn(deepcopy(value))


def test_members_that_are_alike_share_one_shape() -> None:
    value: Json = {f"m{n}": {"id": n, "tags": ["x", "y"], "owner": {"name": f"n{n}"}} for n in range(100)}
    assert len({id(shape) for shape in learn(value).keys.values()}) == 1


@given(_JSON, st.integers(1, 4))
def test_the_depth_of_a_shape_is_that_of_the_value(value: Json, bound: int) -> None:
    try:
        read_json(_written(value), max_depth=bound)
    except JsonError:
        assert is_deeper(learn(value), bound)
    else:
        assert not is_deeper(learn(value), bound)


def _written(value: Json) -> str:
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f'"{len(key)}{number}": {_written(v)}' for number, (key, v) in enumerate(value.items()))
            + "}"
        )
    return f"[{', '.join(map(_written, value))}]" if isinstance(value, list) else "0"


@given(_JSON, _JSON, _JSON)
def test_merging_is_associative_and_commutative(one: Json, two: Json, three: Json) -> None:
    a, b, c = learn(one), learn(two), learn(three)
    assert merge(a, merge(b, c)) == merge(merge(a, b), c)
    assert merge(a, b) == merge(b, a)
    assert merge(a, EMPTY) == a == merge(EMPTY, a)


@given(_JSON)
def test_the_type_of_a_value_is_what_the_reader_says(value: Json) -> None:
    assert set(learn(value).counts) == {json_type(value)}


def test_presence_is_the_count_below_against_the_count_of_objects() -> None:
    items = learn([{"id": 1, "note": None}, {"id": 2}, {"id": Decimal("3.0"), "note": "x"}, 7]).items
    assert items is not None
    assert (items.seen, items.objects) == (4, 3)
    assert (items.keys["id"].seen, items.keys["note"].seen) == (3, 2)
    assert items.keys["id"].kinds == {JsonType.DECIMAL}
    assert items.keys["note"].nullable
    assert items.below == 2


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["x"], "String"),
        ([None, "x"], "String or Null"),
        ([None, 1, "x"], "String or Integer or Null"),
        ([1, Decimal("1.0")], "Decimal"),
        ([1.5, Decimal("1.5")], "Decimal"),
        ([{}, []], "Object or Array"),
        ([None], "Null"),
        ([], ""),
    ],
)
def test_types_as_people_read_them(values: list[Json], names: str) -> None:
    assert type_names(learn_all(values)) == names


def test_a_list_is_as_large_as_its_distinct_paths() -> None:
    def paths(shape: Shape) -> int:
        return 1 + sum(map(paths, shape.keys.values())) + (paths(shape.items) if shape.items else 0)

    assert paths(learn([{"id": n, "tags": [{"t": n}]} for n in range(1000)])) == 6


def test_depth_is_the_readers() -> None:
    deep: Json = None
    for _ in range(100):
        deep = [{"a": deep}]
    assert learn(deep).below == 100

"""Structure: what is a change, what is none, and the laws of comparing."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.checking.structure import HELD, changes
from monitor.errors import JsonError, NotJudgedError
from monitor.jsonpaths import Json, Path, format_path, general, parse_path, read_json
from monitor.model import Change, ChangeKind, Response

JSON = "application/json"


def _response(body: bytes | str, media: str = JSON, status: int = 200, headers: str = "") -> Response:
    found = tuple((name, "x") for name in headers.split())
    typed = (("Content-Type", media), *found) if media else found
    return Response(status, "", "HTTP/1.1", typed, body.encode() if isinstance(body, str) else body)


def _of(value: Json) -> Response:
    return _response(json.dumps(value))


def _told(before: Response, after: Response) -> list[str]:
    """Each change in one line, sorted: ``kind root [before>after] [to]``."""
    return sorted(
        " ".join(filter(None, (change.kind, change.root, f"{change.before}>{change.after}".strip(">"), change.to)))
        for change in changes(before, after)
    )


CONTACT = '"contact": {"email": "a@b", "phones": [{"no": 1}]}'

BODIES = [
    # a key
    ('{"a": 1, "b": 2}', '{"a": 1}', ["removed $.b Integer"]),
    ('{"a": 1}', '{"a": 1, "b": "x"}', ["added $.b String"]),
    ('{"a": 1, "b": "x"}', '{"a": 1, "c": "x"}', ["renamed $.b String>String $.c"]),
    ('{"a": "7"}', '{"a": 7}', ["retyped $.a String>Integer"]),
    ('{"odd key": 1}', "{}", ["removed $['odd key'] Integer"]),
    # values never
    ('{"a": 1, "b": [true], "c": "x"}', '{"c": "y", "b": [false], "a": 9}', []),
    ('{"a": 1}', '{"a": 1.0}', []),
    ('{"a": 1e3}', '{"a": 123456789012345678901234567890}', []),
    # null
    ('{"a": "x"}', '{"a": null}', ["nullable $.a String>Null"]),
    ('{"a": null}', '{"a": "x"}', ["not_null $.a Null>String"]),
    ('{"a": null}', '{"a": {"b": {"c": 1}}}', ["not_null $.a Null>Object"]),
    ('{"a": {"b": 1}}', '{"a": null}', ["nullable $.a Object>Null"]),
    ('{"a": null}', "{}", ["removed $.a Null"]),
    ('[{"a": 1}, {"a": null}]', '[{"a": null}]', []),
    ('[{"a": 1}]', '[{"a": null}, {"a": 2}]', ["nullable $[*].a Integer>Integer or Null"]),
    ('[{"a": 1}]', '[{"a": null}, {"a": "x"}]', ["retyped $[*].a Integer>String or Null"]),
    # whole objects are one change
    (f'{{"a": 1, {CONTACT}}}', '{"a": 1}', ["removed $.contact Object"]),
    ('{"a": 1}', f'{{"a": 1, {CONTACT}}}', ["added $.contact Object"]),
    ('{"a": {"b": {"c": 1}}}', '{"a": "x"}', ["retyped $.a Object>String"]),
    ('{"a": {"b": {"c": 1}}}', '{"a": {"b": {}}}', ["removed $.a.b.c Integer"]),
    # arrays are merged
    ('{"a": [1]}', '{"a": [1, 2, 3]}', []),
    ('{"a": [{"b": 1}]}', '{"a": []}', ["emptied $.a Array>Array"]),
    ('{"a": [{"b": [1]}, {"b": []}]}', '{"a": [{"b": []}]}', ["emptied $.a[*].b Array>Array"]),
    ('{"a": [{"b": [1]}, {"b": []}]}', '{"a": [{"b": []}, {"b": [2]}]}', []),
    ('{"a": []}', '{"a": [{"b": 1}]}', []),
    ('{"a": [{"b": 1}, {"c": 1}]}', '{"a": [{"c": 1, "b": 1}]}', []),
    ('{"a": [{"b": 1, "c": 1}]}', '{"a": [{"b": 1}, {"b": 2, "c": 1}]}', []),
    ('{"a": [{"b": 1}, {"b": 1, "c": 1}]}', '{"a": [{"b": 1}]}', ["removed $.a[*].c Integer"]),
    ('{"a": [{"b": 1}]}', '{"a": [{"b": 1}, {"b": 1, "c": 1}]}', ["added $.a[*].c Integer"]),
    ('{"a": [1, "x"]}', '{"a": [1]}', []),
    ('{"a": [1]}', '{"a": [1, "x"]}', ["retyped $.a[*] Integer>String or Integer"]),
    ('{"a": [[{"b": "x"}]]}', '{"a": [[], [{"c": "x"}]]}', ["renamed $.a[*][*].b String>String $.a[*][*].c"]),
    # below a renamed key the comparison goes on
    (
        '{"owner_info": {"id": "u1", "first_name": "A", "x": 1}}',
        '{"ownerInfo": {"id": "u1", "firstName": "B", "x": "1"}}',
        [
            "renamed $.owner_info Object>Object $.ownerInfo",
            "renamed $.owner_info.first_name String>String $.ownerInfo.firstName",
            "retyped $.owner_info.x Integer>String",
        ],
    ),
    (
        '{"old_key": {"a": "p", "b": "q", "gone": 7}}',
        '{"oldKey": {"a": "p", "b": "q", "new": null}}',
        [
            "added $.oldKey.new Null",
            "removed $.old_key.gone Integer",
            "renamed $.old_key Object>Object $.oldKey",
        ],
    ),
    ('{"anId": null}', '{"an_id": 3}', ["not_null $.anId Null>Integer", "renamed $.anId Null>Integer $.an_id"]),
    # the root
    ('{"a": 1}', '[{"a": 1}]', ["retyped $ Object>Array"]),
    ('{"a": 1}', "null", ["nullable $ Object>Null"]),
    ('{"a": {"b": 1}}', " ", ["removed $ Object"]),
    ("", '{"a": 1}', ["added $ Object"]),
    ("", "", []),
    ("null", "null", []),
]


@pytest.mark.parametrize(("before", "after", "expected"), BODIES)
def test_bodies(before: str, after: str, expected: list[str]) -> None:
    assert _told(_response(before), _response(after)) == sorted(expected)


def test_what_lies_below_is_counted() -> None:
    (gone,) = changes(_response(f'{{"a": 1, {CONTACT}}}'), _response('{"a": 1}'))
    assert gone == Change("$.contact", ChangeKind.REMOVED, before="Object", children=3)


EXCHANGES = [
    pytest.param(_response("{}"), _response('{"error": 1}', status=404), ["status status 200>404"], id="status alone"),
    pytest.param(_response("{}"), _response("<b>", "text/html", 503), ["status status 200>503"], id="status first"),
    pytest.param(
        _response("{}"),
        _response("<b>", "text/html; charset=utf-8"),
        [f"media_type header:content-type {JSON}>text/html"],
        id="a page instead of JSON",
    ),
    pytest.param(
        _response('{"a": 1}'),
        _response('{"b": 2}', "application/hal+json"),
        ["added $.b Integer", "removed $.a Integer", f"media_type header:content-type {JSON}>application/hal+json"],
        id="another kind of JSON",
    ),
    pytest.param(
        _response('{"a": 1}'),
        _response('{"a": "1"}', "text/plain"),
        ["retyped $.a Integer>String", f"media_type header:content-type {JSON}>text/plain"],
        id="JSON under another name",
    ),
    pytest.param(_response("{}"), _response("{}", "Application/JSON; charset=UTF-8"), [], id="parameters and case"),
    pytest.param(_response("a", "text/plain"), _response("b", "text/plain"), [], id="text"),
    pytest.param(_response(b"\xff\x00", "image/png"), _response(b"\xfe", "image/png"), [], id="binary"),
    pytest.param(_response('{"a": 1}', ""), _response('{"a": ""}', ""), ["retyped $.a Integer>String"], id="untyped"),
    pytest.param(_response("x", ""), _response("y", ""), [], id="untyped text"),
    pytest.param(_response("x", ""), _response("{}", ""), [], id="text that is JSON now"),
    pytest.param(_response("{}"), _response("{}", ""), ["header_removed header:content-type"], id="type gone"),
    pytest.param(
        _response("{}", headers="Deprecation X-Old"),
        _response("{}", headers="x-old X-New"),
        ["header_removed header:deprecation", "header_added header:x-new"],
        id="headers",
    ),
    pytest.param(
        _response("{}", headers="Date X-Request-Id CF-Ray Via ETag X-Amzn-Trace-Id"),
        _response("{}", headers="Age Set-Cookie Transfer-Encoding traceparent X-Cache-Hits"),
        [],
        id="noise",
    ),
    pytest.param(_response("{}", headers="X\x1b[2J"), _response("{}"), ["header_removed header:x\\x1b[2j"], id="evil"),
]


@pytest.mark.parametrize(("before", "after", "expected"), EXCHANGES)
def test_exchanges(before: Response, after: Response, expected: list[str]) -> None:
    assert _told(before, after) == sorted(expected)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(_response("{}"), _response("<html>"), id="a page that says it is JSON"),
        pytest.param(_response("{}"), _response('{"a": '), id="cut"),
        pytest.param(_response('{"a": '), _response('{"a": '), id="cut, as ever"),
        pytest.param(_response("{}", ""), _response("oops", ""), id="the baseline was JSON"),
        pytest.param(_response("{}", "text/plain"), _response("oops", "text/plain"), id="JSON under another name"),
        pytest.param(_response("{}"), _response("[" * 5000 + "]" * 5000), id="much too deep"),
        pytest.param(_response("{}"), _response("[" * 101 + "]" * 101), id="too deep"),
        pytest.param(_response("{}"), _response(b'{"a": "\xff"}'), id="not UTF-8"),
        pytest.param(_response("{}"), _response('{"a": NaN}'), id="not a number"),
    ],
)
def test_what_should_be_json_and_is_not_is_unreadable(before: Response, after: Response) -> None:
    with pytest.raises(JsonError):
        changes(before, after)


def test_a_baseline_that_cannot_be_read_is_no_fault_of_the_vendor() -> None:
    with pytest.raises(NotJudgedError, match="baseline"):
        changes(_response("{"), _response("{}"))


def test_a_thousand_renamed_keys_are_told_one_by_one() -> None:
    before: Json = {"map": {f"id-{n}": {"name": f"n{n}", "rank": n} for n in range(1000)}}
    after: Json = {"map": {f"key-{n}": {"name": f"n{n}", "rank": n} for n in range(1000)}}
    assert {change.kind for change in changes(_of(before), _of(after))} == {ChangeKind.RENAMED}


def test_a_large_body_is_compared_as_a_small_one() -> None:
    """Its values are let go, and read again for the evidence of renames (here at two levels)."""

    def told(padding: int) -> list[str]:
        before = {"pad": "x" * padding, "owner_info": {"id": "u1", "first_name": "A", "x": 1}, "rows": [{"a": "p"}]}
        after = {"pad": "", "ownerInfo": {"id": "u1", "firstName": "B", "x": "1"}, "rows": [{"b": "p"}]}
        return _told(_of(cast("Json", before)), _of(cast("Json", {**after, "pad": "x" * padding})))

    assert told(HELD) == told(1)
    assert len(told(1)) == 4


# -- laws -------------------------------------------------------------------------------------------------

_KEYS = st.text(max_size=6) | st.sampled_from(("id", "name", "tags"))
_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
)
_JSON: st.SearchStrategy[Json] = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=25
)


def _key_paths(value: Json, path: Path = ()) -> list[Path]:
    """The general path of every key in ``value``."""
    if isinstance(value, dict):
        return [found for key, child in value.items() for found in ((*path, key), *_key_paths(child, (*path, key)))]
    if isinstance(value, list):
        return [found for index, child in enumerate(value) for found in _key_paths(child, (*path, index))]
    return []


def _edited(value: Json, path: Path, new_name: str | None, fresh: str | None = None) -> Json:
    """A copy in which the key at the general ``path`` is dropped, or bears ``new_name`` (and the value ``fresh``)."""
    if isinstance(value, list) and path:
        return (
            [_edited(member, path[1:], new_name, fresh) for member in value] if not isinstance(path[0], str) else value
        )
    if not isinstance(value, dict) or not path or path[0] not in value:
        return value
    key = path[0]
    if len(path) > 1:
        return {**value, key: _edited(value[key], path[1:], new_name, fresh)}
    rest = {name: child for name, child in value.items() if name != key}
    return rest if new_name is None else {**rest, new_name: value[key] if fresh is None else fresh}


def _shuffled(value: Json, data: st.DataObject) -> Json:
    if isinstance(value, dict):
        return {key: _shuffled(value[key], data) for key in data.draw(st.permutations(sorted(value)))}
    if isinstance(value, list):
        members = [_shuffled(member, data) for member in value]
        return cast("Json", data.draw(st.permutations(cast("list[Any]", members))))
    return value


@given(_JSON)
def test_nothing_differs_from_itself(value: Json) -> None:
    assert changes(_of(value), _of(value)) == ()
    assert changes(_of(value), _response(json.dumps(value, indent=1))) == ()


@given(_JSON, st.data())
def test_a_dropped_key_is_one_removed_root(value: Json, data: st.DataObject) -> None:
    paths = sorted({general(path) for path in _key_paths(value)}, key=format_path)
    assume(paths)
    path = data.draw(st.sampled_from(paths))
    (change,) = changes(_of(value), _of(_edited(value, path, None)))
    assert (change.kind, parse_path(change.root)) == (ChangeKind.REMOVED, path)


@given(_JSON, st.data())
def test_a_renamed_key_with_a_value_of_its_own_is_one_rename(value: Json, data: st.DataObject) -> None:
    paths = sorted({general(path) for path in _key_paths(value)}, key=format_path)
    assume(paths)
    path = data.draw(st.sampled_from(paths))
    before = _edited(value, path, str(path[-1]), "a value of its own")
    (change,) = changes(_of(before), _of(_edited(before, path, "quite another name")))
    renamed = (*path[:-1], "quite another name")
    assert (change.kind, parse_path(change.root), parse_path(change.to)) == (ChangeKind.RENAMED, path, renamed)
    assert "value of its own" not in repr(change)


@given(_JSON, _JSON, st.data())
def test_the_order_of_keys_and_members_says_nothing(before: Json, after: Json, data: st.DataObject) -> None:
    ordered = changes(_of(before), _of(after))
    shuffled = changes(_of(_shuffled(before, data)), _of(_shuffled(after, data)))
    assert shuffled == ordered


_PAIRS = st.tuples(_JSON, _JSON)
_MEMBERS = st.lists(_PAIRS, min_size=1, max_size=3).flatmap(lambda some: st.lists(st.sampled_from(some), max_size=6))


@given(_MEMBERS)
def test_of_a_member_is_told_what_would_be_alone(members: list[tuple[Json, Json]]) -> None:
    """Whatever is found out once for all members that are alike."""
    before: dict[str, Json] = {f"m{number}": one for number, (one, _) in enumerate(members)}
    after: dict[str, Json] = {f"m{number}": other for number, (_, other) in enumerate(members)}
    alone = [change for key in before for change in changes(_of({key: before[key]}), _of({key: after[key]}))]
    assert set(changes(_of(before), _of(after))) == set(alone)
    assert len(changes(_of(before), _of(after))) == len(alone)


@given(_JSON, _JSON)
def test_what_is_told_can_be_found(before: Json, after: Json) -> None:
    """Removed and renamed roots are in the baseline, added ones in the response."""
    was = {general(path) for path in _key_paths(read_json(json.dumps(before)).value)} | {()}
    now = {general(path) for path in _key_paths(read_json(json.dumps(after)).value)} | {()}
    for change in changes(_of(before), _of(after)):
        if change.kind in (ChangeKind.REMOVED, ChangeKind.RENAMED):
            assert parse_path(change.root) in was
        if change.kind in (ChangeKind.ADDED, ChangeKind.RENAMED):
            assert parse_path(change.to or change.root) in now

"""Paths print and parse back; reads meet paths as documented; JSON is read as it was written."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import JsonError
from monitor.jsonpaths import (
    ANY,
    DESCENT,
    Json,
    JsonType,
    Path,
    Touch,
    format_path,
    general,
    json_type,
    parse_path,
    read_json,
    read_value,
    touch,
    values_at,
)

KEYS = st.text(max_size=8) | st.sampled_from(["a.b", "it's", "back\\slash", "[0]", "*", "", "é", "\u202e", "\n", '"'])
STEPS = KEYS | st.integers(0, 99) | st.just(ANY)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "$"),
        (("customerId",), "$.customerId"),
        (("a", 0, "b"), "$.a[0].b"),
        (("tags", ANY), "$.tags[*]"),
        (("odd key", "it's"), "$['odd key']['it\\'s']"),
        (("1st",), "$['1st']"),
        (("line\nbreak",), "$['line\\x0abreak']"),
        (("\u202eevil",), "$['\\u202eevil']"),
        (("x-y_z",), "$.x-y_z"),
        (("",), "$['']"),
    ],
)
def test_paths_print_as_people_write_them(path: Path, text: str) -> None:
    assert format_path(path) == text
    assert parse_path(text) == path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('$["a"].b', ("a", "b")),
        ("$.a.*", ("a", ANY)),
        ("$..b", (DESCENT, "b")),
        ("$.a[-1]", ("a", -1)),
        ("$.body.x", ("body", "x")),
    ],
)
def test_other_spellings_are_read(text: str, path: Path) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["", "a.b", "$.", "$[", "$['a'", "$.a[", "$x[[]]"])
def test_what_is_no_path_is_told(text: str) -> None:
    if text == "$x[[]]":
        with pytest.raises(JsonError, match="is not a JSON path"):
            parse_path("$.x[[]]")
        return
    with pytest.raises(JsonError, match="is not a JSON path"):
        parse_path(text)


@given(st.lists(STEPS, max_size=6).map(tuple))
def test_printing_and_parsing_are_inverse(path: Path) -> None:
    assert parse_path(format_path(path)) == path
    assert format_path(path).isprintable()


@given(VALUES, st.lists(st.integers(0, 3) | KEYS, max_size=4).map(tuple))
def test_a_concrete_path_has_at_most_one_value(value: Json, path: Path) -> None:
    assert len(list(values_at(value, path))) <= 1


def test_values_of_members_come_in_document_order() -> None:
    assert list(values_at({"a": [{"b": 1}, {}, {"b": 2}]}, ("a", ANY, "b"))) == [1, 2]


@pytest.mark.parametrize(
    ("read", "path", "expected"),
    [
        (("a",), ("a",), Touch.EXACT),
        (("a", "b"), ("a",), Touch.THROUGH),
        (("a",), ("a", "b"), Touch.WITHIN),
        (("a",), ("b",), Touch.NONE),
        ((), (), Touch.EXACT),
        ((), ("a",), Touch.WITHIN),
        (("a",), (), Touch.THROUGH),
        (("items", "price"), ("items", ANY, "price"), Touch.EXACT),
        (("items", "price"), ("items", ANY), Touch.THROUGH),
        (("tags",), ("tags", ANY), Touch.EXACT),
        (("a", 0, "b"), ("a", ANY, "b"), Touch.EXACT),
        (("a", ANY, "b"), ("a", ANY, "c"), Touch.NONE),
        (("a", ANY, "b", "c"), ("a", ANY, "b", ANY, "c"), Touch.EXACT),
        ((ANY, "b"), ("x", "b"), Touch.EXACT),
        ((DESCENT, "b"), ("x", "y", "b"), Touch.EXACT),
        ((DESCENT, "b"), ("x", "y"), Touch.THROUGH),
    ],
)
def test_reads_meet_paths(read: Path, path: Path, expected: Touch) -> None:
    assert touch(read, path) is expected


def test_a_read_that_names_its_arrays_reads_no_other_key_of_their_members() -> None:
    read: Path = ("rows", ANY, "id")
    assert touch(read, ("rows", ANY, "email"), named_arrays=True) is Touch.NONE
    assert touch(read, ("rows", ANY, "id"), named_arrays=True) is Touch.EXACT
    assert touch(read, ("rows", ANY), named_arrays=True) is Touch.THROUGH


@given(st.lists(KEYS, max_size=5).map(tuple), st.integers(0, 5))
def test_a_read_goes_through_all_its_prefixes(read: Path, cut: int) -> None:
    expected = Touch.EXACT if cut >= len(read) else Touch.THROUGH
    assert touch(read, read[:cut]) is expected


def test_generality() -> None:
    assert general(("a", 3, "b", 0)) == ("a", ANY, "b", ANY)


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        (b"1", 1, JsonType.INTEGER),
        (b"1.0", Decimal("1.0"), JsonType.DECIMAL),
        (b"1e3", Decimal("1e3"), JsonType.DECIMAL),
        (b"12345678901234567890123", 12345678901234567890123, JsonType.INTEGER),
        (b"true", True, JsonType.BOOLEAN),
        (b"null", None, JsonType.NULL),
        (b'"\\ud800"', "\ud800", JsonType.STRING),
        (b"\xef\xbb\xbf{}", {}, JsonType.OBJECT),
        (b" [] ", [], JsonType.ARRAY),
    ],
)
def test_json_is_read_as_written(text: bytes, value: Json, kind: JsonType) -> None:
    read = read_json(text).value
    assert read == value
    assert type(read) is type(value)
    assert json_type(read) is kind


def test_integers_of_any_size() -> None:
    digits = "9" * 100_000
    assert read_json(digits).value == Decimal(digits)


@pytest.mark.parametrize("digits", [4_300, 4_301])
def test_long_integers_are_exact_among_others(digits: int) -> None:
    assert read_json(b"[1, " + b"9" * digits + b"]" + LARGE.encode()).value == [1, Decimal("9" * digits)]


def test_duplicate_keys_are_noticed_and_the_last_counts() -> None:
    document = read_json(b'{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}')
    assert document.value == {"a": 3, "b": {"c": 2}}
    assert document.duplicates == ("c", "a")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"", "it is not JSON"),
        (b"{", "it is not JSON"),
        (b"{'a': 1}", "it is not JSON"),
        (b"[1,]", "it is not JSON"),
        (b"NaN", "NaN is not JSON"),
        (b"[-Infinity]", "-Infinity is not JSON"),
        (b'"\xff"', "it is not UTF-8 text"),
        (b"{} {}", "it is not JSON"),
        (b"[1e99999999999999999999]", "a number's exponent is too large"),
        (b"[" * 101 + b"]" * 101, "nested deeper than 100 levels"),
        (b"[" * 100_000, "nested deeper than 100 levels"),
        (b'{"a":' * 100_000, "nested deeper than 100 levels"),
    ],
)
def test_what_is_not_json_is_told(text: bytes, what: str) -> None:
    with pytest.raises(JsonError, match=what):
        read_json(text)


def test_depth_up_to_the_bound_is_read() -> None:
    assert read_json(b"[" * 100 + b"]" * 100).value


@given(VALUES)
def test_reading_is_what_json_says(value: Json) -> None:
    assert read_json(json.dumps(value)).value == value


LARGE = " " * 10_001  # makes any text a large one
_SPACES = st.sampled_from(("", "", "", " ", "\n", "\t\r "))
_STRINGS = st.text(alphabet='":\\{}[], aé\ud83d\x01', max_size=6).map(json.dumps) | st.sampled_from(
    ('": x"', '"a\\":b"', '"a\\\\"', '"\\\\\\":"', '" : "', '"\\" :"', '"\\u0022:"', '"é:"', '"open')
)
_WRITTEN_KEYS = st.sampled_from(('"a"', '"b"', '"\\u0061"', '"a\\""', '"a\\\\"', '":"', '""', '"a\\":"'))
_NUMBERS = st.sampled_from(("0", "-1", "1.0", "1e5", "1E-400", "12345678901234567890", "1e99999999999999999999", "NaN"))


def _arrays(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    spaced = st.tuples(_SPACES, inner, _SPACES).map("".join)
    return st.lists(spaced, max_size=3).map(lambda members: f"[{','.join(members)}]")


def _objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(_SPACES, _WRITTEN_KEYS, st.sampled_from(("", "", "", " ", "\n")), st.just(":"), _SPACES, inner)
    return st.lists(pair.map("".join), max_size=4).map(lambda members: f"{{{','.join(members)}}}")


_TEXTS = st.recursive(
    st.sampled_from(("true", "null", "")) | _NUMBERS | _STRINGS, lambda inner: _arrays(inner) | _objects(inner)
)


def _outcome(text: str, exact: bool) -> str:
    try:
        return repr(read_json(text, max_depth=4, exact=exact))
    except JsonError as error:
        return error.what


@given(_TEXTS, st.booleans())
def test_large_texts_are_read_as_small_ones_are(text: str, exact: bool) -> None:
    """Duplicates, types and faults: the two are read in different ways."""
    assert _outcome(text + LARGE, exact) == _outcome(text, exact)


@given(_TEXTS)
def test_the_value_alone_is_that_of_the_document(text: str) -> None:
    try:
        document = read_json(text)
    except JsonError as error:
        with pytest.raises(JsonError, match=error.what[:20]):
            read_value(text)
        return
    assert repr(read_value(text)) == repr(document.value)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_json(data)
    except JsonError as error:
        assert error.what  # noqa: PT017 - either way is right

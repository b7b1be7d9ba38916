"""A JSON path is found in the text where it is written, whatever the text looks like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.contracts.places import UNKNOWN, JsonText, spot_of, spots_in
from monitor.jsonpaths import Json, format_path, parse_path
from monitor.jsonpaths import Path as JsonPath

TEXT = """\
{
  "consumer": {"name": "a\\"b"},
  "interactions": [
    {"description": "one", "n": 1},
    { "description": "two",
      "odd key": [true, null,
        {"deep": -1.5e3}]
    }
  ],
  "twice": 1,
  "twice":
    {"x": 2}
}
"""


@pytest.mark.parametrize(
    ("path", "spot"),
    [
        ("$", (1, 1)),
        ("$.consumer", (2, 3)),
        ("$.consumer.name", (2, 16)),
        ("$.interactions[0]", (4, 5)),
        ("$.interactions[1].description", (5, 7)),
        ("$.interactions[1]['odd key'][2].deep", (7, 10)),
        ("$.twice", (11, 3)),  # the last one counts
        ("$.twice.x", (12, 6)),
        ("$.interactions[1].missing.below", (5, 5)),  # the nearest above
        ("$.interactions[9]", (3, 3)),
        ("$.consumer.name.below", (2, 16)),
    ],
)
def test_places(path: str, spot: tuple[int, int]) -> None:
    assert JsonText(TEXT.encode()).find(parse_path(path)) == spot


@pytest.mark.parametrize("text", [b"", b"{", b"[1,", b'{"a" 1}', b'{"a": }', b"\xff\xfe", b"nope", b'{"a": [1 2]}'])
def test_text_that_is_no_json_has_no_place_but_the_known_ones(text: bytes) -> None:
    line, column = JsonText(text).find(("a", 5, "b"))
    assert (line, column) == UNKNOWN or line == 1


def test_a_byte_order_mark_takes_no_column() -> None:
    assert JsonText(b'\xef\xbb\xbf{"a": 1}').find(("a",)) == (1, 2)


def test_numbers_of_any_length_are_skipped() -> None:
    assert JsonText(b'{"n": ' + b"1" * 10_000 + b', "a": 1}').find(("a",)) == (1, 10_009)


def test_what_is_too_deep_for_python_is_unknown() -> None:
    assert JsonText(b'{"deep": ' + b"[" * 200_000 + b'1, "a": 2').find(("a",)) == UNKNOWN


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=6), v, max_size=4),
    max_leaves=20,
)


def paths_of(value: Json, path: JsonPath = ()) -> list[tuple[JsonPath, Json]]:
    found = [(path, value)]
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        found += paths_of(child, (*path, step))
    return found


@given(value=VALUES, indent=st.none() | st.integers(0, 4), escaped=st.booleans())
def test_every_path_is_found_where_it_is_written(value: Json, indent: int | None, escaped: bool) -> None:
    written = json.dumps(value, indent=indent, ensure_ascii=escaped)
    data = written.encode("utf-8", "replace")
    text = JsonText(data)
    lines = data.decode().split("\n")
    for path, there in paths_of(json.loads(data)):
        line, column = text.find(path)
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        found, _ = json.JSONDecoder().raw_decode(rest)
        assert found == (path[-1] if path and isinstance(path[-1], str) else there)


@given(value=VALUES)
def test_printed_paths_are_found_too(value: Json) -> None:
    text = JsonText(json.dumps(value).encode())
    for path, _ in paths_of(value):
        assert text.find(parse_path(format_path(path))) == text.find(path)


def test_spots_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "pact.json"
    file.write_text(TEXT)
    spots = spots_in(str(file), ["$.consumer", "no path", "$.twice"])
    assert spots == {"$.consumer": (2, 3), "no path": UNKNOWN, "$.twice": (11, 3)}
    assert spots_in(str(tmp_path / "none.json"), ["$"]) == {"$": UNKNOWN}


@pytest.mark.parametrize(("where", "spot"), [("line 3, column 7", (3, 7)), ("$.a", None), ("byte 3", None), ("", None)])
def test_a_place_that_an_error_tells_itself(where: str, spot: tuple[int, int] | None) -> None:
    assert spot_of(where) == spot

"""A body changed as a vendor would change it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.jsonpaths import Json, read_json
from monitor.pipeline.mutating import Twist, mutated, mutation, paths_in, twin, written

BODY = '{"customerId":"c","n":1.0,"big":12345678901234567890123,"items":[{"id":1},{"id":2},3],"deep":{"a b":null}}'


@pytest.mark.parametrize(
    ("twist", "path", "to", "expected"),
    [
        ("rename", "$.customerId", "", BODY.replace("customerId", "customer_id")),
        ("rename", "$.customerId", "who", BODY.replace("customerId", "who")),
        ("rename", "$.customerId", "n", BODY.replace('"customerId":"c","n":1.0', '"n":"c"')),
        ("rename", "$.items[*].id", "", BODY.replace('"id"', '"id_new"')),
        ("rename", "$.deep['a b']", "ab", BODY.replace("a b", "ab")),
        ("drop", "$.deep", "", BODY.replace(',"deep":{"a b":null}', "")),
        ("drop", "$.items[*]", "", BODY.replace('[{"id":1},{"id":2},3]', "[]")),
        ("drop", "$.items[-1]", "", BODY.replace(",3]", "]")),
        ("null", "$.n", "", BODY.replace("1.0", "null")),
        ("null", "$.items[0].id", "", BODY.replace('"id":1', '"id":null')),
        ("null", "$.items[*]", "", BODY.replace('[{"id":1},{"id":2},3]', "[null,null,null]")),
        ("null", "$.items[7]", "", None),
        ("drop", "$.customerid", "", None),
        ("drop", "$.customerId.x", "", None),
    ],
)
def test_only_what_was_asked_for_is_another(twist: Twist, path: str, to: str, expected: str | None) -> None:
    body = read_json(BODY).value
    assert mutated(body, mutation(Twist(twist), path, to)) == (expected is not None)
    assert written(body) == (expected or BODY)


@pytest.mark.parametrize("path", ["customerId", "$", "$.items[*]", "$.items[0]", "$..id", "$.["])
def test_what_leads_to_no_key_is_told(path: str) -> None:
    with pytest.raises(UsageError) as caught:
        mutation(Twist.RENAME, path)
    assert caught.value.where == f"--rename {path}"
    assert caught.value.fix or "not a JSON path" in caught.value.what


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("customerId", "customer_id"),
        ("customer_id", "customerId"),
        ("HTTPStatusCode", "http_status_code"),
        ("postal-code", "postal_code"),
        ("customerID", "customer_id"),
        ("id", "id_new"),
        ("_id", "_id_new"),
    ],
)
def test_the_twin_of_a_name(name: str, other: str) -> None:
    assert twin(name) == other


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=30)
@given(JSONS)
def test_what_is_written_is_what_was_read(value: Json) -> None:
    assert read_json(written(value)).value == value


def test_paths() -> None:
    assert set(paths_in(read_json(BODY).value)) == {
        *("$.customerId", "$.n", "$.big", "$.items", "$.items[*]", "$.items[*].id", "$.deep", "$.deep['a b']"),
    }

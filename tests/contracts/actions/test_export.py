"""Every variation that real exports have is read, and written again as the same JSON value; the rest is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.contracts.actions.export import (
    KIND,
    MAX_BYTES,
    RAW_RESULT,
    export_of,
    parse_export,
    plain_name,
    source_of,
    translation_of,
)
from monitor.contracts.actions.rendering import pieces_of
from monitor.errors import ContractError
from monitor.jsonpaths import Json
from monitor.languages import compile_translation
from tests.contracts.actions.exports import REAL, action_of, needs_corpus, text_of, value_of

# -- what is read -----------------------------------------------------------------------------------------

PLAIN = text_of()
WRITTEN = {
    "as exported": PLAIN.encode(),
    "with a BOM": b"\xef\xbb\xbf" + PLAIN.encode(),
    "with CRLF": PLAIN.replace("\n", "\r\n").encode(),
    "minified": json.dumps(value_of()).encode(),
    "one brace too many": PLAIN.encode() + b"\n}\n",
    "blanks before it": b"\n  \t" + PLAIN.encode(),
}


@pytest.mark.parametrize("data", WRITTEN.values(), ids=WRITTEN)
def test_one_action_however_it_is_written(data: bytes) -> None:
    assert parse_export(data, "a.json") == action_of()


def test_all_of_it_is_read() -> None:
    action = action_of(headers={"Accept": "application/json"}, method="post", body='{"a": 1}', secure=True)
    assert (action.name, action.integration_type, action.action_type) == (
        "Get customer",
        "custom-rest-actions",
        "custom",
    )
    assert (action.method, action.url, action.body) == ("POST", "/customers/${input.phone}", '{"a": 1}')
    assert action.headers == (("Accept", "application/json"),)
    assert action.secure
    assert (action.translation_map, action.defaults) == ({"name": "$.fullName"}, {"name": '"nobody"'})
    assert action.success_template == '{"name": ${name}}'


@pytest.mark.parametrize(
    ("changes", "attribute", "expected"),
    [
        ({"integrationType": None, "category": "CRM", "integrationId": "1"}, "category", "CRM"),
        ({"integrationType": None}, "integration_type", ""),
        ({"actionType": None}, "action_type", "custom"),
        ({"actionType": "customAuth"}, "action_type", "customAuth"),
        ({"actionType": "static"}, "action_type", "static"),
        ({"secure": None}, "secure", False),
        ({"headers": None}, "headers", ()),
        ({"body": None}, "body", None),
        ({"body": ""}, "body", ""),
        ({"method": None}, "method", "GET"),
        ({"map": None}, "translation_map", {}),
        ({"defaults": None}, "defaults", {}),
        ({"defaults": {"name": "", "constant": "1"}}, "defaults", {"name": "", "constant": "1"}),
        ({"template": None}, "success_template", RAW_RESULT),
        ({"contract": None}, "success_schema", None),
        (
            {"contract": {"input": {}, "output": {"successSchema": {"$schema": "x"}}}},
            "success_schema",
            {"$schema": "x"},
        ),
        ({"name": "Get customer - Exported 2021-06-21 @ 8:42"}, "name", "Get customer"),
        ({"config": {"request": {"requestUrlTemplate": " /x\n"}}}, "url", "/x"),
    ],
)
def test_what_may_be_missing_or_otherwise(changes: dict[str, Json], attribute: str, expected: object) -> None:
    action = action_of(**changes)
    assert getattr(action, attribute) == expected
    assert json.loads(export_of(action)) == json.loads(text_of(**changes))


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("A - Exported 2021-06-21 @ 8:42", "A"),
        ("A- Exported 2021-06-21 @ 18:42 ", "A"),
        ("A - Exported 2021-06-21 @ 8:42 - Exported 2022-01-02 @ 10:00", "A - Exported 2021-06-21 @ 8:42"),
        ("A - Exported yesterday", "A - Exported yesterday"),
        ("  A ", "A"),
        ("- Exported 2021-06-21 @ 8:42", ""),
    ],
)
def test_the_suffix_of_an_export(name: str, plain: str) -> None:
    assert plain_name(name) == plain


# -- what is told -----------------------------------------------------------------------------------------


def deep(levels: int) -> Json:
    value: Json = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "a.json:1:1: it is no exported data action"),
        (b'{"name": ', "a.json:1:10: it is no exported data action"),
        (b"[1]", "a.json: $: it is no exported data action: it has no config; name an exported data action"),
        (b'"text"', "a.json: $: it is no exported data action"),
        (b'{"consumer": {}}', "it has no config"),
        ("\ufeff{}".encode("utf-16-le"), "a.json: it is UTF-16 text; save it as UTF-8"),
        (b"\xff{}", "a.json: it is not UTF-8 text"),
        (b'{"config": 5}', "a.json: $.config: must be an object"),
        (b'{"config": {}}', "a.json: $.config.request: is missing"),
        (text_of(name=None).encode(), "a.json: $.name: the action has no name"),
        (text_of(name=5).encode(), "a.json: $.name: must be a string"),
        (text_of(name="- Exported 2021-06-21 @ 8:42").encode(), "the action has no name"),
        (text_of(secure="yes").encode(), "a.json: $.secure: must be true or false"),
        (text_of(method="FETCH").encode(), "$.config.request.requestType: is no method; use one of DELETE, GET"),
        (text_of(url=["a"]).encode(), "$.config.request.requestUrlTemplate: must be a string"),
        (text_of(headers=[]).encode(), "$.config.request.headers: must be an object"),
        (text_of(headers={"A": 1}).encode(), "$.config.request.headers.A: must be a string"),
        (text_of(map={"odd key": 1}).encode(), "$.config.response.translationMap['odd key']: must be a string"),
        (text_of(defaults={"a": None}).encode(), "$.config.response.translationMapDefaults.a: must be a string"),
        (text_of(contract=5).encode(), "$.contract: must be an object"),
        (text_of(contract={"input": {"inputSchema": 5}}).encode(), "$.contract.input.inputSchema: must be an object"),
        (json.dumps(value_of(more=deep(200))).encode(), "levels"),
        (b" " * (MAX_BYTES + 1), "a.json: it is 5,000,001 bytes; at most 5,000,000 are read"),
        (
            text_of(config={"request": {"requestUrlTemplate": "/"}, "response": {"successTemplateUri": "u"}}).encode(),
            "a.json: $.config.response.successTemplateUri: the file holds no successTemplate, only where it is kept",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(data: bytes, told: str) -> None:
    with pytest.raises(ContractError) as caught:
        parse_export(data, "a.json")
    assert told in str(caught.value)


def test_a_get_needs_no_request_template() -> None:
    config: Json = {"request": {"requestUrlTemplate": "/", "requestTemplateUri": "u"}}
    assert action_of(config=config).body is None
    with pytest.raises(ContractError, match="holds no requestTemplate"):
        action_of(config={"request": {"requestUrlTemplate": "/", "requestType": "POST", "requestTemplateUri": "u"}})


# -- laws -------------------------------------------------------------------------------------------------

TEXT = st.text(max_size=12)
TEXTS = st.dictionaries(TEXT, TEXT, max_size=3)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
MAYBE = st.none() | TEXT
EXPORTS = st.builds(
    value_of,
    name=TEXT.map(lambda text: f"n{text}"),
    method=st.sampled_from(["GET", "POST", "put", None]),
    url=TEXT,
    body=MAYBE,
    headers=st.none() | TEXTS,
    map=st.none() | TEXTS,
    defaults=st.none() | TEXTS,
    template=MAYBE,
    secure=st.none() | st.booleans(),
    whatever=ANY,
)


@given(EXPORTS)
def test_what_is_written_is_what_was_read(value: dict[str, Json]) -> None:
    action = parse_export(json.dumps(value).encode(), "a.json")
    again = parse_export(export_of(action), "a.json")
    assert again == action
    assert json.loads(export_of(action)) == value == again.value


@given(EXPORTS)
def test_the_response_half_is_a_translation_or_told(value: dict[str, Json]) -> None:
    action = parse_export(json.dumps(value).encode(), "a.json")
    assert translation_of(action, "a.json").source == source_of(action)
    try:
        where, outputs = "", compile_translation(KIND, source_of(action)).outputs
    except ContractError as error:
        where, outputs = error.where, ()
    assert outputs or where.startswith(("$.translationMap", "$.successTemplate"))


# -- the real ones ----------------------------------------------------------------------------------------


@needs_corpus
def test_there_are_as_many_real_ones_as_there_should_be() -> None:
    assert len(REAL) >= 104


@needs_corpus
@pytest.mark.parametrize("file", REAL, ids=lambda file: file.stem[-40:])
def test_real_exports_are_read_compiled_and_written_again(file: Path) -> None:
    data = file.read_bytes()
    action = parse_export(data, file.name)
    text = data.decode("utf-8-sig")
    assert json.loads(export_of(action)) == json.JSONDecoder().raw_decode(text.lstrip())[0]
    assert compile_translation(KIND, source_of(action)).outputs
    assert pieces_of(action).url.template.source == action.url
    assert " - Exported 20" not in action.name

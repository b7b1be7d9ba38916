"""Data actions of any kind: the response's half compiled or refused, and what compiles judged in a real worker."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ContractError, MonitorError, NotJudgedError
from monitor.jsonpaths import Path, format_path
from monitor.languages import compile_translation
from monitor.model import Case, Outcome, Translation
from tests.fuzz.conftest import WatchedPool, json_response
from tests.fuzz.damage import EDITS, HOSTILE_TEXTS, Edit, damaged, shuffled
from tests.fuzz.laws import CANARY, cases, fits, is_clean, ours
from tests.fuzz.seeds import ANSWER, BODY, Body, text

_STRING: Body = {"type": "string"}
_FIRST = "$successTemplateUtils.firstFromArray"
ACTIONS: tuple[Body, ...] = (
    {
        "translationMap": {"id": "$.id", "rows": "$.rows[*].id", "mail": "$.contact.email", "vip": "$..vip"},
        "translationMapDefaults": {"mail": '"none"', "constant": "[1]"},
        "successTemplate": '{"id": ${id}, "o": {"m": "a $esc.jsonEncode($mail)"}, "r": ${rows}, "c": $constant, "f": '
        f'{_FIRST}("${{vip}}", "$esc.quote$esc.quote")}}',
        "successSchema": {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "type": "object",
            "properties": {
                "id": _STRING,
                "o": {"type": "object", "properties": {"m": _STRING}},
                "r": {"type": "array"},
            },
            "required": ["id"],
        },
    },
    {
        "translationMap": {"tags": "$.rows[?(@.id > 1 && @.tags size 0)].tags", "n": "$.rows.length()"},
        "translationMapDefaults": {"n": "0"},
        "successTemplate": '#set($k = $n)\n{"a": [#foreach($t in $tags)"$t"#if($foreach.hasNext),#end#end], "b": $k}',
        "successSchema": {"properties": {"a": {"type": "array", "items": {"properties": {"x": _STRING}}}, "b": {}}},
    },
    {
        "successTemplate": '{"values": ${rawResult}}',
        "successSchema": {"properties": {"values": {"properties": {"rows": {"items": {"properties": {"id": {}}}}}}}},
    },
)
_TEMPLATES = tuple(str(action["successTemplate"]) for action in ACTIONS)
_WORDS = (
    *HOSTILE_TEXTS, "${", "$!{", "}", "#if($x)", "#else", "#end", "#set($x = $x)", "#foreach($i in [1..9])", "#stop",
    "#evaluate($x)", "#macro(m)#m()#end#m()", "#[[", "]]#", "##", "$x.length()", "$esc.", "|", "\ue0009\ue001", '"',
)  # fmt: skip
_INDEX = st.integers(0, len(ACTIONS) - 1)


def _source(index: int, edits: Sequence[Edit], template: Sequence[Edit] = ()) -> str:
    action = dict(ACTIONS[index])
    if template:
        action["successTemplate"] = shuffled([*_TEMPLATES[index]], template, _WORDS)
    return damaged(text(action), edits).decode("utf-8", "replace")


@cases(250)
@given(_INDEX, EDITS, EDITS)
def test_any_source_is_compiled_or_told(index: int, edits: Sequence[Edit], template: Sequence[Edit]) -> None:
    compiled = ours(lambda: compile_translation("data_action", _source(index, edits, template)), ContractError)
    if isinstance(compiled, MonitorError):
        return
    assert fits(compiled.outputs, tuple[str, ...])
    assert fits(dict(compiled.reads), dict[str, tuple[Path, ...]])
    for output in (*compiled.outputs, "another"):
        assert all(is_clean(format_path(path)) for path in compiled.reads_of(output))
    told = ours(lambda: compiled.evaluate(json.loads(text(ANSWER))), NotJudgedError, ContractError)
    if not isinstance(told, MonitorError):
        assert bool(told.fault) != bool(told.outputs)
        assert told.fault is None or CANARY not in told.fault.message


@cases(250)
@given(_INDEX, EDITS, EDITS, EDITS, st.sampled_from((200, 200, 204, 404)))
def test_any_action_is_judged_or_told(
    watched: WatchedPool, index: int, edits: Sequence[Edit], before: Sequence[Edit], after: Sequence[Edit], status: int
) -> None:
    translation = Translation("Get", "data_action", _source(index, edits), "get.json")
    response = json_response(damaged(text(BODY), after), status)
    baseline = json_response(damaged(text(BODY), before))
    watched.judge(Case("crm", "a-1", None, (translation,), response, response, baseline))


def _deep(depth: int) -> bytes:
    return b'{"id": ' * depth + b"1" + b"}" * depth


def _large(size: int) -> bytes:
    member = b'{"id": "CUST-1", "tags": ["a", "b"]}, '
    return b'{"id": "CUST-1", "rows": [' + member * (size // len(member)) + b"{}]}"


_PASSED: Body = {"successSchema": {"properties": {"id": _STRING}}}
_ENDLESS = b'{"id": "' + b"a" * 60 + b'!"}'
_HOSTILE: tuple[tuple[str, Body, bytes], ...] = (
    ("no JSON", _PASSED, b"{"),
    ("no object", _PASSED, b"[1]"),
    ("too deep", _PASSED, _deep(200)),
    ("much too deep", _PASSED, _deep(100_000)),
    ("a large body", {**ACTIONS[0], "translationMap": {"id": "$..id", "rows": "$..tags"}}, _large(50_000_000)),
    ("a schema that refers to itself", {"successSchema": {"properties": {"id": {"$ref": "#"}}}}, b'{"id": {"id": 1}}'),
    ("a schema that leads nowhere", {"successSchema": {"$ref": "http://evil.example/"}}, b"{}"),
    ("a schema that is none", {"successSchema": {"type": 7}}, b"{}"),
    ("a pattern without end", {"successSchema": {"properties": {"id": {"pattern": "^(a|aa)+$"}}}}, _ENDLESS),
    ("a loop without end", {"successTemplate": "#foreach($i in [1..100000000])$i#end"}, b"{}"),
    ("a template that calls itself", {"successTemplate": "#macro(m)#m()#end#m()"}, b"{}"),
)  # fmt: skip


@pytest.mark.parametrize(("action", "body"), [one[1:] for one in _HOSTILE], ids=[one[0] for one in _HOSTILE])
def test_hostile_things_are_told_in_bounded_time(watched: WatchedPool, action: Body, body: bytes) -> None:
    translation = Translation("Get", "data_action", text(action), "get.json")
    response = json_response(body)
    judgement = watched.judge(Case("crm", "a-1", None, (translation,), response, response, None))
    assert judgement.outcome in (Outcome.UNREADABLE, Outcome.NOT_JUDGED, Outcome.DRIFTED, Outcome.NO_BASELINE)
    assert judgement.outcome is not Outcome.NOT_JUDGED or judgement.reason
    watched.works()

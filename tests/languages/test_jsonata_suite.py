"""The official JSONata suite: the engine conforms, and what we say an expression reads is never too little."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from jsonata2py.expression import CompiledExpression

from monitor.errors import ContractError, MonitorError
from monitor.jsonpaths import ANY, Json, Touch, touch
from monitor.jsonpaths import Path as JsonPath
from monitor.languages import MISSING, RESULT, EvaluationFault, State, Value, jsonata
from monitor.languages.jsonata.engine import Result, build, run

SUITE = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "jsonata"
CASES = 1686
# jsonata2py reads a picture's fractional seconds of more than three digits as no match
KNOWN_MISSES = {"function-tomillis/parseDateTime[46]"}
# outside `$now() = $now()` these differ from one evaluation to the next
UNSTEADY = ("$now", "$millis", "$random", "$shuffle")
LARGE = ("flattening/large", "range-operator", "performance")

pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason=f"the JSONata suite is not at {SUITE}")


@dataclass(frozen=True)
class Suited:
    name: str
    source: str
    document: Value
    expected: Value | str  # a string that begins with "!" is an error's code
    bindings: dict[str, Json] = field(default_factory=dict)


def _document(case: dict[str, Json]) -> Value:
    if "data" in case:
        return case["data"]
    name = case.get("dataset")
    if name is None:
        return MISSING
    value: Json = json.loads((SUITE / "datasets" / f"{name}.json").read_text(encoding="utf-8"))
    return value


def _expected(case: dict[str, Json]) -> Value:
    if "result" in case:
        return case["result"]
    if case.get("undefinedResult"):
        return MISSING
    error = case.get("error")
    return f"!{case.get('code') or (error.get('code') if isinstance(error, dict) else None)}"


def _suite() -> Iterator[Suited]:
    for file in sorted(SUITE.glob("groups/*/*.json")):
        held = json.loads(file.read_text(encoding="utf-8"))
        for number, case in enumerate(held if isinstance(held, list) else [held]):
            source = case.get("expr") or (file.parent / case["expr-file"]).read_text(encoding="utf-8")
            name = f"{file.parent.name}/{file.stem}[{number}]"
            yield Suited(name, source, _document(case), _expected(case), case.get("bindings") or {})


@cache
def _compiled(source: str) -> jsonata.JsonataTranslation:
    return jsonata.compile(source)


def _expression(source: str) -> CompiledExpression:
    try:
        return _compiled(source).expression
    except ContractError:  # $eval, or wrong: then the engine says the same again
        return build(source)


def _told(case: Suited) -> Result | str:
    """What the engine says, an error as ``!code``. `$eval` is the language's, though translations may not use it."""
    try:
        result = run(_expression(case.source), case.document, case.bindings)
    except MonitorError as error:
        return "!" + error.what.rpartition("(")[2].removesuffix(")")
    return f"!{result.code}" if isinstance(result, EvaluationFault) else result


def _same(told: Result | str, expected: Value | str) -> bool:
    """Equal as JSON text, so that true is not 1 and key order is free; 1 and 1.0 are one number."""
    if isinstance(told, State | EvaluationFault) or isinstance(expected, State):
        return told is expected
    text = json.dumps(told, sort_keys=True)
    return text == json.dumps(expected, sort_keys=True) or (
        told == expected and "true" not in text and "false" not in text
    )


def test_the_engine_passes_the_official_suite_but_for_one_case() -> None:
    cases = list(_suite())
    assert len(cases) == CASES
    assert {case.name for case in cases if not _same(_told(case), case.expected)} == KNOWN_MISSES


def test_a_translation_says_what_the_engine_says() -> None:
    """The public interface over the same cases: outputs put together again are the result, faults keep their code."""
    differing, judged = [], 0
    for case in _suite():
        if case.bindings or case.document is MISSING or isinstance(case.document, State):
            continue
        if any(word in case.source for word in UNSTEADY) or case.name.startswith(LARGE):
            continue
        try:
            evaluation = _compiled(case.source).evaluate(case.document)
        except MonitorError:
            continue
        judged += 1
        outputs: dict[str, Value] = {name: value for name, value in evaluation.outputs.items() if value is not MISSING}
        whole: Result | str = evaluation.outputs.get(RESULT, MISSING)
        if evaluation.named:
            whole = outputs
        if evaluation.fault:
            whole = f"!{evaluation.fault.code}"
        elif evaluation.named and not outputs and case.expected is MISSING:
            whole = MISSING  # no object and an empty one leave the same outputs missing
        if not _same(whole, case.expected) and case.name not in KNOWN_MISSES:
            differing.append((case.name, whole, case.expected))
    assert judged > 900
    assert differing == []


def _pruned(value: Json, reads: tuple[JsonPath, ...], path: JsonPath = ()) -> Json:
    """``value`` without anything that no read touches."""
    if isinstance(value, list):
        return [_pruned(member, reads, (*path, ANY)) for member in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _pruned(member, reads, (*path, key))
        for key, member in value.items()
        if any(touch(read, (*path, key)) is not Touch.NONE for read in reads)
    }


def _steady() -> Iterator[tuple[Suited, Json]]:
    for case in _suite():
        unsteady = any(word in case.source for word in UNSTEADY) or case.name.startswith(LARGE)
        if isinstance(case.document, dict | list) and not case.bindings and not unsteady:
            yield case, case.document


def test_what_is_not_read_has_no_influence() -> None:
    """Take away all that no output reads: the result stays the same, errors included."""
    tried = pruned = 0
    for case, document in _steady():
        try:
            translation = _compiled(case.source)
        except ContractError:
            continue
        reads = tuple(path for output in translation.outputs for path in translation.reads_of(output))
        less = _pruned(document, reads)
        tried, pruned = tried + 1, pruned + (less != document)
        if less == document:
            continue
        small = Suited(case.name, case.source, less, case.expected)
        assert _same(_told(small), case.expected) or case.name in KNOWN_MISSES, case.name
    assert tried > 1000
    assert pruned > 600  # most expressions read only a part of their document, and we know which


def test_what_an_output_does_not_read_has_no_influence_on_it() -> None:
    tried = 0
    for case, document in _steady():
        try:
            translation = _compiled(case.source)
            whole = translation.evaluate(document)
        except MonitorError:
            continue
        if whole.fault or not whole.named or len(whole.outputs) > 20:
            continue
        for output, value in whole.outputs.items():
            less = translation.evaluate(_pruned(document, translation.reads_of(output)))
            if less.fault is None and less.named:  # an error in one output fails them all
                tried += 1
                assert less.outputs.get(output, MISSING) == value, (case.name, output)
    assert tried > 80

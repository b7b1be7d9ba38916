"""What every translation language must do, whichever are there; a new one is tested here unasked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ContractError, MonitorError, NotJudgedError
from monitor.jsonpaths import Json, format_path, parse_path
from monitor.languages import (
    MISSING,
    RESULT,
    EvaluationFault,
    Example,
    State,
    compile_translation,
    kinds,
    language,
)

EXAMPLES = [(kind, example) for kind in kinds() for example in language(kind).EXAMPLES]
by_example = pytest.mark.parametrize(("kind", "example"), EXAMPLES, ids=[f"{k}: {e.source[:40]}" for k, e in EXAMPLES])
by_kind = pytest.mark.parametrize("kind", kinds())

DOCUMENTS: list[Json] = [None, True, 0, -1.5, 10**40, "", "x", [], {}, [[]], [None], {"": {}}, {"a": [1, "x", None]}]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def test_jsonata_is_there() -> None:
    assert "jsonata" in kinds()
    assert list(kinds()) == sorted(set(kinds()))


@by_kind
def test_a_language_shows_how_it_is_used(kind: str) -> None:
    assert language(kind).EXAMPLES
    assert any(example.reads for example in language(kind).EXAMPLES)


@by_example
def test_an_example_does_what_it_says(kind: str, example: Example) -> None:
    translation = compile_translation(kind, example.source)
    evaluation = translation.evaluate(example.document)
    assert evaluation.fault is None
    assert dict(evaluation.outputs) == dict(example.outputs)
    assert {name: [format_path(path) for path in translation.reads_of(name)] for name in example.reads} == {
        name: list(paths) for name, paths in example.reads.items()
    }


@by_example
def test_outputs_that_are_known_before_are_there_after(kind: str, example: Example) -> None:
    translation = compile_translation(kind, example.source)
    assert translation.outputs
    assert set(translation.outputs) <= set(translation.evaluate(example.document).outputs)
    assert translation.outputs == (RESULT,) or set(translation.outputs) <= set(translation.reads)


@by_example
def test_every_read_can_be_printed_and_parsed(kind: str, example: Example) -> None:
    for paths in compile_translation(kind, example.source).reads.values():
        assert all(parse_path(format_path(path)) == path for path in paths)


@by_example
@pytest.mark.parametrize("document", DOCUMENTS, ids=repr)
def test_any_document_gives_outputs_or_a_fault(kind: str, example: Example, document: Json) -> None:
    evaluation = compile_translation(kind, example.source).evaluate(document)
    assert bool(evaluation.fault) != bool(evaluation.outputs)


@by_example
@settings(max_examples=50)
@given(document=ANYTHING)
def test_evaluating_is_pure_and_gives_plain_json(kind: str, example: Example, document: Json) -> None:
    translation = compile_translation(kind, example.source)
    before = json.dumps(document)
    try:
        evaluation = translation.evaluate(document)
    except NotJudgedError:
        assert "Infinity" in before
        return
    assert json.dumps(document) == before
    assert translation.evaluate(json.loads(before)) == evaluation
    outputs = evaluation.outputs.items()
    json.dumps({key: None if isinstance(value, State) else value for key, value in outputs}, allow_nan=False)


@by_kind
@given(source=st.text(max_size=30))
def test_any_source_compiles_or_is_a_contract_error(kind: str, source: str) -> None:
    try:
        compile_translation(kind, source).evaluate({})
    except MonitorError as error:
        told = error.what
    else:
        return
    assert told
    assert "\n" not in told


@pytest.mark.parametrize(
    "kind", ["", "nope", "os", "jsonata.engine", "..jsonata", "monitor.errors", "Jsonata", "a\x1b[2J"]
)
def test_an_unknown_kind_is_refused_with_those_that_are_there(kind: str) -> None:
    with pytest.raises(ContractError) as caught:
        compile_translation(kind, "a")
    assert "jsonata" in caught.value.fix
    assert "\x1b" not in str(caught.value)


def test_a_fault_tells_code_words_and_place() -> None:
    assert str(EvaluationFault("T2001", "no number")) == "T2001: no number"
    assert str(EvaluationFault("V1", "broken", "line 2, column 3")) == "V1: broken (line 2, column 3)"


def test_states_are_no_json() -> None:
    assert MISSING is State.MISSING
    assert not isinstance(MISSING, str | int | list | dict)


FOREIGN = """
from monitor.languages import Evaluation, Example
class Upper:
    outputs = ("text",)
    reads = {"text": (("a",),)}
    def reads_of(self, output): return self.reads[output]
    def evaluate(self, document): return Evaluation({"text": "A"})
def compile(source): return Upper()
EXAMPLES = (Example("", {}, {"text": "A"}),)
"""
USE = """
from monitor.languages import compile_translation, kinds
print("shout" in kinds(), compile_translation("shout", "x").evaluate({}).outputs)
"""


def test_a_language_of_somebody_else_is_found_by_its_entry_point(tmp_path: Path) -> None:
    (tmp_path / "shout.py").write_text(FOREIGN)
    about = tmp_path / "shout-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: shout\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[drift_monitor.languages]\nshout = shout\n")
    root = Path(__file__).resolve().parents[2]
    script = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(root)!r}]\n{USE}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True {'text': 'A'}"


def test_looking_around_loads_no_engine() -> None:
    root = Path(__file__).resolve().parents[2]
    script = (
        f"import sys; sys.path.insert(0, {str(root)!r}); from monitor.languages import kinds; kinds();"
        "print([name for name in sys.modules if name.startswith(('jsonata2py', 'monitor.languages.'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""JSONata: outputs, states, faults and refusals."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.errors import ContractError, NotJudgedError
from monitor.jsonpaths import Json, read_json
from monitor.languages import MISSING, Evaluation, State, Value, compile_translation
from monitor.languages.jsonata.words import WORDS, words


def _evaluate(source: str, document: Json) -> Evaluation:
    return compile_translation("jsonata", source).evaluate(document)


@pytest.mark.parametrize(
    ("source", "document", "outputs", "named"),
    [
        ("{'a': x}", {"x": 1}, {"a": 1}, True),
        ("{'a': x}", {}, {"a": MISSING}, True),
        ("{'a': x}", {"x": None}, {"a": None}, True),
        ("{'a': x, 'b': y}", {"x": ""}, {"a": "", "b": MISSING}, True),
        ("($v := x; {'a': $v})", {"x": 1}, {"a": 1}, True),
        ("ok ? {'a': x} : {'b': x}", {"ok": True, "x": 1}, {"a": 1, "b": MISSING}, True),
        ("ok ? {'a': x}", {}, {"a": MISSING}, True),
        ("x", {"x": 1}, {"result": 1}, False),
        ("x", {}, {"result": MISSING}, False),
        ("x", {"x": None}, {"result": None}, False),
        ("x", {"x": {}}, {"result": {}}, False),
        ("x", {"x": []}, {"result": []}, False),
        ("x", {"x": {"k": 1, "l": None}}, {"k": 1, "l": None}, True),
        ("x.{'a': y}", {"x": {"y": 1}}, {"a": 1}, True),
        ("x.{'a': y}", {"x": [{"y": 1}, {"y": 2}]}, {"result": [{"a": 1}, {"a": 2}]}, False),
        ("x{k: n}", {"x": [{"k": "id1", "n": 1}, {"k": "id2", "n": 2}]}, {"result": {"id1": 1, "id2": 2}}, False),
        ("2 * x", {"x": 1.5}, {"result": 3}, False),
        ("x", {"x": 1.0}, {"result": 1}, False),
        ("x", {"x": 10**30}, {"result": 10**30}, False),
        ("$sum", {}, {"result": State.FUNCTION}, False),
        ("/x/", {}, {"result": State.FUNCTION}, False),
        ("function($x){$x}", {}, {"result": State.FUNCTION}, False),
        ("{'a': $sum, 'b': [x, $sum], 'c': x}", {"x": 1}, {"a": State.FUNCTION, "b": State.FUNCTION, "c": 1}, True),
        ("x{k: $sum}", {"x": {"k": "id1"}}, {"result": State.FUNCTION}, False),
        ("[1..3]", {}, {"result": [1, 2, 3]}, False),
        ("$", [1, [2]], {"result": [1, [2]]}, False),
    ],
)
def test_outputs(source: str, document: Json, outputs: dict[str, Value], named: bool) -> None:
    assert _evaluate(source, document) == Evaluation(outputs, named=named)


@pytest.mark.parametrize(
    ("source", "document", "code"),
    [
        ("1 / x", {"x": 0}, "D1001"),
        ("x", {"x": float("inf")}, "D1001"),
        ("{'a': [x]}", {"x": float("inf")}, "D1001"),
        ("x + 1", {"x": "SECRET"}, "T2001"),
        ("$number(x)", {"x": "SECRET"}, "D3030"),
        ("$error('no ' & x)", {"x": "SECRET"}, "D3137"),
        ("$assert(false, x)", {"x": "SECRET"}, "D3141"),
        ("{x: 1, y: 2}", {"x": "SECRET", "y": "SECRET"}, "D1009"),
        ("x(1)", {"x": "SECRET"}, "T1006"),
        ("$toMillis(x)", {"x": "SECRET"}, "D3110"),
        ("$single(x)", {"x": ["SECRET", 2]}, "D3138"),
        ("x ~> y", {"x": "SECRET", "y": "SECRET"}, "T2006"),
        ("$formatNumber(1, x)", {"x": "SECRET0.0.0"}, "D3081"),
        ("$match(x, /(/)", {"x": "SECRET"}, "S0302"),
        ("$decodeUrl(x)", {"x": "%E0%A4%A"}, "D3140"),
    ],
)
def test_an_evaluation_error_is_a_value_in_our_words(source: str, document: Json, code: str) -> None:
    fault = _evaluate(source, document).fault
    assert fault is not None
    assert fault.code == code
    assert fault.message
    assert "SECRET" not in str(fault)


def test_every_code_has_words() -> None:
    assert all(words(code) == text for code, text in WORDS.items())
    assert words("D3085") == "the picture of $formatNumber is wrong"
    assert words("X9999") == "evaluation error X9999"


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("a +", "line 1, column 4"),
        ("{\n  'a': b..c\n}", "line 2, column 9"),
        ("", "line 1, column 1"),
        ("   ", "line 1, column 4"),
        ("'open", "line 1, column 1"),
        ("a\r\n+ ]", "line 2, column 3"),
        ("a ? (b", "line 1, column 7"),
        ("%", ""),
    ],
)
def test_a_wrong_expression_is_told_with_its_place(source: str, where: str) -> None:
    with pytest.raises(ContractError) as caught:
        compile_translation("jsonata", source)
    assert caught.value.where == where
    assert "(position" not in caught.value.what
    assert caught.value.fix


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("$eval(x)", "line 1, column 1"),
        ("($e := $eval; $e(x))", "line 1, column 8"),
        ("x ~> $eval", "line 1, column 6"),
        ("x ~> $eval()", "line 1, column 6"),
        ("$map(x, $eval)", "line 1, column 9"),
        ("$eval(?)", "line 1, column 1"),
        ("/* $eval */\n\t$eval", "line 2, column 2"),
        ("x.$eval(y)", "line 1, column 3"),
        ("$ eval", None),
        ("$eval := function($x){$x}", "line 1, column 1"),
        ("'$eval(x)'", None),
        ("x.eval", None),
        ("$evaluate", None),
        ("/$eval/", None),
        ("`$eval`", None),
    ],
)
def test_eval_is_refused_however_it_is_named(source: str, where: str | None) -> None:
    try:
        compile_translation("jsonata", source)
    except ContractError as error:
        told = error
    else:
        assert where is None
        return
    if where is None:
        assert "$eval" not in told.what  # it is wrong for another reason
    else:
        assert told.where == where


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("(" * 400 + "1" + ")" * 400, id="parentheses"),
        pytest.param("[" * 400 + "1" + "]" * 400, id="arrays"),
        pytest.param("1" + "+1" * 5000, id="a long sum"),
        pytest.param("-" * 5000 + "1", id="signs"),
    ],
)
def test_a_tree_too_deep_to_compile_is_a_contract_error(source: str) -> None:
    with pytest.raises(ContractError, match="nested too deeply"):
        compile_translation("jsonata", source)


@pytest.mark.parametrize(
    "source",
    [
        "($f := function($x) {1 + $f($x)}; $f(1))",
        "($f := function($x) {[$f($x)]}; $f(x))",
        "($f := function($n) {$n = 0 ? 1 : {'a': $f($n - 1)}}; $f(900))",
    ],
)
def test_a_recursion_without_an_end_is_not_judged(source: str) -> None:
    with pytest.raises(NotJudgedError, match=r"recurses|nested"):
        _evaluate(source, {"x": 1})


def test_a_result_too_deep_to_hold_is_not_judged() -> None:
    source = "$reduce([1..5000], function($inner, $n) {[[$inner]]}, [1])"
    with pytest.raises(NotJudgedError):
        _evaluate(source, {})


GREEDY = """
import resource
from monitor.errors import NotJudgedError
from monitor.languages import compile_translation
resource.setrlimit(resource.RLIMIT_AS, (500_000_000, 500_000_000))
try:
    compile_translation("jsonata", '$reduce([1..60], function($s, $n) {$s & $s}, x)').evaluate({"x": "SECRET"})
except NotJudgedError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its address space")
def test_a_translation_that_wants_all_memory_is_not_judged() -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", GREEDY], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "the translation needs more memory than it may have"


def test_a_document_is_never_changed() -> None:
    document: Json = {"a": {"b": [1, 2]}}
    _evaluate("$ ~> |a|{'c': 1}, 'b'|", document)
    assert document == {"a": {"b": [1, 2]}}


def test_a_number_of_five_thousand_digits_passes_through() -> None:
    digits = "9" * 5000
    document = read_json(digits, exact=False).value
    assert _evaluate("$", document).outputs == {"result": Decimal(digits)}


@pytest.mark.parametrize("text", ["\x1b[2J", "\u202e", "\ud800", "\x00"])
def test_hostile_keys_and_texts_pass(text: str) -> None:
    assert _evaluate("$", {text: text}).outputs == {text: text}
    assert _evaluate("$uppercase(a)", {"a": text}).fault is None

"""What can be seen to be a mistake in a translation without a response."""

from __future__ import annotations

from typing import cast

import pytest

from monitor.languages import CompiledTranslation, compile_translation, kinds, language, suspicions_of


@pytest.mark.parametrize("kind", kinds())
def test_the_examples_of_a_language_are_not_suspicious(kind: str) -> None:
    for example in language(kind).EXAMPLES:
        assert suspicions_of(compile_translation(kind, example.source)) == ()


def test_a_language_that_looks_for_none_has_none() -> None:
    class Plain:
        outputs = ("a",)

    assert suspicions_of(cast("CompiledTranslation", Plain())) == ()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('{"n": $count}', [("n", "$count(...)", "line 1, column 7")]),
        ('{\n "n": $sum(a),\n "l": $sum\n}', [("l", "$sum(...)", "line 3, column 7")]),
        ("$lookup", [("result", "$lookup(...)", "line 1, column 1")]),
        ('{"o": {"p": $count}}', [("o.p", "$count(...)", "line 1, column 13")]),
        ('{"a": flag ? $uppercase : "x"}', [("a", "$uppercase(...)", "line 1, column 14")]),
        ("[$count]", [("result", "$count(...)", "line 1, column 2")]),
        ('{"f": function($x) {$x}}', [("f", "", "")]),
        ("($f := function($x) {$x}; $f)", [("result", "", "")]),
        ("$substring(?, 1)", [("result", "", "")]),
        ('{"n": $count(items)}', []),
        ("$map(items, $string)", []),
        ("items ~> $count", []),
        ("($f := function($x) {$x}; $f(a))", []),
        ("$sort(items, function($l, $r) {$l > $r})", []),
        ("$reduce(items, function($i, $j) {$i + $j})", []),
        ("items.name", []),
        ('{"a": $unbound}', []),
    ],
)
def test_a_function_that_is_not_called(source: str, told: list[tuple[str, str, str]]) -> None:
    found = suspicions_of(compile_translation("jsonata", source))
    assert [
        (one.output, one.fix.removeprefix("call it: ").partition("call it, or")[0], one.position) for one in found
    ] == told

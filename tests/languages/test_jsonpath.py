"""JSONPath: where an error stands, what is missing, what is read, and that everything ends."""

from __future__ import annotations

import json
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ContractError, NotJudgedError
from monitor.jsonpaths import Json, Touch, format_path, parse_path, touch
from monitor.jsonpaths import Path as JsonPath
from monitor.languages import MISSING, compile_translation
from monitor.languages.jsonpath import CompiledPath, Found, NotFound, PathFault, compile_path
from monitor.languages.jsonpath.numbers import double_text

# -- errors -----------------------------------------------------------------------------------------------

WRONG = [
    ("", "column 1", "the path is empty (IllegalArgumentException)"),
    ("  ", "column 1", "a path must not end with '.' or '..'"),
    ("$.", "column 2", "a path must not end with '.' or '..'"),
    ("$...a", "column 4", "'.' is not valid here"),
    ("$x", "column 2", "'.' or '[' is expected"),
    ("$. total", "column 3", "a step begins with a name, not with a blank"),
    ("$.a b", "column 4", "a name with blanks is written ['my name']"),
    ("$.a\n.b c", "line 2, column 3", "a name with blanks is written ['my name']"),
    ("a b", "column 2", "a name with blanks is written ['my name']"),
    ("$[total]", "column 2", "a bracket holds a quoted name, an index, a slice, * or ?(...)"),
    ("$.a['x", "column 7", "the closing ' is missing"),
    ("$.a['x',]", "column 9", "a name is empty"),
    ("$.a['x' 'y']", "column 7", "names are separated by a comma"),
    ("$.a['\\u00zz']", "column 6", "an escape \\u needs four hexadecimal digits"),
    ("$.a[:]", "column 4", "a slice needs a beginning or an end"),
    ("$.a[99999999999]", "column 4", "an index is a whole number of 32 bits"),
    ("$.a[?@.x]", "column 4", "a filter is written [?(...)]"),
    ("$.a[?(@.id]", "column 4", "a filter is written [?(...)]"),
    ("$.a[?(@.id = 'p1')].id", "column 12", "an operator, &&, || or ) is expected"),
    ("$.a[?(@.id and @.b)]", "column 12", "an operator, &&, || or ) is expected"),
    ("$.a[?(@.b[?(@.c = 1)])]", "column 17", "an operator, &&, || or ) is expected"),
    ("$.a[?(@.id == p1)]", "column 15", "a value is expected"),
    ("$.a[?(@.a && )]", "column 14", "a value is expected"),
    ("$.a[?(true)]", "column 11", "a path is expected"),
    ("$.a[?(@.x =~ /(/)]", "column 14", "the regular expression is wrong"),
    (
        "$.a[?(@.x =~ /((((a{1000}){1000}){1000}){1000}){1000}/)]",
        "column 14",
        "the regular expression repeats too much",
    ),
    ("$.a[?(@.x =~ /(a{1000}) {1000}/x)]", "column 14", "the regular expression repeats too much"),
    ("$.a[?(@.x == '\\u00zz')]", "column 15", "an escape \\u needs four hexadecimal digits"),
    ("$.a.sum(1", "column 8", "the brackets of sum( are not closed"),
    ("$.a.sum(])", "column 9", "] closes nothing"),
]


@pytest.mark.parametrize(("path", "where", "what"), WRONG, ids=[repr(path) for path, *_ in WRONG])
def test_an_error_says_what_is_wrong_and_where(path: str, where: str, what: str) -> None:
    with pytest.raises(ContractError) as caught:
        compile_path(path)
    assert caught.value.where == where
    assert what in caught.value.what
    assert caught.value.what.endswith("Exception)")


MISSED = [
    ("$.a.b.c", {}, "$.a"),
    ("$.a.b.c", {"a": {"b": {}}}, "$.a.b.c"),
    ("$.a.b.c", {"a": {"b": None}}, "$.a.b.c"),
    ("$.a[2].b", {"a": [1]}, "$.a[2]"),
    ("$.a[0].b", {"a": {}}, "$.a[0]"),
    ("$.a[*].b", {}, "$.a"),
    ("$.a.length()", {}, "$.a"),
    ("$.sum($.a)", {}, "$.a"),
    ("$['a','b'].c", 1, "$"),
]


@pytest.mark.parametrize(("path", "document", "missing"), MISSED, ids=[path for path, *_ in MISSED])
def test_what_is_missing_is_named(path: str, document: Json, missing: str) -> None:
    assert compile_path(path).evaluate(document) == NotFound(missing)


def test_a_fault_names_the_engines_exception_and_quotes_no_value() -> None:
    fault = compile_path("$.a.sum()").evaluate({"a": ["secret"]})
    assert fault == PathFault("JsonPathException", "an aggregate function has no numbers to work on")


# -- what is read -----------------------------------------------------------------------------------------

READS = [
    ("$.a.b", ["$.a.b"], "$.a.b"),
    ("a.b", ["$.a.b"], "$.a.b"),
    (".b", ["$..b"], "$..b"),
    ("$.a[0].b", ["$.a[0].b"], "$.a[0].b"),
    ("$.a[-1].b", ["$.a[*].b"], "$.a[*].b"),
    ("$.a[1:].b", ["$.a[*].b"], "$.a[*].b"),
    ("$.a[0,1]['x','y']", ["$.a[0].x", "$.a[0].y", "$.a[1].x", "$.a[1].y"], None),
    ("$.a[?(@.b == $.c)].d", ["$.a[*].d", "$.a[*].b", "$.c"], "$.a[*].d"),
    ("$.a[?(!(@.b in [1]) || $.c > @.d[0])]", ["$.a[*]", "$.a[*].b", "$.c", "$.a[*].d[0]"], "$.a[*]"),
    ("$.a[?($.x)]", ["$.a[*]", "$.a[*].x"], "$.a[*]"),
    ("$.a[?(@.t[?(@.u == $.v)])].q", ["$.a[*].q", "$.a[*].t[*]", "$.a[*].t[*].u", "$.v"], "$.a[*].q"),
    ("$..[?(@.a)].b", ["$..b", "$..a"], "$..b"),
    ("$.a.length()", ["$.a"], None),
    ("$..a.max()", ["$..a"], None),
    ("$.sum($.a, $.b[*])", ["$.a", "$.b[*]"], None),
    ("$.l.sum($.a)", ["$.l", "$.a"], None),
    ("$.l.append($.a)", ["$.l", "$.a"], None),
    ("$.append($.a)", ["$", "$.a"], None),
    ("$.b.length($.a)", ["$.b", "$.a", "$.b.a"], None),
]


@pytest.mark.parametrize(("path", "reads", "target"), READS, ids=[path for path, *_ in READS])
def test_reads_and_target_come_from_the_syntax(path: str, reads: list[str], target: str | None) -> None:
    compiled = compile_path(path)
    assert [format_path(read) for read in compiled.reads] == reads
    assert compiled.target == (None if target is None else parse_path(target))


def test_very_many_names_read_the_whole_level() -> None:
    names = ",".join(f"'{number}'" for number in range(400))
    compiled = compile_path(f"$[{names}][{names}][{names}]")
    assert [format_path(read) for read in compiled.reads[:2]] == ["$['0'][*][*]", "$['1'][*][*]"]


_NAMES: Final = ("a", "b", "c")
_SCALARS: Final = st.sampled_from([None, True, 1, 2.0, "1", "x", ""])
_ROWS: Final = st.lists(st.dictionaries(st.sampled_from(_NAMES), _SCALARS, max_size=3), max_size=3)
_DOCUMENTS: Final = st.fixed_dictionaries(
    {}, optional={"rows": _ROWS, "more": _ROWS, "o": st.dictionaries(st.sampled_from(_NAMES), _SCALARS), "n": _SCALARS}
)
_NAME: Final = st.sampled_from(_NAMES)
_OPERAND: Final = st.one_of(
    _NAME.map("@.{}".format), st.sampled_from(["$.n", "$.o.a", "$.more[*].b", "'x'", "1", "['x', 1]", "null"])
)
_TEST: Final = st.one_of(
    st.builds("{} {} {}".format, _NAME.map("@.{}".format), st.sampled_from(["==", "!=", "<", "in", "nin"]), _OPERAND),
    _NAME.map("@.{}".format),
    _NAME.map("!@.{}".format),
)
_FILTER: Final = st.lists(_TEST, min_size=1, max_size=2).map(lambda tests: f"[?({' && '.join(tests)})]")
_LIST: Final = st.builds(
    "{}{}{}".format,
    st.sampled_from(["$.rows", "$.more", "$.nope"]),
    st.one_of(_FILTER, st.sampled_from(["[*]", "[0]", "[-1]", "[1:]", "[0,2]", ""])),
    st.sampled_from(["", ".a", ".b", "['a','c']", ".length()", ".*"]),
)
_PATHS: Final = st.one_of(
    _LIST,
    st.sampled_from(["$.o.a", "$.o.*", "$['n','o']", "$.o.keys()", "$.rows.length()", "$.n", "$.sum($.rows[*].a, 1)"]),
)


def _changed(value: Json, reads: tuple[JsonPath, ...], path: JsonPath = ()) -> Json:
    """``value`` with something else wherever no read touches it, and something new."""
    if isinstance(value, list):
        return [_changed(member, reads, (*path, index)) for index, member in enumerate(value)]
    if not isinstance(value, dict):
        return value
    kept = {key: _changed(of, reads, (*path, key)) for key, of in value.items() if _is_touched(reads, (*path, key))}
    others: dict[str, Json] = {
        key: {"changed": [value.get(key)]} for key in (*value, "new") if not _is_touched(reads, (*path, key))
    }
    return {**others, **kept}


def _is_touched(reads: tuple[JsonPath, ...], path: JsonPath) -> bool:
    return any(touch(read, path) is not Touch.NONE for read in reads)


@settings(max_examples=300)
@given(_PATHS, _DOCUMENTS)
def test_what_is_not_read_has_no_influence(path: str, document: dict[str, Json]) -> None:
    compiled = compile_path(path)
    assert compiled.evaluate(document) == compiled.evaluate(_changed(document, compiled.reads))


# -- as a language ----------------------------------------------------------------------------------------


def test_every_output_has_its_path() -> None:
    translation = compile_translation("jsonpath", '{"a": "$.x", "b": "$.y.z", "c": "$..z"}')
    evaluation = translation.evaluate({"x": None})
    assert dict(evaluation.outputs) == {"a": None, "b": MISSING, "c": []}
    assert translation.reads_of("b") == (("y", "z"),)
    assert translation.reads_of("nope") == ()


def test_one_path_that_fails_fails_them_all_and_says_what_it_read() -> None:
    fault = compile_translation("jsonpath", '{"a": "$.x", "b": "$.y.sum()"}').evaluate({"x": 1, "y": "1"}).fault
    assert fault is not None
    assert (fault.code, fault.reads) == ("JsonPathException", (("y",),))


@pytest.mark.parametrize(
    ("source", "where"), [('{"a": "$.x", "b c": "$.y[x]"}', "$['b c'], column 4"), ("$.y[x]", "column 4"), ("{", "")]
)
def test_a_wrong_source_says_which_output_is_wrong(source: str, where: str) -> None:
    with pytest.raises(ContractError) as caught:
        compile_translation("jsonpath", source)
    assert caught.value.where == where


@pytest.mark.parametrize("source", ["{}", '{"a": 1}', '{"a": {"b": "$.x"}}'])
def test_outputs_without_a_path_are_refused(source: str) -> None:
    with pytest.raises(ContractError, match="every output has one path"):
        compile_translation("jsonpath", source)


# -- numbers ----------------------------------------------------------------------------------------------

DOUBLES = [
    (0.0, "0.0"),
    (1e7, "1.0E7"),
    (9999999.0, "9999999.0"),
    (0.001, "0.001"),
    (1e-4, "1.0E-4"),
    (-2.5e30, "-2.5E30"),
]


@pytest.mark.parametrize(("number", "text"), DOUBLES)
def test_a_double_is_printed_as_java_prints_it(number: float, text: str) -> None:
    assert double_text(number) == text


def test_numbers_that_no_double_holds() -> None:
    huge = json.loads("[" + "9" * 400 + ", 1e400]")
    assert compile_path("$.min()").evaluate(huge) == Found(1.7976931348623157e308)
    assert compile_path("$[?(@ > 1)]").evaluate(huge[:1]) == Found(huge[:1])
    assert compile_path("$[?(@ > 1)]").evaluate(huge) == PathFault(
        "NumberFormatException", "a number of the document is too large"
    )
    assert compile_path("$[?(@ size 1e999999999)]").evaluate(["", "x"]) == Found([""])


# -- bounds -----------------------------------------------------------------------------------------------


def _deep(depth: int) -> Json:
    value: Json = {"x": 1}
    for level in range(depth):
        value = {"a": value} if level % 2 else [value, {"x": level}]
    return value


@pytest.mark.parametrize(
    "path", ["$..x", "$..*", "$..[?(@.x)].x", "$..[0]", "$.concat($.*)", "$[?(@ == @)]", "$.append($)"]
)
def test_a_document_of_two_hundred_levels_is_evaluated(path: str) -> None:
    assert isinstance(compile_path(path).evaluate(_deep(200)), Found)


def test_a_document_that_is_too_deep_is_told() -> None:
    assert isinstance(compile_path("$..x").evaluate(_deep(20_000)), Found)
    with pytest.raises(NotJudgedError, match="nested too deeply"):
        compile_path("$.concat($.*)").evaluate([_deep(20_000)])


REPEATED = [
    "$" + ".a" * 9_000,
    "$" + "['a']" * 3_900,
    "$" + "[?(@.a)]" * 2_000,
    "$" + ".f(1)" * 3_900,
    "$.a[" + "0," * 9_000 + "0]",
    "$[?(" + " && ".join(["@.a == 1"] * 1_600) + ")]",
    "$[?(@.a in [" + "1," * 9_000 + "1])]",
    "$[?(" + "(" * 45 + "@.a" + ")" * 45 + ")]",
    "$[?(" + "!" * 45 + "(@.a))]",
]


@pytest.mark.parametrize("path", REPEATED, ids=[path[:12] for path in REPEATED])
def test_a_long_path_is_compiled_and_evaluated(path: str) -> None:
    assert compile_path(path).evaluate("text") is not None


def test_a_walk_through_very_many_steps_is_told() -> None:
    with pytest.raises(NotJudgedError, match="nested too deeply"):
        compile_path("$" + "[?(@.a)]" * 2_000).evaluate({"a": 1})


NESTED = [
    "$[?(" + "(" * 9_000 + "@.a" + ")" * 9_000 + ")]",
    "$[?(" + "!" * 9_000 + "@.a)]",
    "$[?(@" * 3_000 + ")]" * 3_000,
    "$[?(@.a" * 2_000,
    "$.a(" * 4_000 + ")" * 3_000,
    "$.sum(" * 2_000 + "1" + ")" * 2_000,
    "$.a" + "x" * 20_000,
]


@pytest.mark.parametrize("path", NESTED, ids=[path[:12] for path in NESTED])
def test_a_path_that_is_nested_too_deeply_or_too_long_is_refused(path: str) -> None:
    with pytest.raises(ContractError, match="Exception"):
        compile_path(path)


def test_json_in_a_path_may_be_nested_too_deeply() -> None:
    with pytest.raises(NotJudgedError, match="nested too deeply"):
        compile_path(f"$[?(@.a == {'[' * 5_000}{']' * 5_000})]").evaluate([{"a": []}])


def test_a_regular_expression_that_backtracks_for_ever_is_stopped() -> None:
    with pytest.raises(NotJudgedError, match="a regular expression of a JSONPath takes too long"):
        compile_path("$[?(@.a =~ /(a|aa)+b/)]").evaluate([{"a": "a" * 60 + "!"}])


def test_a_body_of_fifty_megabytes_is_evaluated() -> None:
    member: Json = {"id": 1, "name": "n" * 10_000, "tags": ["x", "y"]}
    document: Json = {"rows": [member] * 5_000}
    assert isinstance(document, dict)
    found = [compile_path(path).evaluate(document) for path in ("$..id", "$.rows[?(@.name == 'x')]", "$..tags[0]")]
    assert [len(answer.value) for answer in found if isinstance(answer, Found) and isinstance(answer.value, list)] == [
        5_000,
        0,
        5_000,
    ]


def test_a_compiled_path_is_the_same_path_for_every_document() -> None:
    """Jayway's own paths remember the last array they scanned; ours do not."""
    compiled: CompiledPath = compile_path("$..[0].id")
    document: Json = {"a": [{"id": 1}, {"id": 2}]}
    assert compiled.evaluate(document) == compiled.evaluate(document) == Found([1])

"""Velocity templates as 2.4.1 renders them.

velocity/rendered.jsonl and velocity/strict.jsonl hold what the Java engine itself gave for templates of ours with the
context velocity/context.json; a fault of an exception leaves out the exception's own words, which may quote values.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ContractError, NotJudgedError
from monitor.jsonpaths import read_json
from monitor.languages import RESULT, compile_translation
from monitor.languages.velocity import Rendered, RenderFault, parse_template, render
from monitor.languages.velocity.tools import GENESYS

TABLES: Final = Path(__file__).with_name("velocity")
CONTEXT: Final[Mapping[str, object]] = json.loads((TABLES / "context.json").read_text(encoding="utf-8"))
Row = dict[str, object]


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (TABLES / name).read_text(encoding="utf-8").splitlines()]


def told(template: str, *, strict: bool = False, name: str = "template", **more: object) -> Row:
    try:
        answer = render(parse_template(template, name), {**CONTEXT, **more}, strict=strict)
    except ContractError:
        return {"kind": "ParseErrorException"}
    if isinstance(answer, Rendered):
        return {"text": answer.text}
    return {"kind": answer.kind, "message": answer.message, "line": answer.line, "column": answer.column}


def text(template: str, **more: object) -> str:
    answer = render(parse_template(template), {**CONTEXT, **more})
    assert isinstance(answer, Rendered), answer
    return answer.text


def fault(template: str, *, strict: bool = False, **more: object) -> RenderFault:
    answer = render(parse_template(template), {**CONTEXT, **more}, strict=strict)
    assert isinstance(answer, RenderFault), answer
    return answer


# -- as the Java engine -----------------------------------------------------------------------------------

RENDERED: Final = rows("rendered.jsonl")
STRICT: Final = rows("strict.jsonl")


@pytest.mark.parametrize("about", dict.fromkeys(str(row["about"]) for row in RENDERED))
def test_rendered_as_by_java(about: str) -> None:
    wrong = {}
    for row in (row for row in RENDERED if row["about"] == about):
        got = told(str(row["template"]))
        if (got.get("text"), got.get("kind")) != (row.get("text"), row.get("kind")):
            wrong[row["template"]] = (row, got)
    assert wrong == {}


@pytest.mark.parametrize("row", STRICT, ids=[str(row["template"]) for row in STRICT])
def test_strict_as_in_java(row: Row) -> None:
    got = told(str(row["template"]), strict=True, name="successTemplate")
    assert got == {key: value for key, value in row.items() if key != "template"}


def test_in_strict_mode_nothing_else_is_rendered_otherwise() -> None:
    """What is rendered at all, for what is escaped and is not there is printed in one mode only."""
    for row in RENDERED:
        strict, lax = told(str(row["template"]), strict=True), told(str(row["template"]))
        assert "text" not in strict or row["about"] == "escapes" or strict == lax


# -- what is told of a template ---------------------------------------------------------------------------

FAULTS: Final = (
    ("#if(", "line 1, column 5"),
    ("a\n #set($x = )", "line 2, column 12"),
    ("\t${x", "line 1, column 12"),  # a tab reaches to the next multiple of eight
    ("😀 #end", "line 1, column 4"),  # two UTF-16 units
    ("#foreach($i)x#end", "line 1, column 1"),
    ('#set($x = "a $b.c(1")', "line 1, column 20"),
    ("#end", "line 1, column 1"),
    ("a\r\n\r#else", "line 3, column 1"),
)


@pytest.mark.parametrize(("source", "where"), FAULTS)
def test_a_wrong_template_is_told_with_its_place(source: str, where: str) -> None:
    with pytest.raises(ContractError, match="Velocity: ") as caught:
        parse_template(source)
    assert caught.value.where == where
    assert caught.value.fix


def test_a_fault_of_a_template_quotes_no_text_of_it() -> None:
    with pytest.raises(ContractError) as caught:
        parse_template('#set($x = "a" "Bearer s3cr3t")')
    assert "s3cr3t" not in str(caught.value)


def test_references() -> None:
    source = '#if($a && !$b.c)$a#end#set($x = $d)${x} "$esc.url("$e.f.g()")" #foreach($i in $j)$i#end $!{k|$l}'
    found = {one.text: one for one in parse_template(source).references}
    assert list(found) == ["$a", "$b.c", "$d", "${x}", '$esc.url("$e.f.g()")', "$e.f.g()", "$j", "$i", "$!{k|$l}", "$l"]
    assert [name for name, one in found.items() if one.assigned] == ["${x}", "$i"]
    assert (found["$e.f.g()"].root, found["$e.f.g()"].members, found["$!{k|$l}"].quiet) == ("e", ("f",), True)
    assert all(source.startswith(one.text, one.start) for one in parse_template(source).references)
    assert [one.guarded for one in parse_template(source).references if one.root in "ab"] == [True, False, False]


@pytest.mark.parametrize(
    ("source", "template"),
    [
        ("#evaluate($q)", "$words[9]"),
        ("#evaluate($q)", "#if("),
        ("#evaluate($q)", "${c4n4ry.x}"),
        ("$n.parseInt($q)", "c4n4ry"),
        ("$s.substring($q)", "c4n4ry"),
        ("$words[$q]", "c4n4ry"),
        ("$s.replaceAll($q, 'x')", "[c4n4ry"),
        ("$s.format($q)", "%s c4n4ry %s"),
    ],
)
def test_no_fault_quotes_a_value(source: str, template: str) -> None:
    answer = fault(source, strict=True, q=template)
    assert "c4n4ry" not in answer.message
    assert answer.message


def test_rendering_changes_nothing_of_the_context() -> None:
    values = copy.deepcopy(dict(CONTEXT))
    source = (
        "#set($m.a = 2)#set($words[0] = 1)$words.add(3)$m.clear()#foreach($i in $items)#set($i.id = 9)$i.tags.clear#end"
        '#set($x = "#set($m.q = 1)")#evaluate("$words.add(1)")$words'
    )
    assert isinstance(render(parse_template(source), values), Rendered)
    assert values == CONTEXT


# -- what the Java rows do not show -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$u.length() $u.substring(3) $u.indexOf('b') $u.charAt(0) $u.toUpperCase()", "4 b 3 a A😀B"),
        ("$q.split('.') $q.split('[.]') $q.split('\\.')", "[] [a, b, c] [a, b, c]"),
        ("$q.replaceAll('\\W', '-') $q.replaceAll('\\Q.\\E', '') $q.matches('a.b.c')", "a-b-c abc true"),
        ("$r.replaceAll('\\p{Alpha}+', '_') $r.replaceAll('\\p{L}+', '_') $r.replaceAll('[^\\s]', 'x')", "é1 _1 xx"),
        ("$s.format('%,.2f|%+d|%(d|%08.3f|%e|%g|%o|%X|%c|%h', 1234.5, 7, -7, 1.5, 1234.5, 0.5, 8, 255, 65, 'a')",
         "1,234.50|+7|(7)|0001.500|1.234500e+03|0.500000|10|FF|A|61"),
        ("$s.format('%2$s-%1$s-%<s %s', 'a', 'b') $s.format('%5b|%.1s', $nothing, 'xy')", "b-a-a a false|x"),
        ("$x.k $x['k'] $x.size() $x", '1 1 1 {"k":1}'),
        ("#set($a = [$m, 'x'])$a #set($b = {'k': $words})$b", '[{"a":1,"b":{"c":"deep"}}, x] {k=["one","two"]}'),
    ],
)  # fmt: skip
def test_methods(template: str, expected: str) -> None:
    assert text(template, u="a😀b", q="a.b.c", r="é1", x={"k": 1}) == expected


def test_json_as_json_smart_prints_it() -> None:
    value = {"a/b": 'x"\n\u2028', "n": None, "t": [True, 1.0, {}]}
    assert text("$v", v=value) == '{"t":[true,1.0,{}],"a\\/b":"x\\"\\n\\u2028","n":null}'


# -- Genesys' macros --------------------------------------------------------------------------------------

MACROS: Final = (
    ('$esc.jsonEncode($v)|$esc.jsonString("$v")', r"a\"b\\\/\n\u00E9\uD83D\uDE00 |a\"b\\\/\n\u00E9\uD83D\uDE00 "),
    ("$esc.jsonDecode($esc.jsonEncode($v))", 'a"b\\/\né😀 '),
    ("$esc.url($v)|$esc.urlFormEncode('a b&~*')", "a%22b%5C%2F%0A%C3%A9%F0%9F%98%80+|a+b%26%7E*"),
    ("$esc.uriEncode('a b/é')", "a%20b%2F%C3%A9"),
    ("$esc.html('<é&\"')|$esc.xml(\"<'&\")|$esc.sql(\"it's\")", "&lt;&eacute;&amp;&quot;|&lt;&apos;&amp;|it''s"),
    ("$esc.java('\"é')|$esc.javascript(\"'/\")", r"\"\u00E9|\'\/"),
    ("$esc.d$esc.h$esc.q$esc.s$esc.b$esc.e$esc.dollar$esc.hash$esc.quote", "$#\"'\\!$#\""),
    ("$esc.url($nothing)|$!esc.url($nothing)|$esc.nope('x')|$!esc.nope", "$esc.url($nothing)||$esc.nope('x')|"),
    ("$encoding.base64('a:b')|$encoding.base64($nothing)", "YTpi|$encoding.base64($nothing)"),
    ("$salesforce.escReserved('a-b?(c)')", "a\\-b\\?\\(c\\)"),
    ("$urlTool.optionalQueryParam('q', 'a b')|$urlTool.optionalQueryParam('q', $nothing)", "q=a+b|"),
    ("$successTemplateUtils.firstFromArray('[1.5,2]')|$successTemplateUtils.firstFromArray('[]')|", "1.5||"),
    ("$successTemplateUtils.firstFromArray('[[1, 2]]', 'x')|$successTemplateUtils.firstFromArray('x', 'y')", "[1,2]|y"),
    ("$successTemplateUtils.moveKeysIntoArrayOfObjects('{\"a\":{\"v\":1},\"b\":2}')",
     '[{"v":1,"key":"a"},{"value":2,"key":"b"}]'),
    ("$math.add(1,2) $math.add(1.5,'2') $math.sub(5,2,1) $math.mul(2,3) $math.div(7,2)", "3 3.5 2 6 3.5"),
    ("$math.div(6,2) $math.div(8,2,2)", "3 2"),
    ("$math.idiv(-7,2) $math.mod(-7,3) $math.max(1,2.5) $math.min('3',1) $math.pow(2,3) $math.pow(2,100)",
     "-3 -1 2.5 1 8 9223372036854775807"),
    ("$math.round(2.5) $math.ceil('1.2') $math.floor(-1.2) $math.abs(-5) $math.roundTo(1,2.25)", "2 2 -2 5 2.3"),
    ("$math.toInteger('5.7') $math.toDouble(5) $math.toNumber('5abc') $math.getTotal([1,2]) $math.getAverage([1,2])",
     "5 5.0 5 3 1.5"),
    ("$math.div(1,0)|$math.add('x',1)|$math.add(1,$nothing)|$math.round(1,2)|$math.random",
     "$math.div(1,0)|$math.add('x',1)|$math.add(1,$nothing)|$math.round(1,2)|$math.random"),
)  # fmt: skip


@pytest.mark.parametrize(("template", "expected"), MACROS)
def test_macros(template: str, expected: str) -> None:
    assert text(template, **{**GENESYS, "v": 'a"b\\/\né😀 '}) == expected


def test_what_cannot_be_moved_is_a_fault() -> None:
    answer = render(parse_template("$successTemplateUtils.moveKeysIntoArrayOfObjects('[]')"), GENESYS)
    assert isinstance(answer, RenderFault)
    assert answer.kind == "MethodInvocationException"


# -- as a language ----------------------------------------------------------------------------------------


def test_a_template_as_a_translation() -> None:
    compiled = compile_translation("velocity", '#set($x = $id)$x ${a.b}$esc.url("$c")')
    assert compiled.reads_of(RESULT) == (("id",), ("a", "b"), ("c",))
    assert compiled.reads_of("other") == ()
    told = compiled.evaluate({"id": 1, "a": {"b": 2}})
    assert (told.outputs, told.named) == ({RESULT: "1 2%24c"}, False)
    assert compile_translation("velocity", "$rawResult").reads_of(RESULT) == ((),)
    fault = compile_translation("velocity", "\n$a[3]").evaluate({"a": []}).fault
    assert fault is not None
    assert (fault.code, fault.position) == ("VelocityException", "line 2, column 3")


def test_a_response_with_a_number_of_thousands_of_digits_is_not_judged() -> None:
    document = read_json(b'{"id": %s}' % (b"9" * 5_000), exact=False).value
    with pytest.raises(NotJudgedError, match="a number of the response is too large"):
        compile_translation("velocity", "${id}").evaluate(document)


def test_a_response_that_is_nested_too_deeply_is_not_judged() -> None:
    deep: list[object] = []
    for _ in range(3_000):
        deep = [deep]
    with pytest.raises(NotJudgedError):
        compile_translation("velocity", "$rawResult").evaluate(deep)  # type: ignore[arg-type]
    answer = render(parse_template("$x"), {"x": deep})
    assert isinstance(answer, RenderFault)
    assert answer.kind == "Bound"


# -- laws -------------------------------------------------------------------------------------------------

_PIECES: Final = (
    "$s", "${s}", "$!{missing}", "$missing", "$m.a", "$items[0].id", "$n", "$words", "$nothing", "#if($yes)",
    "#if(!$no)", "#elseif($s)", "#else", "#{else}", "#end", "#set($a = 1)", '#set($a = "x$s")',
    "#foreach($i in [1..2])", "$i", "$a", "#foreach($i in $words)", "#break", "#stop", "#macro(mm $p)<$p>#end",
    "#mm(1)", "#nope", "#define($d)D#end", "$d", "#evaluate('$s')", "$words.add(1)", "#set($m.a = 2)", " ", "\n",
    "\t", "text", "{", "}", '"', "(", ")", "$", "#", "|", "##c\n", "#* c *#", "#[[$s]]#", ".", "[", "]", ",", "5",
    "-", "!",
)  # fmt: skip
_TEMPLATES: Final = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)
_PLAIN: Final = st.text(st.characters(exclude_characters="$#"), max_size=60)


@settings(max_examples=150)
@given(_PLAIN)
def test_a_text_without_dollars_and_hashes_is_itself(plain: str) -> None:
    assert text(plain) == plain


@settings(max_examples=80)
@given(_PLAIN, _PLAIN, st.text(max_size=30))
def test_a_reference_is_replaced_by_its_value(before: str, after: str, value: str) -> None:
    before = before.rstrip("\\")
    assert text(f"{before}${{v}}{after}", v=value) == before + value + after


@settings(max_examples=60)
@given(_PLAIN)
def test_verbatim_text_is_itself(plain: str) -> None:
    plain = plain.replace("]", "").replace("\x1c", "")
    assert text(f"#[[{plain}]]#") == plain


@settings(max_examples=150)
@given(_TEMPLATES)
def test_rendering_is_repeatable_and_changes_nothing(source: str) -> None:
    values = copy.deepcopy(dict(CONTEXT))
    try:
        template = parse_template(source)
    except ContractError:
        return
    answers = [render(template, values, strict=strict) for strict in (False, True, False, True)]
    assert answers[:2] == answers[2:]
    assert values == CONTEXT
    if isinstance(answers[1], Rendered):
        assert answers[0] == answers[1]

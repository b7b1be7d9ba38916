"""Whatever a template tries, it ends: with a fault of the bound, with what Velocity itself says, or not judged."""

from __future__ import annotations

import pytest

from monitor.errors import ContractError, NotJudgedError
from monitor.languages import compile_translation
from monitor.languages.jsonpath.repetitions import repeats_too_much
from monitor.languages.velocity import Bounds, Rendered, RenderFault, parse_template, render
from monitor.languages.velocity.tools import GENESYS

SMALL = Bounds(steps=5_000, text=100_000, depth=20)
THOUSAND = "#set($n = [1..1000])"

BOUND = (
    "#foreach($i in [1..10000])x#end",
    "#foreach($i in [1..100])#foreach($j in [1..100])x#end#end",
    "#set($x = [1..99999999999])",
    "#set($x = [99999999999..1])",
    "#set($x = 'ab')#foreach($i in [1..60])#set($x = $x + $x)#end$x",
    '#set($x = "ab")#foreach($i in [1..60])#set($x = "$x$x")#end$x',
    "#set($x = 'ab')#foreach($i in [1..60])#set($x = $x.concat($x))#end",
    "#set($x = 'aa')#foreach($i in [1..60])#set($x = $x.replace('a', 'aa'))#end",
    "#set($x = 'aa')#foreach($i in [1..60])#set($x = $x.replaceAll('a', '$0$0'))#end",
    "$s.repeat(999999999)",
    "$s.indent(999999999)",
    "$s.format('%999999999d', 1)",
    "$s.format('%.999999f', 1.5)",
    "#set($l = [1])#foreach($i in [1..60])$l.addAll($l)#end",
    "#set($l = [1])#foreach($i in [1..60])#set($l = [$l, $l])#end$l",
    "#set($l = [1])#set($k = [1])#foreach($i in [1..60])#set($l = [$l, $l])#set($k = [$k, $k])#end#if($l == $k)x#end",
    "#set($l = [1])#foreach($i in [1..60])#set($l = [$l, $l])#end$l.hashCode()",
    "#set($m = {})#set($l = [1])#foreach($i in [1..60])#set($l = [$l, $l])#end$m.put($l, 1)",
    "#set($x = '#evaluate($x)')#evaluate($x)",
    "#set($x = '#set($x = $x + $x)#evaluate($x)')#evaluate($x)",
    "#define($d)#foreach($i in [1..9])$e$e#end#end#define($e)#foreach($j in [1..99])$f$f#end#end#define($f)xxx#end$d",
    "#macro(m $n)#foreach($i in [1..20])#if($n < 9)#set($k = $n + 1)#m($k)#end#end#end#m(0)",
    "#set($x = 2)#foreach($i in [1..60])#set($x = $x * $x)#end",
    "#set($x = '2')#foreach($i in [1..60])#set($x = $x * $x)#end",
    f"{THOUSAND}#foreach($i in $n)$big.contains('y')#end",
    f"{THOUSAND}#foreach($i in $n)$s.matches('x+')#end",
)


@pytest.mark.parametrize("source", BOUND)
def test_what_has_no_end_is_ended(source: str) -> None:
    answer = render(parse_template(source), {"s": "x", "big": "x" * 99_000}, bounds=SMALL)
    assert isinstance(answer, RenderFault)
    assert answer.kind == "Bound"
    assert " more than " in answer.message or " too " in answer.message


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("#macro(a)#a()#a()#end#a()", "MacroOverflowException"),
        (
            "#macro(a)$bodyContent#end#@a()#@a()x#end#end#macro(b)#c()#end#macro(c)#b()#end#b()",
            "MacroOverflowException",
        ),
        ("#foreach($i in $l)$l.add(1)#end", "ConcurrentModificationException"),
    ],
)
def test_what_velocity_ends_itself(source: str, kind: str) -> None:
    answer = render(parse_template(source), {"l": [1, 2, 3]}, bounds=SMALL)
    assert isinstance(answer, RenderFault)
    assert answer.kind == kind


def test_what_is_printed_within_itself_comes_to_an_end() -> None:
    assert render(parse_template("#define($d)x$d#end$d"), {}) == Rendered("xx$d")


THIRTY = "#set($t = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa')"
NESTED = "#set($l = [1])#foreach($i in [1..40])#set($l = [$l, $l])#end"
NESTED_TOO = NESTED.replace("$l", "$m")
HOLDS_ITSELF = "#set($m = {})#set($m.a = $m)#set($n = {})#set($n.a = $n)"
LONG = "#set($a = $t)#foreach($i in [1..12])#set($a = $a + $a)#end"
ALL = "#set($r = '$0$0$0$0$0$0$0')"
LONG_TEXT = "a text becomes too long"
WORK = (
    ("$s.matches('(a|aa)+')", "a regular expression takes too long"),
    ("$s.replaceAll('(a|aa)+$', 'x')", "a regular expression takes too long"),
    ("$s.split('(a|aa)+$')", "a regular expression takes too long"),
    ("#set($l = [])$l.add($l)$l", "nested too deeply"),
    ("#set($m = {})#set($m.a = $m)#if($m == {'a': 1})x#end$m", "nested too deeply"),
    (f"{HOLDS_ITSELF}#if($m == $n)x#end", "nested too deeply"),
    (f"{NESTED}$l", "a value becomes too large"),
    (f"{NESTED}{NESTED_TOO}#if($l == $m)x#end", "a value becomes too large"),
    (f"{NESTED}$esc.url($l)", "a value becomes too large"),
    (f"{NESTED}$urlTool.optionalQueryParam($l, $l)", "a value becomes too large"),
    ("#set($l = [1])#foreach($i in [1..34])$l.addAll($l)#end", " steps"),
    ("$s.matches('((((a{1000}){1000}){1000}){1000}){1000}')", "repeats too much"),
    ("$s.matches('(a{1000}[(]){1000}')", "repeats too much"),
    (f"$s.matches('{'(' * 900}a{')' * 900}')", "nested too deeply"),
    ("$s.split('(?x)(a{1000}) {1000}')", "repeats too much"),
    ("$s.replaceAll('a{100000000}', '')", "repeats too much"),
    (f"{THIRTY}{LONG}$a.replace('', $a)", LONG_TEXT),
    (f"{THIRTY}{LONG}$a.replaceAll('', $a)", LONG_TEXT),
    (f"{THIRTY}{LONG}{ALL}#set($r = $r + $r + $r + $r + $r + $r + $r)$a.replaceAll('.+', $r)", LONG_TEXT),
    (f"{THIRTY}{LONG}#set($l = $a.split('a', 100))$t.join($a, $l)", LONG_TEXT),
    ("$s.format('%2147483000s', 'a')", LONG_TEXT),
    ("$s.format('%2147483000n')", LONG_TEXT),
    ("#set($f = '%1$9999s')#foreach($i in [1..10])#set($f = $f + $f)#end$s.format($f, 1)", LONG_TEXT),
)


@pytest.mark.parametrize(("source", "told"), WORK)
def test_what_works_without_an_end_is_ended(source: str, told: str) -> None:
    answer = render(parse_template(source), {**GENESYS, "s": "a" * 60 + "!"}, bounds=Bounds(text=500_000))
    assert isinstance(answer, RenderFault)
    assert (answer.kind, told in answer.message) == ("Bound", True), answer


def test_a_translation_that_has_no_end_is_not_judged() -> None:
    with pytest.raises(NotJudgedError, match="repeats too much"):
        compile_translation("velocity", "$s.matches('(a{1000}){1000}')").evaluate({"s": "a"})


@pytest.mark.parametrize("source", ["#foreach($i in [1..5])x#end", "$s.matches('a')", "x"])
def test_all_the_work_of_a_rendering_has_one_budget(source: str) -> None:
    answer = render(parse_template(source), {"s": "a"}, bounds=Bounds(seconds=0))
    assert isinstance(answer, RenderFault)
    assert (answer.kind, answer.message) == ("Bound", "the template takes too long")


@pytest.mark.parametrize(
    ("pattern", "too_much"),
    [
        (r"(\d{1,3}\.){3}\d{1,3}", False),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", False),
        (r"(\w{1,63}\.){1,127}", False),
        (r".{0,65535}", False),
        (r"(a{400}){400}", True),
        (r"((a{300,400}){0,9}b){400}", True),
        (r"(?x)((a){400} ) {400}", True),
        (r"a{00000000000000000000001}", False),
        (r"a{99999999999999999999999}", True),
    ],
)
def test_repetitions_are_counted_before_they_are_made(pattern: str, too_much: bool) -> None:
    assert repeats_too_much(pattern) is too_much


@pytest.mark.parametrize(("text", "wanted", "upto"), [("abcabc", "abc", None), ("abcabc", "abc", 2), ("aaa", "", None)])
def test_the_last_place_is_found_from_behind(text: str, wanted: str, upto: int | None) -> None:
    end = "" if upto is None else f", {upto}"
    expected = text.rfind(wanted) if upto is None else text.rfind(wanted, 0, upto + len(wanted))
    assert render(parse_template(f"$t.lastIndexOf('{wanted}'{end})"), {"t": text}) == Rendered(str(expected))


@pytest.mark.parametrize(
    "source",
    [
        "#if($a)" * 200 + "#end" * 200,
        "#set($x = " + "(" * 5_000 + "1" + ")" * 5_000 + ")",
        "#set($x = " + "[" * 5_000,
        "#set($x = " + "{'a':" * 5_000,
        "$a.b(" * 5_000,
        "$a[" * 5_000,
        "#if(" + "!" * 5_000 + "$a)x#end",
        "#set($x = 1" + " + 1" * 5_000 + ")",
        "\\" * 5_000 + "$a",
        "#set($x = " + "9" * 5_000 + ")",
        "x" * 200_001,
    ],
    ids=lambda source: source[:12],
)
def test_what_is_too_deep_or_too_long_is_told(source: str) -> None:
    with pytest.raises(ContractError, match="Velocity: "):
        parse_template(source)


def test_what_is_long_but_flat_is_rendered() -> None:
    source = '{"a": "$s", "b": [$n, ${s}]}\n' * 500 + "#if($s)x#{else}y#end\n" * 500 + "##\n" * 500 + "a" * 100_000
    expected = '{"a": "x", "b": [1, x]}\n' * 500 + "x" * 500 + "a" * 100_000
    assert render(parse_template(source), {"s": "x", "n": 1}) == Rendered(expected)


def test_the_bounds_leave_room_for_what_is_usual() -> None:
    source = "#foreach($i in $rows)#if($i.id > 3)${i.name.toUpperCase().replaceAll('[^A-Z]', '')},#end#end"
    rows = [{"id": place, "name": f"name {place}"} for place in range(300)]
    assert render(parse_template(source), {"rows": rows}) == Rendered("NAME," * 296)

"""What a JSONata expression reads, case by case. That it is never too little, the official suite shows."""

from __future__ import annotations

import pytest

from monitor.jsonpaths import format_path
from monitor.languages import compile_translation

RESULTS = [
    # paths and what stands in them
    ("a.b", "$.a.b"),
    ("a.b[]", "$.a.b"),
    ("'odd.key'.b", "$['odd.key'].b"),
    ("a[0].b[-1]", "$.a.b"),
    ("a.*.b", "$.a[*].b $.a[*][*].b"),
    ("**.price", "$..price"),
    ("$", "$"),
    ("$$.a", "$.a"),
    ("$.a", "$.a"),
    ("a.(b; c)", "$.a.b $.a.c"),
    ('items[type = "x"].price', "$.items.price $.items.type"),
    ("items[price > $$.limit].name", "$.items.name $.items.price $.limit"),
    ("items^(>price, name).id", "$.items.id $.items.name $.items.price"),
    ("items{type: $sum(price)}", "$.items.price $.items.type"),
    ("items#$i[$i < 3].name", "$.items.name"),
    ("items#$i.{'n': $i}", "$.items"),
    ("a.b.%.c", "$.a.b $.a.c"),
    ("z.a.b.{'x': %.c, 'y': %.%.d}", "$.z.a.b $.z.a.c $.z.d"),
    ("z.a[b.c = %.d].e", "$.z.a.b.c $.z.a.e $.z.d"),
    ("loans@$l.books@$b[$l.isbn = $b.isbn].{'t': $b.title}", "$.books.isbn $.books.title $.loans.isbn"),
    # operators
    ("a + b", "$.a $.b"),
    ("-a", "$.a"),
    ("a & 'x' & b", "$.a $.b"),
    ("a in b", "$.a $.b"),
    ("[a..b]", "$.a $.b"),
    ("[a, b][0]", "$.a $.b"),
    ("a ? b : c", "$.a $.b $.c"),
    ("contact ? contact.email : other", "$.contact.email $.other"),
    ("(a ?: b).c", "$.a.c $.b.c"),
    ("(a ?? b).c", "$.a.c $.b.c"),
    ("$exists(contact) and contact.email != ''", "$.contact.email"),
    # variables and blocks
    ("($c := customer; $c.name)", "$.customer.name"),
    ("($unused := a; b)", "$.b"),
    ("($x := a; $x := b; $x)", "$.b"),
    ("($assert(ok); a)", "$.a $.ok"),
    ("($x := a; ($x := b); $x)", "$.a $.b"),
    ("{'x': a, 'y': b}.x", "$.a"),
    ("($o := {'x': a, 'y': {'z': b}}; $o.y.z)", "$.b"),
    ("$merge([customer, {'x': y}]).x", "$.customer.x $.y"),
    # functions
    ("$count(items)", "$.items"),
    ("$sum(items.price)", "$.items.price"),
    ("$string()", "$"),
    ("a.$uppercase()", "$.a"),
    ("a.$substring(0, 1)", "$.a"),
    ("$substring(a, 1)", "$.a"),
    ("a.$contains('x')", "$.a"),
    ("$map(items, function($i) {$i.price})", "$.items.price"),
    ("$map(items, function($i, $n, $all) {$all[0].x})", "$.items.x"),
    ("$map(items, $uppercase)", "$.items"),
    ("$filter(items, function($i) {$i.ok}).name", "$.items.name $.items.ok"),
    ("$single(items, function($i) {$i.id = 1}).name", "$.items.id $.items.name"),
    ("$reduce(items, function($sum, $i) {$sum + $i.price}, 0)", "$.items.price"),
    ("$sort(items, function($l, $r) {$l.p > $r.p}).n", "$.items.n $.items.p"),
    ("$each(o, function($v, $k) {$v.x})", "$.o[*].x $.o[*][*].x"),
    ("$sift(o, function($v) {$v.x})", "$.o $.o[*].x $.o[*][*].x"),
    ("$lookup(customer, 'name')", "$.customer.name"),
    ("($key := 'name'; $lookup(customer, $key))", "$.customer.name"),
    ("$lookup(customer, key)", "$.customer[*] $.customer[*][*] $.key"),
    ("$keys(a)", "$.a"),
    ("a ~> $trim ~> $uppercase", "$.a"),
    ("a ~> $substring(0, 1)", "$.a"),
    ("a[$ ~> /x/].b", "$.a $.a.b"),
    ("($f := $trim ~> $uppercase; $f(a))", "$.a"),
    ("($f := $substring(?, 0, 1); $f(a))", "$.a"),
    ("($f := function($x) {$x.y}; $f(a) + $f(b))", "$.a.y $.b.y"),
    ("function($x)<x-:x>{$x.y}(a)", "$.a.y"),
    ("a.function($x)<x-:x>{$x.y}()", "$.a.y"),
    ("$ ~> |a.b|{'x': y}, ['z']|", "$ $.a.b.y"),
    ("$sum", ""),
    ("$nobody(a)", "$.a"),
    ("'text'", ""),
    ("1 + 2", ""),
    ("$now()", ""),
]


@pytest.mark.parametrize(("source", "reads"), RESULTS, ids=[source for source, _ in RESULTS])
def test_what_a_result_reads(source: str, reads: str) -> None:
    translation = compile_translation("jsonata", source)
    assert [format_path(path) for path in translation.reads_of("result")] == reads.split()


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("{'a': x, 'b': y.z}", {"a": "$.x", "b": "$.y.z"}),
        ("{'a': {'b': x, 'odd key': y}}", {"a": "$.x $.y", "a.b": "$.x", "a['odd key']": "$.y"}),
        ("{'a': items.{'p': price}}", {"a": "$.items.price", "a.p": "$.items.price"}),
        ("($c := c; {'a': $c.x, 'b': $c.y})", {"a": "$.c.x", "b": "$.c.y"}),
        ("ok ? {'a': x} : {'b': y}", {"a": "$.ok $.x", "b": "$.ok $.y"}),
        ("($r := {'a': x}; $r)", {"a": "$.x"}),
        ("{'a': x} ~> $merge()", {"a": "$.x"}),
    ],
)
def test_what_each_output_reads(source: str, reads: dict[str, str]) -> None:
    translation = compile_translation("jsonata", source)
    assert set(translation.outputs) == {name for name in reads if "." not in name and "[" not in name}
    told = {name: " ".join(map(format_path, paths)) for name, paths in translation.reads.items()}
    assert told == reads


@pytest.mark.parametrize(
    ("source", "output", "reads"),
    [
        ("customer", "name", "$.customer.name"),
        ("customer.{'name': fullName}", "name", "$.customer.fullName"),
        ("$merge([customer, {'x': y}])", "z", "$.customer.z"),
        ("{k: a, 'b': c}", "anything", "$.a $.k"),
        ("{'b': c}", "unheard_of", ""),
    ],
)
def test_what_an_output_reads_that_only_a_response_names(source: str, output: str, reads: str) -> None:
    translation = compile_translation("jsonata", source)
    assert " ".join(map(format_path, translation.reads_of(output))) == reads


def test_a_recursion_reads_all_below_its_argument() -> None:
    source = "($f := function($n) {$n.next ? $f($n.next) : $n.name}; $f(tree))"
    reads = compile_translation("jsonata", source).reads_of("result")
    assert all(format_path(path).startswith("$.tree") for path in reads)
    assert "$.tree.next.next.." in map(format_path, reads)


DOUBLING = "($f0 := function($x) {$x.a};" + "".join(
    f"$f{n} := function($x) {{$f{n - 1}($x) + $f{n - 1}($x.b)}};" for n in range(1, 40)
)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(DOUBLING + "$f39($))", id="calls that double"),
        pytest.param("a" + ".b" * 150, id="a long path"),
        pytest.param("[" + ",".join(f"a{n}.b[c{n}].d" for n in range(300)) + "]", id="a wide array"),
        pytest.param(" & ".join(["a"] * 200), id="a deep tree"),
        pytest.param("($y := function($f) {$f($f)}; $y(function($f) {$f($f)}))", id="self-application"),
    ],
)
def test_a_costly_expression_is_given_up_and_not_waited_for(source: str) -> None:
    assert isinstance(compile_translation("jsonata", source).reads_of("result"), tuple)

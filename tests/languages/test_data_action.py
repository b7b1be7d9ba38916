"""A data action's response half, step by step: what enters the template, what comes out, and what each output reads."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from monitor.errors import ContractError, NotJudgedError
from monitor.jsonpaths import Json, format_path, read_json
from monitor.languages import MISSING, Evaluation, Value, data_action
from monitor.languages.data_action import DataActionTranslation
from monitor.languages.data_action.assumptions import FAILED_FUNCTION, FIRST_OF_NOTHING, GAPS_ARE_NULL, TAIL_IS_IGNORED
from monitor.languages.data_action.steps import PROCESSING, REMOTE_ENDPOINT, Extracted, Origin

STRING: Json = {"type": "string"}
FIRST = "$successTemplateUtils.firstFromArray"
QUOTED = "${esc.quote}"


def schema_of(*names: str) -> Json:
    """Strings of those names; ``a.b`` is nested, ``a[].b`` a list of objects, ``[].a`` a list at the top."""
    schema: dict[str, Json] = {"type": "object"}
    for name in names:
        here = schema
        for step in name.replace("[]", ".[]").strip(".").split("."):
            if step == "[]":
                here["type"] = "array"
                inner = here.setdefault("items", {"type": "object"})
            else:
                properties = here.setdefault("properties", {})
                assert isinstance(properties, dict)
                inner = properties.setdefault(step, {})
            assert isinstance(inner, dict)
            here = inner
    return schema


def action(
    template: str,
    paths: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
    schema: Json = None,
) -> DataActionTranslation:
    source = {
        "translationMap": dict(paths or {}),
        "translationMapDefaults": dict(defaults or {}),
        "successTemplate": template,
        "successSchema": schema,
    }
    return data_action.compile(json.dumps(source))


def one(path: str, default: str | None = None, template: str = '{"out": ${x}}') -> DataActionTranslation:
    """One path, one output."""
    return action(template, {"x": path}, {} if default is None else {"x": default}, schema_of("out"))


def message(evaluation: Evaluation) -> str:
    assert evaluation.fault is not None
    return evaluation.fault.message


# -- what enters the template -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "document", "origin", "text"),
    [
        pytest.param("$.a", {"a": "b"}, Origin.FOUND, '"b"', id="a string comes with its quotation marks"),
        pytest.param("$.a", {"a": 'é"\n/'}, Origin.FOUND, '"é\\"\\n/"', id="and escaped as JSON"),
        pytest.param("$.a", {"a": ["b", 1]}, Origin.FOUND, '["b",1]', id="a list without blanks"),
        pytest.param("$.a", {"a": {"b": None}}, Origin.FOUND, '{"b":null}', id="an object"),
        pytest.param("$.a", {"a": 10**20}, Origin.FOUND, "1" + "0" * 20, id="an integer of any size"),
        pytest.param("$.a", {"a": 1.0}, Origin.FOUND, "1.0", id="a decimal"),
        pytest.param("$.a", {"a": True}, Origin.FOUND, "true", id="a boolean as JSON writes it"),
        pytest.param("$.a", {"a": None}, Origin.FOUND, "null", id="null is a value"),
        pytest.param("$.a", {"a": ""}, Origin.FOUND, '""', id="an empty string is a value"),
        pytest.param("$.a", {}, Origin.DEFAULT, "0", id="a definite leaf that is missing"),
        pytest.param("$.a.b", {"a": {}}, Origin.DEFAULT, "0", id="a definite leaf below"),
        pytest.param("$.a.b", {}, Origin.DEFAULT, "0", id="a definite parent that is missing"),
        pytest.param("$.a.b", {"a": None}, Origin.DEFAULT, "0", id="a definite parent that is null"),
        pytest.param("$.a[0]", {"a": []}, Origin.DEFAULT, "0", id="a definite member that is missing"),
        pytest.param("$.a[*].b", {}, Origin.DEFAULT, "0", id="missing before the first indefinite step"),
        pytest.param("$.a[*].b", {"a": []}, Origin.FOUND, "[]", id="no members: found"),
        pytest.param("$.a[*].b", {"a": [{"c": 1}]}, Origin.FOUND, "[]", id="missing after an indefinite step: found"),
        pytest.param("$.a[?(@.b == 1)].c", {"a": [{"b": 2}]}, Origin.FOUND, "[]", id="a filter that takes none"),
        pytest.param("$..b", {}, Origin.FOUND, "[]", id="anywhere, and nowhere"),
        pytest.param("$.a.max()", {"a": ["x"]}, Origin.DEFAULT, "0", id="a function that fails"),
    ],
)
def test_what_a_path_gives(path: str, document: Json, origin: Origin, text: str) -> None:
    (found,) = one(path, "0").steps(document).extracted
    assert (found.origin, found.text) == (origin, text)
    assert bool(found.detail) == (origin is Origin.DEFAULT)
    (bare,) = one(path).steps(document).extracted
    assert bare.origin is (Origin.UNSET if origin is Origin.DEFAULT else origin)


def test_what_is_missing_is_named_as_far_as_it_is_there() -> None:
    (found,) = one("$.a[0].b.c").steps({"a": [{"c": 1}]}).extracted
    assert found == Extracted("x", "$.a[0].b.c", Origin.UNSET, "", "$.a[0].b is not there")


def test_a_default_without_a_path_is_a_constant() -> None:
    made = action('{"out": ${x}}', {}, {"x": '"c"'}, schema_of("out"))
    assert made.steps({}).extracted == (Extracted("x", "", Origin.CONSTANT, '"c"'),)
    assert made.evaluate({}) == Evaluation({"out": "c"}, whole={"out": "c"})
    assert made.default_of("out") == '"c"'


# -- four things told apart -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "default", "document", "out", "taken"),
    [
        ("$.a", '"d"', {"a": "b"}, "b", None),
        ("$.a", '"d"', {"a": None}, None, None),
        ("$.a", '"d"', {"a": ""}, "", None),
        ("$.a", '"d"', {"a": "d"}, "d", None),
        ("$.a", '"d"', {}, "d", '"d"'),
        ("$.a", '""', {}, "", '""'),
        ("$.a", "null", {}, None, "null"),
        ("$.a", "[]", {}, [], "[]"),
        ("$..a", '["d"]', {}, [], None),
        ("$.a[*].b", '["d"]', {}, ["d"], '["d"]'),
    ],
)
def test_undefined_null_empty_and_default(
    path: str, default: str, document: Json, out: Value, taken: str | None
) -> None:
    evaluation = one(path, default).evaluate(document)
    assert dict(evaluation.outputs) == {"out": out}
    assert evaluation.defaults.get("out") == taken


def test_an_output_that_nothing_fills_is_missing() -> None:
    evaluation = action('{"out": ${x}}', {"x": "$.a"}, {}, schema_of("out", "other")).evaluate({"a": 1})
    assert dict(evaluation.outputs) == {"out": 1, "other": MISSING}


# -- the failure path -------------------------------------------------------------------------------------


def test_an_unset_name_fails_in_genesys_own_words() -> None:
    evaluation = action('{"a": ${a},\n "b": ${b}}', {"a": "$.a", "b": "$.b"}, {}, schema_of("a", "b")).evaluate(
        {"a": 1}
    )
    assert not evaluation.outputs
    assert evaluation.fault is not None
    assert evaluation.fault.code == PROCESSING
    assert evaluation.fault.message == (
        "Transform failed to process result using 'successTemplate' template due to error:"
        "'Variable $b has not been set at successTemplate[line 2, column 7]'"
    )
    assert evaluation.fault.reads == (("b",),)


def test_a_quiet_reference_is_no_help_and_a_condition_is() -> None:
    assert message(one("$.a", template='{"out": "$!{x}"}').evaluate({})).endswith(
        "'Variable $x has not been set at successTemplate[line 1, column 10]'"
    )
    asked = one("$.a", template='{"out": #if($x)${x}#else"none"#end}')
    assert asked.evaluate({}).outputs == {"out": "none"}
    assert asked.evaluate({"a": "b"}).outputs == {"out": "b"}


@pytest.mark.parametrize(
    ("default", "where"),
    [
        pytest.param("", "line 1, column 9", id="empty"),
        pytest.param("Not Found", "line 1, column 9", id="words"),
        pytest.param('"half', "line 1, column 9", id="half a string"),
        pytest.param("NaN", "", id="a number that JSON has not"),
    ],
)
def test_a_default_that_is_no_json_fails_the_action(default: str, where: str) -> None:
    evaluation = one("$.a", default).evaluate({})
    expected = f"no JSON at {where}" if where else "no JSON that can be read"
    assert message(evaluation) == f"the text that the successTemplate makes is {expected}"
    assert evaluation.fault is not None
    assert evaluation.fault.reads == (("a",),)


def test_the_place_in_a_text_of_several_lines() -> None:
    assert message(one("$.a", "oops", '\n\n{\n"out": ${x}}').evaluate({})).endswith("at line 4, column 8")


def test_the_fault_is_put_to_what_the_template_asks_for() -> None:
    paths = {"unused": "$.gone", "asked": "$.perhaps", "bad": "$.lost"}
    made = action('{"out": ${bad}, "o": #if($asked)1#{else}2#end}', paths, {"bad": "oops"}, schema_of("out"))
    fault = made.evaluate({}).fault
    assert fault is not None
    assert fault.reads == (("lost",),)


@pytest.mark.parametrize(
    ("status", "told"), [(200, False), (204, False), (399, False), (400, True), (404, True), (500, True)]
)
def test_a_status_from_400_on_takes_the_failure_path(status: int, told: bool) -> None:
    fault = one("$.a").status_fault(status)
    assert (fault is not None) == told
    assert fault is None or fault.code == REMOTE_ENDPOINT


def test_a_document_that_is_too_deep_is_not_judged() -> None:
    deep: Json = {}
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(NotJudgedError):
        action("${rawResult}").evaluate({"a": deep})
    while deep:  # taken apart by hand: the interpreter would go down as deep
        assert isinstance(deep, list)
        deep = deep.pop()


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 5_000])
@pytest.mark.parametrize("template", ["${rawResult}", '{"a": ${x}}'])
def test_a_number_that_is_too_large_is_not_judged(number: str, template: str) -> None:
    document = read_json(f'{{"a": {number}}}', exact=False).value
    with pytest.raises(NotJudgedError, match="too large"):
        action(template, {"x": "$.a"}).evaluate(document)


# -- firstFromArray ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "document", "out", "taken"),
    [
        pytest.param(f'{FIRST}("${{x}}")', {"a": ["b", "c"]}, "b", None, id="quoted"),
        pytest.param(f"{FIRST}(${{x}})", {"a": ["b"]}, "b", None, id="bare"),
        pytest.param(f'{FIRST}($x, "0")', {"a": [None]}, None, None, id="a null is a member"),
        pytest.param(f'{FIRST}("$x", "0")', {"a": [{"k": [1]}]}, {"k": [1]}, None, id="an object"),
        pytest.param(f'{FIRST}("$x", "0")', {"a": []}, 0, "0", id="a default of its own"),
        pytest.param(f'{FIRST}("$x", "{QUOTED}{QUOTED}")', {"a": []}, "", '""', id="the default that everybody writes"),
        pytest.param(f'{FIRST}("$x", "{QUOTED}d e{QUOTED}")', {"a": []}, "d e", '"d e"', id="a text for a default"),
        pytest.param(f"{FIRST}($x, $y)", {"a": []}, 7, "7", id="another name for a default"),
        pytest.param(f"{FIRST}($x, $y)", {"a": [1]}, 1, None, id="another name that is not needed"),
        pytest.param(f'{FIRST}("$x", "0")', {"a": "text"}, 0, "0", id="no list at all"),
    ],
)
def test_the_first_of_a_list(template: str, document: Json, out: Value, taken: str | None) -> None:
    paths = {"x": "$.a", "y": "$.NULL"}
    evaluation = action(f'{{"out": {template}}}', paths, {"y": "7"}, schema_of("out")).evaluate(document)
    assert evaluation.fault is None
    assert dict(evaluation.outputs) == {"out": out}
    assert evaluation.defaults.get("out") == taken


def test_the_first_of_nothing_without_a_default_is_an_assumption() -> None:
    bare = one("$..a", template=f'{{"out": {FIRST}("$x")}}').evaluate({})
    assert message(bare).endswith(f"no JSON at line 1, column 9; {FIRST_OF_NOTHING}")
    quoted = one("$..a", template=f'{{"out": "{FIRST}($x)"}}')
    assert quoted.evaluate({}).outputs == {"out": ""}
    assert not quoted.evaluate({}).defaults
    assert quoted.assumptions({})["out"] == (FIRST_OF_NOTHING,)
    assert quoted.assumptions({"a": 1})["out"] == ()


def test_a_default_of_the_map_is_a_list_to_it() -> None:
    made = action(f'{{"out": {FIRST}($x, "0")}}', {"x": "$.a"}, {"x": '["d"]'}, schema_of("out"))
    assert (made.evaluate({}).outputs, made.evaluate({}).defaults) == ({"out": "d"}, {"out": '["d"]'})
    empty = action(f'{{"out": {FIRST}($x, "0")}}', {"x": "$.a"}, {"x": "[ ]"}, schema_of("out"))
    assert (empty.evaluate({}).outputs, empty.evaluate({}).defaults) == ({"out": 0}, {"out": "0"})


def test_the_first_of_the_whole_response() -> None:
    made = action(f'{{"out": {FIRST}($rawResult, "{QUOTED}none{QUOTED}")}}', schema=schema_of("out"))
    assert made.evaluate([{"id": 1}]).outputs == {"out": {"id": 1}}
    assert made.evaluate([]) == Evaluation({"out": "none"}, defaults={"out": '"none"'}, whole={"out": "none"})


# -- the whole response -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "names", "document", "outputs", "reads"),
    [
        pytest.param("${rawResult}", ["a"], {"a": "b", "z": 1}, {"a": "b"}, {"a": ["$.a"]}, id="passed through"),
        pytest.param(
            " $!rawResult ", ["a.b"], {"a": {"b": 1}}, {"a.b": 1}, {"a.b": ["$.a.b"]}, id="quiet, with blanks"
        ),
        pytest.param(
            '{"values": ${rawResult}}',
            ["values[].id"],
            [{"id": 1}, {"id": 2}],
            {"values.id": [1, 2]},
            {"values.id": ["$[*].id"]},
            id="embedded",
        ),
        pytest.param(
            '{"values": [${rawResult}]}',
            ["values[].id"],
            {"id": 1},
            {"values.id": [1]},
            {"values.id": ["$.id"]},
            id="made a list",
        ),
        pytest.param(
            '{"text": "$esc.jsonEncode($rawResult)"}',
            ["text"],
            {"a": 1},
            {"text": '{"a":1}'},
            {"text": ["$"]},
            id="as text",
        ),
        pytest.param("${rawResult}", [], {"a": 1}, {"result": {"a": 1}}, {"result": ["$"]}, id="without outputs"),
    ],
)
def test_the_response_as_it_is(
    template: str, names: list[str], document: Json, outputs: dict[str, Value], reads: dict[str, list[str]]
) -> None:
    made = action(template, schema=schema_of(*names))
    assert dict(made.evaluate(document).outputs) == outputs
    assert {name: [*map(format_path, made.reads_of(name))] for name in made.outputs} == reads


def test_what_follows_the_first_value_is_ignored_and_said() -> None:
    made = one("$.a", template='{"out": ${x}}}')
    assert made.evaluate({"a": 1}) == Evaluation({"out": 1}, whole={"out": 1})
    assert made.assumptions({"a": 1})["out"] == (TAIL_IS_IGNORED,)
    assert one("$.a", template='{"out": ${x}} \r\n').assumptions({"a": 1})["out"] == ()


def test_a_function_that_fails_is_an_assumption() -> None:
    assert one("$.a.max()", "0").assumptions({"a": ["x"]})["out"] == (FAILED_FUNCTION,)
    assert one("$.a.max()", "0").assumptions({"a": [1]})["out"] == ()


# -- outputs as a flow sees them --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "document", "outputs"),
    [
        pytest.param(["a", "b"], {"a": 1, "b": None}, {"a": 1, "b": None}, id="flat"),
        pytest.param(["c.id", "c.n"], {"c": {"id": 1}}, {"c.id": 1, "c.n": MISSING}, id="nested"),
        pytest.param(["c.d.e"], {"c": None}, {"c.d.e": MISSING}, id="below null"),
        pytest.param(["c.id"], {"c": "text"}, {"c.id": MISSING}, id="below a text"),
        pytest.param(
            ["t[].id", "t[].s"],
            {"t": [{"id": 1, "s": "a"}, {"id": 2, "s": "b"}]},
            {"t.id": [1, 2], "t.s": ["a", "b"]},
            id="objects as parallel lists",
        ),
        pytest.param(
            ["t[].id", "t[].s"], {"t": [{"id": 1}, {"s": "b"}]}, {"t.id": [1, None], "t.s": [None, "b"]}, id="gaps"
        ),
        pytest.param(["t[].id"], {"t": []}, {"t.id": []}, id="no members"),
        pytest.param(["t[].id"], {"t": [{}, {}]}, {"t.id": []}, id="in no member"),
        pytest.param(["t[].id"], {"t": {"id": 1}}, {"t.id": MISSING}, id="no list"),
        pytest.param(["[].id"], [{"id": 1}], {"id": [1]}, id="a list at the top"),
        pytest.param(["[].a.b"], [{"a": {"b": 1}}, {}], {"a.b": [1, None]}, id="nested in a list at the top"),
    ],
)
def test_outputs_are_flat(names: list[str], document: Json, outputs: dict[str, Value]) -> None:
    made = action("${rawResult}", schema=schema_of(*names))
    assert made.outputs == tuple(outputs)
    assert dict(made.evaluate(document).outputs) == outputs


@pytest.mark.parametrize(
    ("schema", "outputs"),
    [
        ({"type": "array", "items": {"type": "string"}}, {"result": ["a"]}),
        ({"properties": {"l": {"type": "array", "items": {"type": "string"}}}}, {"l": MISSING}),
        ({"properties": {"o": {"type": "object"}}}, {"o": MISSING}),
        ({"properties": {}}, {"result": ["a"]}),
        (None, {"result": ["a"]}),
        (True, {"result": ["a"]}),
        ({"properties": {"a": 7, "b": None}, "items": "x"}, {"a": MISSING, "b": MISSING}),
        ({"properties": ["a"]}, {"result": ["a"]}),
    ],
)
def test_what_the_schema_does_not_take_apart_is_one_output(schema: Json, outputs: dict[str, Value]) -> None:
    assert dict(action("${rawResult}", schema=schema).evaluate(["a"]).outputs) == outputs


def test_gaps_are_an_assumption() -> None:
    made = action("${rawResult}", schema=schema_of("t[].id"))
    assert made.assumptions({"t": [{"id": 1}, {}]})["t.id"] == (GAPS_ARE_NULL,)
    others: list[Json] = [{"t": [{"id": 1}, {"id": None}]}, {"t": [{}]}, {"t": 1}, {}]
    for whole in others:
        assert made.assumptions(whole)["t.id"] == ()


# -- what outputs read ------------------------------------------------------------------------------------

MAP = {"x": "$.a", "y": "$.b.c", "l": "$.t[*].id", "f": "$.t[?(@.s == 'open')].id", "n": "$.t.length()", "o": "$.o"}


@pytest.mark.parametrize(
    ("template", "names", "reads"),
    [
        pytest.param('{"p": ${x}, "q": $y}', ["p", "q"], {"p": "$.a", "q": "$.b.c"}, id="a value each"),
        pytest.param('{"p": "$x", "q": "- ${y} -"}', ["p", "q"], {"p": "$.a", "q": "$.b.c"}, id="in quotation marks"),
        pytest.param('{"p": "$x $y", "q": 1}', ["p", "q"], {"p": "$.a $.b.c", "q": ""}, id="two in a text; a constant"),
        pytest.param('{"p": $!{x}, "q": ${y.length()}}', ["p", "q"], {"p": "$.a", "q": "$.b.c"}, id="quiet; a method"),
        pytest.param(
            f'{{"p": {QUOTED}$x{QUOTED}, "q": ${{y}}}}', ["p", "q"], {"p": "$.a", "q": "$.b.c"}, id="quoted by a macro"
        ),
        pytest.param('{"p": ${f}, "q": ${n}}', ["p", "q"], {"p": "$.t[*].id $.t[*].s", "q": "$.t"}, id="with filters"),
        pytest.param(
            f'{{"p": {FIRST}("$l"), "q": {FIRST}($f, $x)}}',
            ["p", "q"],
            {"p": "$.t[*].id", "q": "$.t[*].id $.t[*].s $.a"},
            id="the first of several",
        ),
        pytest.param(f'{{"p": {FIRST}($o)}}', ["p.k"], {"p.k": "$.o[*].k"}, id="a member's member"),
        pytest.param('{"p": ${o}}', ["p.k", "p.m[].z"], {"p.k": "$.o.k", "p.m.z": "$.o.m[*].z"}, id="an object's"),
        pytest.param('{"p": ${l}}', ["p[].k"], {"p.k": "$.t[*].id.k"}, id="a list of matches is the list"),
        pytest.param("${o}", ["k"], {"k": "$.o.k"}, id="the object itself"),
        pytest.param('{"p": [${x}, ${y}]}', ["p"], {"p": "$.a $.b.c"}, id="a list of two"),
        pytest.param('{"p": [{"k": ${x}}, {"k": ${y}}]}', ["p[].k"], {"p.k": "$.a $.b.c"}, id="two members"),
        pytest.param('{"p": {"k": ${x}}, "q": $y}', ["p", "q"], {"p": "$.a", "q": "$.b.c"}, id="a whole of parts"),
        pytest.param('{"$x": ${y}}', ["p"], {"p": "$.a $.b.c"}, id="a name that is made"),
        pytest.param(
            '{"p": #if($x)$y#{else}0#end, "q": $l}', ["p", "q"], {"p": "$.a $.b.c", "q": "$.t[*].id"}, id="a condition"
        ),
        pytest.param(
            '#set($v = "$x-$y")\n{"p": "$v", "q": ${l}}',
            ["p", "q"],
            {"p": "$.a $.b.c", "q": "$.t[*].id"},
            id="a name that is set",
        ),
        pytest.param(
            '{"p": [#foreach($i in $l)"$i"#if($foreach.hasNext),#end#end], "q": ${x}}',
            ["p", "q"],
            {"p": "$.t[*].id", "q": "$.a"},
            id="a loop",
        ),
        pytest.param(
            '{#if($x)"p": $y,#end "q": ${l}}', ["p", "q"], {"p": "$.t[*].id $.a $.b.c", "q": "*"}, id="no JSON"
        ),
        pytest.param('{"p": ${x}, "q": #evaluate($y)}', ["p", "q"], {"p": "$.a $.b.c", "q": "*"}, id="made as it runs"),
        pytest.param(
            '{"p": "\ue0007\ue001$x", "q": $y}', ["p", "q"], {"p": "$.a $.b.c", "q": "*"}, id="a mark of ours"
        ),
        pytest.param(
            '## ${y}\n{"p": ${x}, "q": "#[[$y]]#"}', ["p", "q"], {"p": "$.a", "q": ""}, id="comments and text"
        ),
    ],
)
def test_reads_are_those_of_each_output(template: str, names: list[str], reads: dict[str, str]) -> None:
    made = action(template, MAP, {}, schema_of(*names))
    for name in made.outputs:  # what its own paths read is what it reads
        assert {read for own in made.paths_of(name).values() for read in own} == {*made.reads_of(name)}
    told = {name: " ".join(map(format_path, made.reads_of(name))) for name in made.outputs}
    assert {name: sorted(text.split()) for name, text in told.items()} == {
        name: sorted((reads["p"] if text == "*" else text).split()) for name, text in reads.items()
    }


@pytest.mark.parametrize(
    ("template", "name", "paths"),
    [
        ('{"p": ${x}}', "p", ["$.a"]),
        ('{"p": ${f}}', "p", ["$.t[?(@.s == 'open')].id"]),
        ('{"p": ${n}}', "p", ["$.t.length()"]),
        ('{"p": "$x $y"}', "p", ["$.a", "$.b.c"]),
        ('{"p": ${o}}', "p.m[].z", ["$.o.m[*].z"]),
        ('{"p": ${f}}', "p[].k", ["$.t[?(@.s == 'open')].id.k"]),
        (f'{{"p": {FIRST}($o)}}', "p.k", ["$.o[0].k"]),
        (f'{{"p": {FIRST}($f, $x)}}', "p", ["$.t[?(@.s == 'open')].id", "$.a"]),
        ('{"p": "$x $rawResult"}', "p", ["$.a", "$"]),
        ("${rawResult}", "p.k", ["$.p.k"]),
        ('{"p": 1}', "p", []),
    ],
)
def test_paths_as_they_are_written(template: str, name: str, paths: list[str]) -> None:
    made = action(template, MAP, {}, schema_of(name))
    assert [*made.paths_of(*made.outputs)] == paths


def test_what_no_output_shows_is_read_all_the_same() -> None:
    made = action('{"p": ${x}, "q": ${y}}', {"x": "$.a", "y": "$.b", "unused": "$.c"}, {}, schema_of("p"))
    assert {name: [*map(format_path, paths)] for name, paths in made.reads.items()} == {
        "p": ["$.a"],
        "successTemplate": ["$.b", "$.c"],
    }


def test_a_default_behind_a_directive_is_told_by_its_value() -> None:
    made = action('{#if($x)"p": ${x},#end "q": ${y}}', {"x": "$.a", "y": "$.b"}, {"y": '"none"'}, schema_of("p", "q"))
    assert made.evaluate({"a": "v"}).defaults == {"q": '"none"'}


# -- sources ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "what", "where"),
    [
        ("", "a data action's source is JSON", ""),
        ("[]", "is a JSON object", ""),
        ('{"translationMaps": {}}', "a key too many", "$.translationMaps"),
        ('{"translationMap": []}', "must be an object", "$.translationMap"),
        ('{"translationMap": {"a": 1}}', "must be a string", "$.translationMap.a"),
        ('{"translationMap": {"a": "$["}}', "JSONPath", "$.translationMap.a"),
        ('{"translationMapDefaults": {"a": null}}', "must be a string", "$.translationMapDefaults.a"),
        ('{"successTemplate": 1}', "must be a string", "$.successTemplate"),
        ('{"successTemplate": "#if($x)"}', "Velocity", "$.successTemplate"),
    ],
)
def test_a_wrong_source_says_where(source: str, what: str, where: str) -> None:
    with pytest.raises(ContractError) as caught:
        data_action.compile(source)
    assert what in caught.value.what
    assert where in caught.value.where
    assert caught.value.fix

"""What `monitor impact` prints: every format word for word, and any name in every one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from graphlib import TopologicalSorter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.model import Use
from monitor.reports import Options
from monitor.reports.impact import Effect, Field, Lineage, Output, Reader, Traced, find, formats
from monitor.reports.impact._graph import CONTRACT, FIELD, LOUD, OUTPUT, PATH, SILENT, VARIABLE, graph_of
from monitor.reports.impact.mermaid import LONGEST

PLAIN = Options()


def use_of(output: str, variable: str, **more: object) -> Use:
    use = Use("CRM", "Get customer", output, variable, "Inbound Sales", "Call Data Action", file="flows/sales.yaml")
    return replace(use, **more)  # type: ignore[arg-type]  # its own fields


NAME = Output(
    "customer.name",
    ("$.customer.name",),
    Effect.DEFAULT,
    'the default "unknown"',
    (
        use_of("customer.name", "Flow.customerName"),
        use_of("customer.name", "State.name", flow="Outbound", step="Who is it", failure_branch=True),
    ),
)
ID = Output("customer.id", ("$.customer.id",), Effect.BLANK, uses=(use_of("customer.id", "Flow.customerId"),))
TIER = Output("tier", ("$.customer.tier",), Effect.UNCHANGED)
POP = Output("name", ("$.customer.name",), Effect.FAILS)
WITH_IT = Output("greeting", (), Effect.FAILS)
NO = Output("no", ("$.orders.no",), uses=(use_of("no", "Flow.orderNo", failure_branch=True),))
CUSTOMER = Field(
    "$.customer",
    (
        Reader("Get customer", "data_action", (NAME, ID, TIER)),
        Reader("screen-pop", "jsonata", (POP, WITH_IT), (use_of("", "", step="Greet"),)),
    ),
    contract=("$.customer.id", "$.customer.name"),
    forbidden=True,
    notes=("masked text stands where it computes",),
)
ORDERS = Field("$.orders[*].no", (Reader("Get orders", "data_action", (NO,)),), unknown="no baseline")
LINEAGE = Lineage(
    "crm",
    "",
    (
        Traced("get-1", "Get customer", "contracts/crm/pop.json $.interactions[0]", (CUSTOMER,)),
        Traced(
            "get-2",
            "Get orders",
            "contracts/crm/pop.json $.interactions[1]",
            (ORDERS, Field("$.error", (), ("$.error",))),
        ),
    ),
    looked=3,
    notes=("flows/a.yaml calls {{x}}: placeholders",),
)


def rendered(name: str, lineage: Lineage = LINEAGE, options: Options = PLAIN) -> str:
    return find(name).render(lineage, options)


def test_text() -> None:
    assert rendered("text") == (
        "crm: Get customer\n"
        "  $.customer\n"
        "    contract contracts/crm/pop.json $.interactions[0]: broken without it\n"
        "    data_action Get customer\n"
        '      customer.name <- $.customer.name: the default "unknown" without it (silent)\n'
        '        Flow.customerName in "Inbound Sales" (Get customer), no failure branch\n'
        '        State.name in "Outbound" (Who is it)\n'
        "      customer.id <- $.customer.id: blank without it (silent)\n"
        '        Flow.customerId in "Inbound Sales" (Get customer), no failure branch\n'
        "      tier <- $.customer.tier: unchanged without it\n"
        "    jsonata screen-pop\n"
        "      name <- $.customer.name: fails without it (loud)\n"
        "      without it the whole translation fails: greeting too\n"
        '      Greet in "Inbound Sales" takes its failure path, which is empty\n'
        "    note: masked text stands where it computes\n"
        "crm: Get orders\n"
        "  $.orders[*].no\n"
        "    data_action Get orders\n"
        "      no: not known\n"
        '        Flow.orderNo in "Inbound Sales" (Get customer)\n'
        "    no baseline: what would happen is not known\n"
        "  only the contract names $.error\n"
        "note: flows/a.yaml calls {{x}}: placeholders\n"
        "5 outputs in 2 interactions, 4 flow variables: 2 silent, 1 loud, 1 unchanged, 1 not known; "
        "1 more fails with them\n"
    )


def test_text_in_colours() -> None:
    text = rendered("text", options=Options(color=True))
    assert "customer.id <- $.customer.id: \x1b[33;1mblank without it (silent)\x1b[0m\n" in text
    assert "\x1b[31;1mfails without it (loud)\x1b[0m" in text
    assert re.sub(r"\x1b\[[\d;]*m", "", text) == rendered("text")


@pytest.mark.parametrize(
    ("field", "looked", "hint", "said"),
    [
        (
            "$.custId",
            2,
            "did you mean '$.customerId'?",
            "nothing reads $.custId of 2 interactions of crm; did you mean '$.customerId'?\n",
        ),
        ("$.custId", 1, "", "nothing reads $.custId of 1 interaction of crm\n"),
        ("", 2, "", "nothing is read of 2 interactions of crm\n"),
        ("$.a", 0, "", "crm has no interaction to look at\n"),
    ],
)
def test_nothing_reads_it(field: str, looked: int, hint: str, said: str) -> None:
    lineage = Lineage("crm", field, (), looked, hint)
    assert rendered("text", lineage) == said
    assert "nothing reads" in rendered("mermaid", lineage)
    assert "nothing reads" in rendered("dot", lineage)


def test_a_field_that_was_asked_for_is_told_even_where_only_the_contract_names_it() -> None:
    field = Field("$.error", (), ("$.error",), forbidden=False)
    lineage = Lineage("crm", "$.error", (Traced("a", "Get", "a.json $.interactions[0]", (field,)),), 1)
    assert rendered("text", lineage) == (
        "crm: Get\n  $.error\n    contract a.json $.interactions[0]: not broken without it\n"
        "0 outputs in 0 interactions\n"
    )


@pytest.mark.parametrize(
    ("effect", "detail", "said"),
    [
        (Effect.UNKNOWN, "", "tier: not known"),
        (
            Effect.UNKNOWN,
            "the field is blank in the baseline already",
            "tier: not known, the field is blank in the baseline already",
        ),
        (Effect.DEFAULT, "", "tier: the default without it (silent)"),
        (Effect.RETYPED, "Integer", "tier: an Integer without it (silent)"),
        (Effect.RETYPED, "Array of String", "tier: an Array of String without it (silent)"),
        (Effect.RETYPED, "", "tier: another type without it (silent)"),
    ],
)
def test_effects(effect: Effect, detail: str, said: str) -> None:
    reader = Reader("Get", "data_action", (Output("tier", ("$.tier",), effect, detail),))
    text = rendered("text", Lineage("crm", "$.tier", (Traced("a", "Get", "", (Field("$.tier", (reader,)),)),), 1))
    assert f"\n      {said}\n" in text


def test_json() -> None:
    told = json.loads(rendered("json"))
    assert (told["version"], told["vendor"], told["field"], told["looked"]) == (1, "crm", "", 3)
    outputs = told["interactions"][0]["fields"][0]["readers"][0]["outputs"]
    assert outputs[0] == {
        "name": "customer.name",
        "reads": ["$.customer.name"],
        "effect": "default",
        "label": "silent",
        "detail": 'the default "unknown"',
        "uses": [
            {
                "category": "CRM",
                "action": "Get customer",
                "output": "customer.name",
                "variable": variable,
                "flow": flow,
                "step": step,
                "failure_branch": branch,
                "timeout_branch": False,
                "file": "flows/sales.yaml",
            }
            for variable, flow, step, branch in (
                ("Flow.customerName", "Inbound Sales", "Call Data Action", False),
                ("State.name", "Outbound", "Who is it", True),
            )
        ],
        "paths": [],
        "other_member": False,
    }
    assert [(output["effect"], output["label"]) for output in outputs[1:]] == [("blank", "silent"), ("unchanged", "")]


DEFAULTED = "the default #34;unknown#34; without it (silent)"


def test_mermaid() -> None:
    lines = rendered("mermaid").splitlines()
    drawn = [line for line in lines if not line.startswith("  classDef")]
    assert drawn == [
        "flowchart LR",
        '  subgraph g0["crm: Get customer"]',
        "    direction LR",
        '    n1["$.customer"]:::field',
        '    n2["contract<br/>contracts/crm/pop.json $.interactions#91;0#93;"]:::contract',
        f'    n3["customer.name<br/>data_action Get customer<br/>{DEFAULTED}"]:::silent',
        '    n4["$.customer.name"]:::path',
        '    n7["customer.id<br/>data_action Get customer<br/>blank without it (silent)"]:::silent',
        '    n8["$.customer.id"]:::path',
        '    n10["tier<br/>data_action Get customer<br/>unchanged without it"]:::output',
        '    n11["$.customer.tier"]:::path',
        '    n12["name<br/>jsonata screen#45;pop<br/>fails without it (loud)"]:::loud',
        '    n13["without it the whole<br/>translation fails: greeting<br/>too<br/>jsonata screen#45;pop"]:::loud',
        "  end",
        '  subgraph g1["crm: Get orders"]',
        "    direction LR",
        '    n14["$.orders#91;#42;#93;#46;no<br/>no baseline"]:::field',
        '    n15["no<br/>data_action Get orders<br/>not known"]:::output',
        '    n17["$.error"]:::field',
        '    n18["contract<br/>contracts/crm/pop.json $.interactions#91;1#93;"]:::contract',
        "  end",
        '  n5(["Flow.customerName<br/>in #34;Inbound Sales#34;"]):::variable',
        '  n6(["State.name<br/>in #34;Outbound#34;"]):::variable',
        '  n9(["Flow.customerId<br/>in #34;Inbound Sales#34;"]):::variable',
        '  n16(["Flow.orderNo<br/>in #34;Inbound Sales#34;"]):::variable',
        '  n1 -->|"broken without it"| n2',
        "  n1 --> n4",
        "  n4 --> n3",
        '  n3 -->|"Get customer, no failure branch"| n5',
        '  n3 -->|"Who is it"| n6',
        "  n1 --> n8",
        "  n8 --> n7",
        '  n7 -->|"Get customer, no failure branch"| n9',
        "  n1 --> n11",
        "  n11 --> n10",
        "  n4 --> n12",
        "  n1 --> n13",
        "  n14 --> n15",
        '  n15 -->|"Get customer"| n16',
        "  n17 --> n18",
    ]


def test_dot() -> None:
    lines = rendered("dot").splitlines()
    assert lines[0] == "digraph impact {"
    assert lines[-1] == "}"
    assert (
        '    n3 [label="customer.name\\ndata_action Get customer\\nthe default \\"unknown\\" without it (silent)", '
        'fillcolor="#fff3cd", color="#b8860b", penwidth=2];'
    ) in lines
    assert '  n3 -> n5 [label="Get customer, no failure branch"];' in lines
    assert "  n1 -> n4;" in lines


def many(interactions: int, fields: int) -> Lineage:
    def field(number: int, at: int) -> Field:
        variable = use_of("x", f"Flow.{number}_{at}" + "ü" * 40)
        reader = Reader("Get", "data_action", (Output("ü" * 60, (f"$.f{at}",), Effect.BLANK, uses=(variable,)),))
        return Field(f"$.f{at}", (reader,))

    traced = (
        Traced(f"i{number}", f"call {number}", "", tuple(field(number, at) for at in range(fields)))
        for number in range(interactions)
    )
    return Lineage("crm", "", tuple(traced), interactions)


@pytest.mark.parametrize(("interactions", "fields"), [(300, 3), (3_000, 1), (30, 30), (1, 1_000), (1, 1)])
def test_a_graph_is_as_large_as_is_drawn(interactions: int, fields: int) -> None:
    lineage = many(interactions, fields)
    text = rendered("mermaid", lineage)
    drawn = text.count("]:::field")
    assert drawn >= 1
    assert len(text) <= LONGEST
    assert text.count(" -->") < 500
    left = interactions * fields - drawn
    assert (f"{left:,} more field" in text.replace("#44;", ",")) == (left > 0)
    assert rendered("dot", lineage).count(" -> ") <= 2_010


_RANKS = {FIELD: 0, PATH: 1, CONTRACT: 2, OUTPUT: 2, SILENT: 2, LOUD: 2, VARIABLE: 3}
_PATHS = st.sampled_from(["$", "$.a", "$.a[*]", "$.a[0]", "$.a[*].b", "$.a.b", "$.c"])
_READS = st.lists(_PATHS, max_size=3).map(tuple)
_DRAWN_OUTPUTS = st.builds(
    Output,
    st.sampled_from("xyz"),
    _READS,
    st.sampled_from(Effect),
    uses=st.sampled_from([(), (use_of("x", "Flow.x"),)]),
    paths=st.just(()) | _READS,
)
_READERS = st.builds(Reader, st.sampled_from("rs"), st.just("jsonata"), st.lists(_DRAWN_OUTPUTS, max_size=3).map(tuple))
_FIELDS = st.builds(Field, _PATHS, st.lists(_READERS, max_size=2).map(tuple), contract=_READS)


@given(fields=st.lists(_FIELDS, max_size=5).map(tuple))
def test_the_drawn_lineage_has_no_circle_and_no_edge_between_fields(fields: tuple[Field, ...]) -> None:
    graph = graph_of(Lineage("crm", "", (Traced("i", "Get", "", fields),), 1), 1_000)
    kinds = {node.name: node.kind for group in graph.groups for node in group.nodes}
    kinds |= {node.name: node.kind for node in graph.variables}
    edges = [(edge.start, edge.end) for group in graph.groups for edge in group.edges]
    order = TopologicalSorter[str]()
    for start, end in edges:
        assert _RANKS[kinds[start]] < _RANKS[kinds[end]]
        order.add(end, start)
    order.prepare()  # raises CycleError where there is one
    assert len(kinds) == sum(len(group.nodes) for group in graph.groups) + len(graph.variables)


def test_outputs_that_fail_with_another_are_one_node() -> None:
    too = tuple(Output(f"o{number}", (), Effect.FAILS, uses=(use_of("x", "Flow.x"),)) for number in range(30))
    field = Field("$.a", (Reader("Get", "data_action", (Output("a", ("$.a",), Effect.FAILS), *too)),))
    lineage = Lineage("crm", "$.a", (Traced("i", "Get", "", (field,)),), 1)
    named = ", ".join(f"o{number}" for number in range(20))
    said = f"without it the whole action fails: {named} and 10 more too (1 flow variable)"
    assert f"      {said}\n" in rendered("text", lineage)
    assert rendered("text", lineage).endswith("\n1 output in 1 interaction: 1 loud; 30 more fail with it\n")
    (group,) = graph_of(lineage, 1_000).groups
    assert [" ".join(node.lines) for node in group.nodes][-1] == f"{said} data_action Get"
    assert len(group.edges) == 3


def test_a_path_as_it_is_written_stands_between_field_and_output() -> None:
    output = Output("a", ("$.r[*].a",), Effect.BLANK, paths=("$.r[-1].a",))
    field = Field("$.r[*].a", (Reader("G", "data_action", (output,)),))
    lineage = Lineage("crm", "", (Traced("i", "Get", "", (field,)),), 1)
    assert "      a <- $.r[-1].a: blank without it (silent)\n" in rendered("text", lineage)
    (group,) = graph_of(lineage, 1_000).groups
    assert {node.name: node.lines[0] for node in group.nodes} == {"n1": "$.r[*].a", "n2": "a", "n3": "$.r[-1].a"}
    assert [(edge.start, edge.end) for edge in group.edges] == [("n1", "n3"), ("n3", "n2")]
    field = replace(field, readers=(replace(field.readers[0], outputs=(replace(output, other_member=True),)),))
    lineage = Lineage("crm", "", (Traced("i", "Get", "", (field,)),), 1)
    assert "  a <- $.r[-1].a (not the member asked for): blank without it" in rendered("text", lineage)
    assert '["$.r#91;#45;1#93;#46;a<br/>not the member asked for"]:::path' in rendered("mermaid", lineage)


HOSTILE = '"]; end\n<b>x</b> `a` #34; &lt; \\N | {x} \x1b[31m \u202e \ud800 %% end'
TEXTS = st.text(max_size=30) | st.sampled_from(
    [HOSTILE, "1. a", "- a", "end", "\\", '\\"', "&", "#", "a.b", "click n1"]
)


def of_names(a: str, b: str, c: str) -> Lineage:
    use = Use(a, b, c, a, b, c, file=a)
    outputs = (Output(a, (b, c), Effect.BLANK, uses=(use,)), Output(b, (), Effect.RETYPED, c))
    field = Field(a, (Reader(b, c, outputs, (use,)),), (a,), True, unknown=b, notes=(c,))
    return Lineage("crm", a, (Traced("i", b, c, (field,)),), 1, notes=(a,))


_LABEL = r'"(?:[\w $:,/().]|#\d+;|<br/>)*"'
_MERMAID = re.compile(
    rf"flowchart LR|  subgraph g\d+\[{_LABEL}\]|    direction LR|  end|\s+n\d+(?:\[{_LABEL}\]|\(\[{_LABEL}\]\)):::\w+"
    rf"|  n\d+ -->(?:\|{_LABEL}\|)? n\d+|  classDef \w+ [\w#:,\-]+",
    re.ASCII,
)
_QUOTED = r'"(?:[^"\\\n]|\\["\\n])*"'
_DOT = re.compile(
    rf"digraph impact {{|  subgraph cluster_g\d+ {{|    label={_QUOTED};|\s*}}|  rankdir=LR;"
    r"|  (?:graph|node|edge) \[.*\];"
    rf"|\s+n\d+ \[label={_QUOTED}(?:, \w+=(?:{_QUOTED}|\d+))*\];|  n\d+ -> n\d+(?: \[label={_QUOTED}\])?;"
)


@settings(max_examples=40)
@given(a=TEXTS, b=TEXTS, c=TEXTS)
def test_no_name_breaks_out_of_a_format(a: str, b: str, c: str) -> None:
    lineage = of_names(a, b, c)
    for line in rendered("mermaid", lineage).split("\n")[:-1]:
        assert _MERMAID.fullmatch(line), line
    for line in rendered("dot", lineage).split("\n")[:-1]:
        assert _DOT.fullmatch(line), line
        assert line.isprintable()
        assert not re.search(r"&(?!amp;)", line)
    assert all(line.isprintable() for line in rendered("text", lineage).split("\n"))
    assert json.loads(rendered("json", lineage))["version"] == 1


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_it() -> None:
    for lineage in (LINEAGE, of_names(HOSTILE, "&lt;", "\\N\\")):
        text = rendered("dot", lineage).encode()
        drawn = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, check=True)
        assert b"<svg" in drawn.stdout
        assert drawn.stderr == b""


def test_the_formats() -> None:
    assert formats() == ("dot", "json", "mermaid", "text")
    with pytest.raises(UsageError, match="unknown format 'svg'"):
        find("svg")

"""Architect flows: which outputs are bound to which variables, in real flows and in hostile files."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.contracts.actions.export import plain_name
from monitor.contracts.flows import Flow, join, read_flow, unjoined, uses_of
from monitor.contracts.flows.tree import MAX_BYTES, MAX_NODES
from monitor.errors import ContractError
from monitor.model import Use

FLOWS = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "data-actions" / "flows"
BLUEPRINT = "GenesysCloudBlueprints__"

# (the end of the file's name, type, steps that call a data action, outputs bound, outputs not bound, failure branches)
REAL = [
    ("flow-blacklist.yaml", "workflow", 1, 0, 0, 0),
    ("Proactive-callback-connect.yaml", "outboundCall", 2, 0, 0, 0),
    ("Proactive-callback-offer.yaml", "inqueueCall", 1, 1, 0, 0),
    ("Proactive-callback-workbin.yaml", "workflow", 3, 2, 0, 0),
    ("Trigger-proactive-callback-workflow.yaml", "inboundCall", 1, 0, 0, 0),
    ("SMS-Schedule-Callback.yaml", "inboundShortMessage", 1, 0, 0, 1),
    ("Send-SMS-to-Schedule-Callback.yaml", "workflow", 1, 0, 0, 0),
    ("Callback-Prioritization-Workflow.yaml", "workflow", 3, 2, 1, 0),
    ("CacheExampleFlow.yaml", "inboundCall", 3, 2, 0, 0),
    ("ms-teams-integrations-presence-trigger.yaml", "workflow", 2, 0, 1, 0),
    ("call-park-agent-inbound-flow.yaml", "inboundCall", 0, 0, 0, 0),
    ("default-in-queue-flow.yaml", "inqueueCall", 0, 0, 0, 0),
    ("in-queue-orbit-call-park-hold.yaml", "inqueueCall", 0, 0, 0, 0),
    ("orbit-parked-call-retrieval.yaml", "inboundCall", 2, 2, 0, 2),
    ("ResolveContact.yaml", "commonModule", 3, 4, 2, 0),
    ("Send_SMS_and_Create_Supervisor_Callback.yaml", "workflow", 5, 1, 2, 2),
    ("SchedulingBot.yaml", "botFlow", 3, 6, 0, 3),
    ("Switch-to-Web-Messaging-via-SMS.yaml", "inqueueCall", 1, 0, 1, 0),
    ("Switch-from-Voice-Channel-with-Context.yaml", "inboundShortMessage", 3, 2, 0, 0),
    ("terminate-outbound-call-missing-queue-with-pstn-call-leg-check.yaml", "workflow", 3, 1, 0, 0),
    ("terminate-outbound-call-missing-queue.yaml", "workflow", 2, 0, 0, 0),
    ("Set-GC-User-to-Available.yaml", "workflow", 2, 1, 0, 0),
    ("Set-GC-User-to-Busy.yaml", "workflow", 8, 7, 0, 0),
]


def real(end: str) -> Path:
    found = [path for mark in "-_" for path in FLOWS.glob(f"*{mark}{end}")]
    if not found:
        pytest.skip(f"{FLOWS} is not there")
    return min(found, key=lambda path: len(path.name))


@pytest.mark.parametrize(("end", "kind", "steps", "bound", "unbound", "failing"), REAL, ids=[row[0] for row in REAL])
def test_real_flows(end: str, kind: str, steps: int, bound: int, unbound: int, failing: int) -> None:
    path = real(end)
    flow = read_flow(path.read_bytes(), path.name)
    found = (
        flow.kind,
        len(flow.steps),
        sum(len(step.bound) for step in flow.steps),
        sum(step.unbound for step in flow.steps),
        sum(step.failure_branch for step in flow.steps),
    )
    assert found == (kind, steps, bound, unbound, failing)


def test_every_real_flow_is_in_the_table() -> None:
    files = sorted(FLOWS.glob("*.yaml"))
    if not files:
        pytest.skip(f"{FLOWS} is not there")
    assert sorted(real(row[0]) for row in REAL) == files


def test_what_a_real_flow_says() -> None:
    path = real("SchedulingBot.yaml")
    uses = read_flow(path.read_bytes(), path.name).uses
    assert (
        Use(
            category="{{lambda_integration_name}}",
            action="{{create_booking_action_name}}",
            output="id",
            variable="Flow.booking_id",
            flow="{{bot_name}}",
            step="Call Data Action",
            failure_branch=True,
            timeout_branch=True,
            file=path.name,
        )
        in uses
    )


# -- steps ------------------------------------------------------------------------------------------------

STEP = """\
callData:
  name: Get customer
  category:
    CRM:
      dataAction:
        Get customer by phone:
          inputs: {phone: {exp: Call.Ani}}
          successOutputs:
            customer.name: {var: Flow.customerName}
            customer.id: {noValue: true}
            tickets.id: {var: Task.ids}
          failureOutputs:
            errorCode: {var: Flow.error}
  outputs:
    failure: {actions: [{disconnect: {none: true}}]}
    timeout: {actions: []}
"""
BOUND = [("customer.name", "Flow.customerName"), ("tickets.id", "Task.ids")]


def nested(*keys: str) -> bytes:
    """STEP in a list of actions, below ``keys``."""
    text = f"- {textwrap.indent(STEP, '  ')[2:]}"
    for key in ("actions", *reversed(keys)):
        text = f"{key}:\n{textwrap.indent(text, '  ')}"
    return f"inboundCall:\n  name: Inbound Sales\n{textwrap.indent(text, '  ')}".encode()


@pytest.mark.parametrize(
    "keys",
    [
        ("startUpTaskActions",),
        ("tasks", "task"),
        ("states", "state"),
        ("decision", "outputs", "yes"),
        ("switch", "cases", "case"),
        ("menus", "menu", "choices", "menuTask"),
        ("callData", "outputs", "success"),
        ("a",) * 150,
    ],
    ids=lambda keys: keys[0] if len(keys) < 10 else "deep",
)
def test_a_step_is_found_wherever_it_stands(keys: tuple[str, ...]) -> None:
    (step,) = read_flow(nested(*keys), "a.yaml").steps
    assert (step.category, step.action, step.name) == ("CRM", "Get customer by phone", "Get customer")
    assert list(step.bound) == BOUND
    assert (step.unbound, step.failure_branch, step.timeout_branch) == (1, True, False)


def test_a_step_within_the_branch_of_another() -> None:
    inner = STEP.replace("Get customer by phone", "Get orders")
    outer = STEP.replace("[{disconnect: {none: true}}]", f"[\n{textwrap.indent('REST', '  ')}]").replace(
        "REST", str(yaml.safe_load(inner))
    )
    flow = read_flow(f"workflow:\n  actions:\n    - {textwrap.indent(outer, '      ')[6:]}".encode(), "a.yaml")
    assert [step.action for step in flow.steps] == ["Get customer by phone", "Get orders"]
    assert all(step.failure_branch for step in flow.steps)


def flow_of(text: str) -> Flow:
    return read_flow(text.encode(), "flows/sales.yaml")


def test_without_a_name_it_is_called_as_its_file() -> None:
    assert flow_of("inboundCall: {tasks: []}").name == "sales"
    assert flow_of("a: {name: }").name == "sales"


def test_defaults_of_a_kind_of_step_are_no_step() -> None:
    text = "inboundCall: {settingsActionDefaults: {callData: {processingPrompt: {noValue: true}}}}"
    assert flow_of(text).steps == ()


def test_a_step_that_binds_nothing_is_told_once() -> None:
    (use,) = flow_of("a: {callData: {name: x, category: {CRM: {dataAction: {Ping: {inputs: {}}}}}}}").uses
    assert (use.action, use.output, use.variable, use.failure_branch) == ("Ping", "", "", False)


def test_two_keys_of_one_name_are_both_read() -> None:
    text = "a: {callData: {category: {C: {dataAction: {A: {}, A: {}}}, C: {dataAction: {B: {}}}}}}"
    assert [step.action for step in flow_of(text).steps] == ["A", "A", "B"]


def test_what_stands_behind_an_alias_is_one_step() -> None:
    text = "a: {x: &s {callData: {category: {C: {dataAction: {A: {}}}}}}, y: *s, z: [*s, *s]}"
    assert len(flow_of(text).steps) == 1


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a: {callData: {category: {yes: {dataAction: {no: {}}}}}}", ("yes", "no")),
        ("a: {callData: {category: {010: {dataAction: {1.50: {}}}}}}", ("010", "1.50")),
        ("a: {callData: {category: {2021-06-21: {dataAction: {~: {}}}}}}", ("2021-06-21", "~")),
        (
            "a:\n  callData:\n    category:\n      {{cat}}:\n        dataAction:\n          ${act}:\n            x: 1",
            ("{{cat}}", "${act}"),
        ),
        ("a: {callData: {category: {${c}: {dataAction: {'Get {{ x y }}': {}}}}}}", ("${c}", "Get {{ x y }}")),
        ('a: {callData: {category: {"{{c}} ${d} {{c}}": {dataAction: {A: {}}}}}}', ("{{c}} ${d} {{c}}", "A")),
        ('a: {callData: {category: {"\\uE0000\\uE000 \\uE0009\\uE000": {dataAction: {"{{a}}": {}}}}}}', None),
        ("a: {callData: {category: {\ue0000\ue000: {dataAction: {'{{a}}': {}}}}}}", ("\ue0000\ue000", "{{a}}")),
    ],
)
def test_names_are_as_they_are_written(text: str, names: tuple[str, str] | None) -> None:
    (step,) = flow_of(text).steps
    if names is None:  # an escape that makes the very characters that stand for placeholders: no error, no more
        assert step.action == "{{a}}"
    else:
        assert (step.category, step.action) == names


# -- wrong files ------------------------------------------------------------------------------------------

LAUGHS = "a: &a [x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(24)
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "a.yaml: it is empty"),
        (b"# nothing\n", "a.yaml: it is empty"),
        (b"- a", "a.yaml:1:1: it is no flow"),
        (b"\n\nhello", "a.yaml:3:1: it is no flow"),
        (b"a:\n\tb: 1", "a.yaml:2:1: it is not YAML"),
        (b"a: b: c", "a.yaml:1:5: it is not YAML: mapping values are not allowed"),
        (b"{{x}}: {{y}}: z", "a.yaml:1:13: it is not YAML: mapping values are not allowed"),
        (b"a: [1", "it is not YAML"),
        (b"a: \x00", "a.yaml:1:1: it holds a character that YAML does not take"),
        (b"a: 1\nb: caf\xe9", "a.yaml:2:7: it is not UTF-8 text (byte 0xe9)"),
        ("a: 1".encode("utf-16"), "a.yaml:1:1: it is UTF-16 text"),
        (b"a: {}\n---\nb: {}", "a.yaml:2:1: a second document (---) begins here"),
        (b"a:\n  - *x", "a.yaml:2:5: the alias *x has no anchor before it"),
        (b"[" * 100_000, "it is nested deeper than 500 levels"),
        (b"- " * 100_000, "it is nested deeper than 500 levels"),
        (b"? " * 100_000, "it is nested deeper than 500 levels"),
        (b"%YAML 99999999999.1\n---\na: 1", "it is not YAML"),
        (b"x" * (MAX_BYTES + 1), "a.yaml: it is larger than 20,000,000 bytes"),
        (b"PK\x03\x04\x14\x00", "it holds a character that YAML does not take"),
    ],
)
def test_wrong_files_are_told_with_their_place(data: bytes, said: str) -> None:
    with pytest.raises(ContractError) as caught:
        read_flow(data, "a.yaml")
    assert said in str(caught.value)
    assert caught.value.fix


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffa: {name: x}",
        "a:\r\n  name: x\r\n",
        LAUGHS,
        "a: &a {b: *a}",
        "a: &a [*a, *a]",
        "a: !!python/object/apply:os.system [exit]",
        "a: !<tag:yaml.org,2002:int> x",
        "? [complex, key]\n: 1\n? {a: b}\n: [2]\n",
        "a: '{{" + "{{" * 10_000 + "'",
        "a: '{{x}}" + "".join(map(chr, range(0xE000, 0xF900))) + "'",
    ],
)
def test_odd_files_are_read(text: str) -> None:
    assert flow_of(text).steps == ()


@pytest.mark.long
def test_no_file_has_more_values_than_are_read() -> None:
    with pytest.raises(ContractError, match="it holds more than 1,000,000 values"):
        read_flow(b"[&a a" + b",*a" * MAX_NODES + b"]", "a.yaml")


SEED = nested("tasks", "task").replace(b"CRM:", b"{{crm}}:")
PIECES = [
    *(b"\0", b"\xff", b"{{", b"}}", b"${", b"*a", b"&a ", b"!!python/object:os.system ", b"<<: *a", b"\t", b"---\n"),
    *(b"%YAML 9.1\n", b"\xef\xbb\xbf", b"? ", b"- ", b": ", b"\n", b"|\n", b"> ", b"'", b'"', b"[", b"{", b"]", b"}"),
    *(b'"\\uE0009\\uE000"', b'"\\ud800"', b'"\\U00110000"', b"\xee\x80\x80", b"~", b"#", b"@", b"`", b"successOutputs"),
]


def read_or_refused(data: bytes) -> None:
    refused = None
    try:
        flow = read_flow(data, "a.yaml")
        assert all(use.file == "a.yaml" for use in flow.uses)
    except ContractError as error:
        refused = error
    assert refused is None or (refused.where.startswith("a.yaml") and str(refused).isprintable())


@settings(max_examples=400)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(SEED)), st.integers(0, 12), st.sampled_from(PIECES)), min_size=1, max_size=6
    )
)
def test_whatever_is_done_to_a_flow_only_one_error_leaves(edits: list[tuple[int, int, bytes]]) -> None:
    data = SEED
    for at, gone, piece in edits:
        data = data[:at] + piece + data[at + gone :]
    read_or_refused(data)


@settings(max_examples=150)
@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_flow_or_one_error(data: bytes) -> None:
    read_or_refused(data)


# -- files ------------------------------------------------------------------------------------------------


def test_uses_of_files_and_what_is_wrong_with_some(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_bytes(nested("tasks", "task"))
    (tmp_path / "bad.yaml").write_text("a:\n  b: c: d\n")
    names = [str(tmp_path / name) for name in ("good.yaml", "bad.yaml", "gone.yaml")]
    uses, faults = uses_of([*names, str(tmp_path)], str(tmp_path))
    assert [(use.output, use.variable) for use in uses] == BOUND
    assert {(use.file, use.flow) for use in uses} == {("good.yaml", "Inbound Sales")}
    assert [(fault.file, fault.line, fault.column) for fault in faults] == [
        ("bad.yaml", 2, 7),
        ("gone.yaml", 0, 0),
        (".", 0, 0),
    ]
    assert faults[1].what == "it cannot be read: No such file or directory"


# -- joining ----------------------------------------------------------------------------------------------


def use_of(action: str, category: str = "CRM", output: str = "id", file: str = "a.yaml") -> Use:
    return Use(category, action, output, f"Flow.{output}", "Inbound Sales", "Get", file=file)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Get customer", "Get customer"),
        ("  Get customer ", "Get customer"),
        ("Get customer - Exported 2021-06-21 @ 8:42", "Get customer"),
        ("Get customer - Exported 2021-06-21 @ 18:42 ", "Get customer"),
        ("Get - Exported 2021-06-21 @ 8:42 twice", "Get - Exported 2021-06-21 @ 8:42 twice"),
        ("Get - Exported data", "Get - Exported data"),
        ("- Exported 2021-06-21 @ 8:42", ""),
        ("", ""),
    ],
)
def test_plain_names(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    ("called", "action", "integration", "joins"),
    [
        (("Get customer", "CRM"), "Get customer", "", True),
        (("Get customer", "CRM"), "Get customer", "CRM", True),
        (("Get customer", " CRM "), "Get customer", "CRM", True),
        (("Get customer", "Other"), "Get customer", "CRM", False),
        (("get customer", "CRM"), "Get customer", "", False),
        (("Get customer - Exported 2021-06-21 @ 8:42", "CRM"), " Get customer", "CRM", True),
        (("Get customer", "CRM"), "Get customer - Exported 2021-06-21 @ 8:42", "CRM", True),
        (("{{get}}", "{{crm}}"), "Get customer", "", False),
        (("{{get}}", "{{crm}}"), "{{get}}", "{{crm}}", True),
        (("{{get}}", "{{crm}}"), "{{get}}", "", True),
        (("Get customer", "{{crm}}"), "Get customer", "", True),
        (("Get customer", "{{crm}}"), "Get customer", "CRM", False),
    ],
)
def test_a_step_belongs_to_the_action_of_its_names(
    called: tuple[str, str], action: str, integration: str, joins: bool
) -> None:
    found = join([use_of(*called)], action, integration)
    assert [use.action for use in found] == ([action] if joins else [])
    assert bool(unjoined([use_of(*called)], found)) == (not joins and "{{" in "".join(called))


def test_what_cannot_be_joined_is_told_once_a_flow() -> None:
    calls = [use_of(f"{{{{a{number}}}}}") for number in (1, 1, 2, 3, 4, 5)]
    calls += [use_of("Get", "${crm}", file="b.yaml"), use_of("Get orders", file="c.yaml")]
    tail = (
        ": placeholders do not say which data action, so its variables are not told; "
        "list the flow as exported from Genesys Cloud, where the names are filled in"
    )
    assert unjoined(calls, [use_of("Get", "CRM", file="b.yaml")]) == (
        f"a.yaml calls {{{{a1}}}}, {{{{a2}}}}, {{{{a3}}}} and 2 more{tail}",
        f"b.yaml calls Get of ${{crm}}{tail}",
    )
    assert unjoined(calls[-1:], []) == ()

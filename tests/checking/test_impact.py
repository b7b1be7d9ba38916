"""What a lost output means to flows: every sentence word for word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.checking.impact import MOST, with_impact
from monitor.checking.words import told
from monitor.model import Change, ChangeKind, Finding, Loss, Mismatch, Severity, Use

ROOT = "$.fullName"
ACTION = "Get customer by phone"


def use_of(output: str = "fullName", variable: str = "Flow.customerName", **more: object) -> Use:
    use = Use("CRM", ACTION, output, variable, "Inbound Sales", "Get customer", file="flows/sales.yaml")
    return replace(use, **more)  # type: ignore[arg-type]  # its own fields


def loss_of(after: str, output: str = "fullName", *, silent: bool = False, detail: str = "") -> Loss:
    return Loss(ROOT, ACTION, output, "String", after, (ROOT,), detail, silent)


def finding_of(detail: Change | Loss | Mismatch) -> Finding:
    return Finding(detail.root, Severity.BREAKING, True, detail)


def sentences(loss: Loss, *uses: Use) -> list[str]:
    (finding,) = with_impact([finding_of(loss)], uses)
    return list(finding.impact)


NAME = 'Flow.customerName in "Inbound Sales" (Get customer, success output fullName)'
NO_BRANCH = "that step has no failure branch"
EMPTY_PATH = "failure path, which is empty, so the flow goes on after it"


@pytest.mark.parametrize(
    ("loss", "use", "said"),
    [
        (loss_of("missing"), use_of(), f"{NAME} will be blank; {NO_BRANCH}"),
        (loss_of("null"), use_of(), f"{NAME} will be blank; {NO_BRANCH}"),
        (loss_of("empty"), use_of(), f"{NAME} will be blank; {NO_BRANCH}"),
        (loss_of("empty"), use_of(failure_branch=True), f"{NAME} will be blank"),
        (
            loss_of("empty", silent=True),
            use_of(failure_branch=True),
            f"{NAME} will be blank; the step's failure branch is not taken",
        ),
        (loss_of("default"), use_of(), f"{NAME} will be the default; {NO_BRANCH}"),
        (
            loss_of("default", detail='the default "Bruce"', silent=True),
            use_of(failure_branch=True),
            f'{NAME} will be the default "Bruce"; the step\'s failure branch is not taken',
        ),
        (loss_of("Integer"), use_of(failure_branch=True), f"{NAME} will be an Integer"),
        (loss_of("Array of Object"), use_of(failure_branch=True), f"{NAME} will be an Array of Object"),
        (loss_of("String"), use_of(failure_branch=True), f"{NAME} will be a String"),
        (
            loss_of("error"),
            use_of(failure_branch=True),
            f"{NAME} will not be set: the step takes its failure path",
        ),
        (
            loss_of("invalid"),
            use_of(),
            f"{NAME} will not be set: the step takes its {EMPTY_PATH}",
        ),
        (
            loss_of("error"),
            use_of("", ""),
            f'the step Get customer in "Inbound Sales" takes its {EMPTY_PATH}',
        ),
        (
            loss_of("missing"),
            use_of(step="Call Data Action", failure_branch=True),
            f'Flow.customerName in "Inbound Sales" ({ACTION}, success output fullName) will be blank',
        ),
        (
            loss_of("missing"),
            use_of(step="", failure_branch=True, variable="Task.names"),
            f'Task.names in "Inbound Sales" ({ACTION}, success output fullName) will be blank',
        ),
    ],
)
def test_sentences(loss: Loss, use: Use, said: str) -> None:
    assert sentences(loss, use) == [said]


@pytest.mark.parametrize(
    ("lost", "bound"),
    [
        ("customer", ["customer.id", "customer.name"]),
        ("customer.id", ["customer.id"]),
        ("tickets", ["tickets.id", "tickets.status"]),
        ("ticket", []),
        ("customer.name.first", []),
    ],
)
def test_a_lost_object_or_list_is_lost_with_all_its_flat_names(lost: str, bound: list[str]) -> None:
    uses = [use_of(name) for name in ("customer.id", "customer.name", "tickets.id", "tickets.status")]
    found = sentences(loss_of("missing", lost), *uses)
    assert [text.partition("success output ")[2].partition(")")[0] for text in found] == bound


def test_only_a_loss_of_that_action_is_told() -> None:
    findings = [
        finding_of(Change(ROOT, ChangeKind.REMOVED, "String")),
        finding_of(Mismatch(ROOT, "body", "a", "b")),
        finding_of(replace(loss_of("missing"), translation="screen-pop")),
        finding_of(loss_of("missing", "tier")),
        finding_of(replace(loss_of("missing"), output="")),
    ]
    assert with_impact(findings, [use_of(), use_of("", "")]) == tuple(findings)
    assert with_impact(findings, []) == tuple(findings)


def test_names_are_escaped_and_cut() -> None:
    evil = "\x1b[31m\u202e" + "x" * 500
    uses = [use_of(variable=evil, flow=evil, step=evil)]
    (said,) = sentences(loss_of("missing"), *uses)
    assert said.isprintable()
    assert len(said) < 700


def test_an_output_whose_name_was_escaped_is_found() -> None:
    (said,) = sentences(loss_of("missing", "na\\x1bme"), use_of("na\x1bme"))
    assert "success output na\\x1bme)" in said


def test_of_one_root_so_many_are_told_and_the_rest_counted() -> None:
    uses = [use_of("a", f"Flow.a{number}") for number in range(15)]
    uses += [use_of("b", f"Flow.b{number}") for number in range(15)]
    losses = [loss_of("missing", "a"), loss_of("missing", "b"), loss_of("null", "b")]
    other = replace(loss_of("missing", "a"), root="$.other")
    found = with_impact([finding_of(one) for one in (*losses, other)], uses)
    assert [len(finding.impact) for finding in found] == [15, MOST - 15 + 1, 0, 15]
    assert found[1].impact[-1] == "and 10 more in flows"
    lines = {one.root: one.lines for one in told(found)}
    assert len([line for line in lines[ROOT] if "Flow." in line]) == MOST


def test_the_variables_of_a_step_that_fails_are_told_together() -> None:
    names = [f"o{number}" for number in range(3)]
    uses = [use_of(name, f"Flow.{name}") for name in names]
    uses += [use_of("", ""), use_of("o1", "Flow.other", step="Again", failure_branch=True)]
    findings = [finding_of(loss_of("error", name)) for name in names]
    found = with_impact(findings, uses)
    assert [finding.impact for finding in found[1:]] == [(), ()]
    together = 'Flow.o0, Flow.o1 and Flow.o2 in "Inbound Sales" (Get customer)'
    assert found[0].impact == (
        f"{together} will not be set: the step takes its {EMPTY_PATH}",
        'Flow.other in "Inbound Sales" (Again, success output o1) will not be set: the step takes its failure path',
    )


def test_of_a_step_so_many_variables_are_named() -> None:
    uses = [use_of("o", f"Flow.o{number}") for number in range(MOST + 5)]
    (said,) = sentences(loss_of("error", "o"), *uses)
    assert f"Flow.o{MOST - 1} and 5 more in " in said


def test_they_stand_below_the_outputs() -> None:
    change = Change(ROOT, ChangeKind.RENAMED, "String", "String", "$.name", "same value")
    findings = [finding_of(change), finding_of(loss_of("missing", silent=True)), finding_of(loss_of("null", "tier"))]
    (one,) = told(with_impact(findings, [use_of(), use_of("tier", "Flow.tier")]))
    told_of_flows = [line for line in one.lines if 'in "Inbound Sales"' in line]
    assert told_of_flows == [
        f"{NAME} will be blank; {NO_BRANCH}",
        f'Flow.tier in "Inbound Sales" (Get customer, success output tier) will be blank; {NO_BRANCH}',
    ]
    last_output = max(number for number, line in enumerate(one.lines) if line.startswith("output "))
    assert one.lines.index(told_of_flows[0]) > last_output
    assert one.lines[-2:] == (
        "probably renamed: same value",
        f"to mend it: read $.name instead of {ROOT} in {ACTION}",
    )


NAMES = st.sampled_from(["a", "a.b", "b", "", "é\n"])
LOSSES = st.builds(
    Loss,
    st.sampled_from(["$.x", "$.y"]),
    st.sampled_from([ACTION, "other"]),
    NAMES,
    st.just("String"),
    st.sampled_from(["missing", "default", "error", "invalid", "Integer", ""]),
)
USES = st.lists(
    st.builds(
        Use, st.just("CRM"), st.just(ACTION), NAMES, st.text(max_size=3), st.text(max_size=3), st.text(max_size=3)
    )
)


@given(losses=st.lists(LOSSES, max_size=8), uses=USES)
def test_only_the_impact_is_added(losses: list[Loss], uses: list[Use]) -> None:
    findings = tuple(finding_of(loss) for loss in losses)
    found = with_impact(findings, uses)
    assert tuple(replace(finding, impact=()) for finding in found) == findings
    assert all(text.isprintable() for finding in found for text in finding.impact)
    for root in ("$.x", "$.y"):
        said = [text for finding in found if finding.root == root for text in finding.impact]
        assert len(said) <= MOST + 1
        assert len(set(said)) == len(said)

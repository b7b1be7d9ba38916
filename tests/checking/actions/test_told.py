"""What a data action's response comes to, output by output against the baseline, in the words that people read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from monitor.checking.impact import with_impact
from monitor.checking.judge import judge
from monitor.checking.translations import blank_outputs
from monitor.checking.words import told
from monitor.jsonpaths import Json
from monitor.model import Case, Contract, Finding, Judgement, Loss, Outcome, Response, Severity, Translation, Use

NAME = "Get customer"
TYPES: Mapping[str, Json] = {
    "id": {"type": "string"},
    "tier": {"type": "string"},
    "open": {},
    "mails": {"type": "array", "items": {"type": "string"}},
    "first": {"type": ["string", "null"]},
    "when": {"type": "string"},
}
ACTION: dict[str, Json] = {
    "translationMap": {
        "id": "$.id",
        "tier": "$.tier",
        "open": "$.open",
        "mails": "$.mails[*].mail",
        "tags": "$.tags[*].name",
        "when": "$.when",
    },
    "translationMapDefaults": {"tier": '"Standard"', "open": "0", "when": "unknown"},
    "successTemplate": '{"id": ${id}, "tier": ${tier}, "open": ${open}, "mails": ${mails}, "when": ${when},\n'
    '"first": ${successTemplateUtils.firstFromArray("${tags}", "$esc.quote$esc.quote")}}',
    "successSchema": {"type": "object", "properties": dict(TYPES)},
}
BODY: dict[str, Json] = {
    "id": "C-1",
    "tier": "Gold",
    "open": 3,
    "mails": [{"mail": "ann@example.org"}, {"mail": "lee@example.org"}],
    "tags": [{"name": "a"}, {"name": "b"}],
    "when": "2026-11-18",
}
TRANSFORM = "Transform failed to process result using 'successTemplate' template due to error:"


def translation_of(**changed: Json) -> Translation:
    return Translation(NAME, "data_action", json.dumps({**ACTION, **changed}), "get-customer.json")


def response_of(body: Json | bytes, status: int = 200) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, "", "HTTP/1.1", (("Content-Type", "application/json"),), content)


def case_of(before: Response | None, after: Response, translation: Translation | None = None) -> Case:
    return Case("crm", "a-1", None, (translation or translation_of(),), after, after, before)


def body_of(*gone: str, **changed: Json) -> dict[str, Json]:
    return {key: value for key, value in {**BODY, **changed}.items() if key not in gone}


def judged(after: Json | bytes, *, status: int = 200, translation: Translation | None = None) -> Judgement:
    return judge(case_of(response_of(BODY), response_of(after, status), translation))


def losses_of(findings: Sequence[Finding]) -> list[Loss]:
    return [finding.detail for finding in findings if isinstance(finding.detail, Loss)]


def lines_of(findings: Sequence[Finding]) -> list[str]:
    return [line for group in told(findings) if group.severity is not Severity.INFO for line in group.lines]


# -- against the baseline ---------------------------------------------------------------------------------

ENDPOINT = "ACTION.REMOTE_ENDPOINT: the status is 404, and the body is not translated"
ALL = "first, id, mails, open, tier and 1 more"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(body_of(), "", id="kept"),
        pytest.param(body_of(id="C-2", tier="Basic", open=0, mails=[{"mail": "x"}]), "", id="other values"),
        pytest.param(body_of(mails=[{"mail": "a"}] * 5, tags=[{"name": "c"}]), "", id="longer and shorter lists"),
        pytest.param(
            body_of("tier"),
            """
            Expected: tier (String) at $.tier
            Actual: Key 'tier' not found in response body
            output tier: String -> the default "Standard"
            silent: Genesys will report success; the flow gets the default
            """,
            id="default taken",
        ),
        pytest.param(
            body_of("open", openTickets=3),
            """
            Expected: open (Integer) at $.open
            Actual: Key 'open' not found in response body
            New key 'openTickets' found at $.openTickets
            output open: Integer -> the default 0
            silent: Genesys will report success; the flow gets the default
            probably renamed: same value
            to mend it: in "Get customer" translationMap.open: $.openTickets instead of $.open
            """,
            id="default taken after a rename",
        ),
        pytest.param(
            body_of(mails=[{"email": "ann@example.org"}, {"email": "lee@example.org"}]),
            """
            Expected: mail (String) at $.mails[*].mail
            Actual: Key 'mail' not found in response body
            New key 'email' found at $.mails[*].email
            output mails: Array -> empty
            silent: Genesys will report success; the flow gets a blank
            probably renamed: same value in 2 of 2 members
            to mend it: in "Get customer" translationMap.mails: $.mails[*].email instead of $.mails[*].mail
            """,
            id="an empty list after a rename",
        ),
        pytest.param(
            body_of(mails=[], tags=[]),
            """
            Expected: members in mails (Array) at $.mails
            Actual: mails is empty, so nothing below it was compared
            output mails: Array -> empty
            silent: Genesys will report success; the flow gets a blank
            Expected: members in tags (Array) at $.tags
            Actual: tags is empty, so nothing below it was compared
            output first: String -> the default ""
            silent: Genesys will report success; the flow gets the default
            """,
            id="no members",
        ),
        pytest.param(
            body_of(open=None),
            """
            Expected: open (Integer) at $.open
            Actual: open is Null
            output open: Integer -> null
            silent: Genesys will report success; the flow gets a blank
            """,
            id="null is no default",
        ),
        pytest.param(
            body_of(open="3"),
            """
            Expected: open (Integer) at $.open
            Actual: open is a String
            output open: Integer -> String
            silent: Genesys will report success; the flow gets another type
            """,
            id="type changed where the schema lets it",
        ),
        pytest.param(
            body_of("id"),
            f"""
            Expected: id (String) at $.id
            Actual: Key 'id' not found in response body
            {NAME} takes its failure path (ACTION.PROCESSING: {TRANSFORM}'Variable $id has not been set at \
successTemplate[line 1, column 8]'): outputs {ALL} are lost
            """,
            id="failure path: the template",
        ),
        pytest.param(
            body_of("when"),
            f"""
            Expected: when (String) at $.when
            Actual: Key 'when' not found in response body
            {NAME} takes its failure path (ACTION.PROCESSING: the text that the successTemplate makes is no JSON at \
line 1, column 98): outputs {ALL} are lost
            """,
            id="failure path: no JSON",
        ),
        pytest.param(
            body_of(tier=7),
            f"""
            Expected: tier (String) at $.tier
            Actual: tier is an Integer
            {NAME} takes its failure path (ACTION.PROCESSING: the result does not conform to the success schema: \
must be string at /tier): outputs {ALL} are lost
            """,
            id="failure path: the schema",
        ),
        pytest.param(
            body_of(tier=None),
            f"""
            Expected: tier (String) at $.tier
            Actual: tier is Null
            {NAME} takes its failure path (ACTION.PROCESSING: the result does not conform to the success schema: \
must be string at /tier; assumed: null does not fit another type, as in JSON Schema): outputs {ALL} are lost
            """,
            id="failure path: null and the schema",
        ),
    ],
)
def test_in_words(body: Json, expected: str) -> None:
    judgement = judged(body)
    lines = [line.strip() for line in expected.strip().splitlines()]
    assert lines_of(judgement.findings) == lines
    assert (judgement.outcome is Outcome.DRIFTED) == bool(lines)
    assert judgement.reason == ""


def test_what_stands_beside_what_is_read_of_a_list_is_not_read() -> None:
    before: dict[str, Json] = {**BODY, "tags": [{"name": "a", "color": "red"}, {"name": "b", "color": "blue"}]}
    judgement = judge(case_of(response_of(before), response_of(BODY)))
    assert [(one.root, one.severity) for one in judgement.findings] == [("$.tags[*].color", Severity.INFO)]


def test_what_mends_it_is_told_as_the_action_has_it() -> None:
    results = translation_of(
        translationMap={"id": "$.results[0].contactId", "tier": "$.results[-1].contactId", "open": "$..contactId"},
        translationMapDefaults={"id": '""', "tier": '""', "open": "0"},
        successTemplate='{"id": ${id}, "tier": ${tier}}',
    )
    before, after = (response_of({"results": [{name: "C-1"}]}) for name in ("contactId", "contact_id"))
    at = 'to mend it: in "Get customer" translationMap'
    assert lines_of(judge(case_of(before, after, results)).findings)[-2:] == [
        f"{at}.id: $.results[0].contact_id instead of $.results[0].contactId",
        f"{at}.tier: $.results[-1].contact_id instead of $.results[-1].contactId",
    ]


def test_what_fails_the_action_comes_first_and_the_others_say_so() -> None:
    groups = [group for group in told(judged(body_of("when", "id", "extra")).findings) if group.root != "$.extra"]
    assert [group.root for group in groups] == ["$.id", "$.when"]
    assert groups[1].lines[-1] == "also read by when of Get customer, which fails already (see $.id)"
    groups = [*told(judged(body_of("mails", "tier", "open", "when", extra=1)).findings)]
    assert [group.root for group in groups] == ["$.mails", "$.open", "$.tier", "$.when", "$.extra"]
    assert [group.lines[-1].startswith("also read by") for group in groups] == [False, True, True, True, False]


def test_every_loss_is_breaking_and_said_to_be_silent_where_it_is() -> None:
    for gone in BODY:
        judgement = judged(body_of(gone))
        (worst, *_) = told(judgement.findings)
        assert worst.severity is Severity.BREAKING
        silent = [loss.silent for loss in losses_of(judgement.findings)]
        assert silent
        assert all(silent) == ("silent: " in "\n".join(worst.lines))
        assert any(silent) == (gone not in ("id", "when", "mails", "tags"))


def test_a_status_from_400_on_is_the_failure_path() -> None:
    judgement = judged({"error": "no such customer"}, status=404)
    assert {finding.root for finding in judgement.findings} == {"status"}
    assert lines_of(judgement.findings) == [
        "Expected: status 200",
        "Actual: status 404",
        f"{NAME} takes its failure path ({ENDPOINT}): outputs {ALL} are lost",
    ]


def test_a_status_that_was_approved_is_as_it_should_be() -> None:
    missing = response_of({"error": "no such customer"}, 404)
    assert judge(case_of(missing, missing)).outcome is Outcome.SAME
    assert losses_of(judge(case_of(missing, response_of(BODY))).findings) == []


def test_a_status_that_the_contract_wants_is_as_it_should_be() -> None:
    interaction = {"description": "nobody", "request": {"method": "GET", "path": "/"}, "response": {"status": 404}}
    pact = {"consumer": {"name": "us"}, "provider": {"name": "them"}, "interactions": [interaction]}
    contract = Contract("crm.json", "$.interactions[0]", json.dumps(pact).encode(), "0" * 64)
    missing = case_of(None, response_of({"error": "no such customer"}, 404))
    assert judge(replace(missing, contract=contract)).outcome is Outcome.NO_BASELINE
    assert judge(missing).outcome is Outcome.DRIFTED


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_an_empty_body_is_translated_like_an_empty_object(body: bytes) -> None:
    lenient = translation_of(
        translationMapDefaults={
            "id": '""',
            "tier": '"Standard"',
            "open": "0",
            "mails": "[]",
            "tags": "[]",
            "when": '""',
        }
    )
    findings = judged(body, status=204, translation=lenient).findings
    assert {(loss.output, loss.after, loss.detail) for loss in losses_of(findings)} == {
        ("id", "default", 'the default ""'),
        ("tier", "default", 'the default "Standard"'),
        ("open", "default", "the default 0"),
        ("mails", "default", "the default []"),
        ("first", "default", 'the default ""'),
        ("when", "default", 'the default ""'),
    }
    assert "assumed: an empty body is translated like {}" in lines_of(findings)


def test_a_page_instead_of_json() -> None:
    judgement = judged(b"<html><body>Sign in</body></html>")
    assert judgement.outcome is Outcome.UNREADABLE
    assert judgement.reason.endswith("it should be: it is an HTML page (media type application/json)")
    assert judgement.fix == "look at what came: monitor show RECORDING --raw"
    assert judgement.notes == (
        f"{NAME} takes its failure path: no output is set; assumed: a body that is no JSON takes the failure path",
    )


# -- what it rests on -------------------------------------------------------------------------------------


def test_a_text_too_many_is_said_with_what_is_lost() -> None:
    template = ACTION["successTemplate"]
    assert isinstance(template, str)
    braced = translation_of(successTemplate=f"{template}}}")
    assert judge(case_of(response_of(BODY), response_of(BODY), braced)).outcome is Outcome.SAME
    assert "assumed: what follows the first JSON value is ignored" in lines_of(
        judged(body_of("tier"), translation=braced).findings
    )


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ('{"first": ${successTemplateUtils.firstFromArray("$tags")}}', "no JSON at line 1, column 11; assumed: first"),
        (
            '{"first": "${successTemplateUtils.firstFromArray($tags)}"}',
            "assumed: firstFromArray of [] without a default",
        ),
    ],
)
def test_the_first_of_nothing_is_an_assumption(template: str, said: str) -> None:
    action = translation_of(successTemplate=template, successSchema={"properties": {"first": {}}})
    before, after = (response_of({"tags": [{name: 5}]}) for name in ("name", "label"))
    assert said in "\n".join(lines_of(judge(case_of(before, after, action)).findings))


def test_an_action_that_never_worked_is_no_drift() -> None:
    broken = translation_of(successTemplate='{"id": ${nobody}}')
    judgement = judge(case_of(response_of(BODY), response_of(BODY), broken))
    assert judgement.outcome is Outcome.NOT_JUDGED
    assert "translation 'Get customer' fails on the baseline as well" in judgement.reason
    assert "Variable $nobody has not been set" in judgement.reason


def test_an_action_that_cannot_work_is_told_once_without_a_baseline() -> None:
    broken = translation_of(successTemplate='{"id": ${id}, "tier": ${nobody}}')
    findings = judge(case_of(None, response_of(BODY), broken)).findings
    assert {finding.root for finding in findings} == {f"output:{NAME}"}
    assert len({finding.fingerprint for finding in findings}) == 1
    fault = f"{TRANSFORM}'Variable $nobody has not been set at successTemplate[line 1, column 23]'"
    test = 'monitor test-action "Get customer" --recording RECORDING'
    assert lines_of(findings) == [
        f"{NAME} takes its failure path (ACTION.PROCESSING: {fault}): outputs {ALL} are lost",
        "made from $.id",
        f"there is no baseline to compare with, so it may fail as it is written: see each step with {test}",
    ]


def test_without_a_baseline_only_failures_are_told() -> None:
    assert (
        judge(case_of(None, response_of(body_of("tier", "mails")))).outcome is Outcome.DRIFTED
    )  # mails has no default
    assert judge(case_of(None, response_of(body_of("tier")))).outcome is Outcome.NO_BASELINE


def test_a_default_that_was_taken_before_is_no_news() -> None:
    before = response_of(body_of("tier", tags=[]))
    assert losses_of(judge(case_of(before, response_of(body_of("tier", tags=[], open=9)))).findings) == []


def test_of_two_names_in_a_text_one_more_default_is_news() -> None:
    both = translation_of(
        translationMap={"a": "$.id", "b": "$.tier"},
        translationMapDefaults={"a": '"nobody"', "b": '"none"'},
        successTemplate='{"id": [${a}, ${b}]}',
        successSchema={"properties": {"id": {"type": "array"}}},
    )
    before, after = response_of({"id": "C-1"}), response_of({"x": 1})
    (loss,) = losses_of(judge(case_of(before, after, both)).findings)
    assert (loss.output, loss.after, loss.detail) == ("id", "default", 'the default "nobody" and "none"')


@pytest.mark.parametrize(
    ("path", "template", "after"),
    [
        ("$.rows.size()", '{"n": ${rows}}', '{"rows": []}'),
        ("$.rows", '{"n": #if($rows == "[]")0#{else}1#end}', '{"rows": []}'),
        ("$.rows.length()", '{"n": ${rows}}', '{"rows": []}'),
    ],
)
def test_what_is_made_of_an_empty_list_is_another_value(path: str, template: str, after: str) -> None:
    """The path was found, and no default stands there to be taken."""
    count = translation_of(
        translationMap={"rows": path},
        translationMapDefaults={},
        successTemplate=template,
        successSchema={"properties": {"n": {"type": "integer"}}},
    )
    before = response_of({"rows": [{"a": 1}]})
    assert losses_of(judge(case_of(before, response_of(after.encode()), count)).findings) == []


# -- what it means to a flow ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (body_of("tier"), 'will be the default "Standard"; that step has no failure branch'),
        (body_of(open=None), "will be blank; that step has no failure branch"),
        (body_of(open="3"), "will be a String; that step has no failure branch"),
        (body_of(tags=[]), 'will be blank (the default ""); that step has no failure branch'),
        (
            body_of("id"),
            "will not be set: the step takes its failure path, which is empty, so the flow goes on after it",
        ),
    ],
)
def test_a_variable(body: Json, said: str) -> None:
    findings = judged(body).findings
    output = next(loss.output for loss in losses_of(findings))
    use = Use("CRM", NAME, output, "Flow.x", "Inbound Sales", "Look up")
    lines = lines_of(with_impact(findings, [use]))
    assert f'Flow.x in "Inbound Sales" (Look up, success output {output}) {said}' in lines


def test_a_baseline_that_found_nothing_is_no_sameness() -> None:
    """Neither when it is approved, nor when what it lacks comes back."""
    nothing = response_of({"id": "C-1", "mails": [], "tags": [], "when": "now"})
    blank = ('tier (the default "Standard")', "open (the default 0)", "mails", 'first (the default "")')
    found = blank_outputs(translation_of(), nothing, masked=False)
    assert set(found) == set(blank)
    assert blank_outputs(translation_of(), response_of(BODY), masked=False) == ()
    judgement = judge(case_of(nothing, response_of(BODY)))
    assert "outputs filled now that were blank in the baseline: " in judgement.notes[0]

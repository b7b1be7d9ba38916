"""What lint prints: every format word for word, and any remark in every one."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from monitor.errors import UsageError
from monitor.reports import Options
from monitor.reports import formats as run_formats
from monitor.reports.lint import LintReport, find, formats


@dataclass(frozen=True)
class Said:
    rule: str
    level: str
    file: str
    pointer: str
    vendor: str
    what: str
    fix: str
    interaction: str = ""
    line: int = 0
    column: int = 0


DEAD = Said(
    rule="rule-without-value",
    level="error",
    file="contracts/crm/lookup.json",
    pointer="$.interactions[0].response.matchingRules.body['$.custId']",
    vendor="crm",
    interaction="look up \x1b[31mred\x1b[0m",
    what="the rule is never applied: the example's $ has no key 'custId'",
    fix="did you mean 'customerId'? Correct the rule's path",
    line=12,
    column=9,
)
UNBOUND = Said(
    rule="unbound-name",
    level="error",
    file="monitor.yaml",
    pointer="vendors.crm.states",
    vendor="crm",
    what="no contract has a provider state 'a'",
    fix="delete it",
)
EXACT = Said(
    rule="exact-value",
    level="warning",
    file="contracts/crm/lookup.json",
    pointer="$.interactions[0].response.body.tier",
    vendor="crm",
    interaction="a lookup",
    what="100% exact, or not: $.tier",
    fix='add to $.interactions[0].response: "matchingRules": {}',
    line=7,
    column=3,
)
REPORT = LintReport((DEAD, UNBOUND, EXACT), files=2, interactions=1, exit_code=1)
CLEAN = LintReport((), files=1, interactions=3)
TEXT = """\
contracts/crm/lookup.json
  12:9  error  rule-without-value  $.interactions[0].response.matchingRules.body['$.custId']
    crm: look up \\x1b[31mred\\x1b[0m
    the rule is never applied: the example's $ has no key 'custId'
    fix: did you mean 'customerId'? Correct the rule's path
  7:3  warning  exact-value  $.interactions[0].response.body.tier
    crm: a lookup
    100% exact, or not: $.tier
    fix: add to $.interactions[0].response: "matchingRules": {}
monitor.yaml
  error  unbound-name  vendors.crm.states
    crm
    no contract has a provider state 'a'
    fix: delete it
2 errors, 1 warning: 1 interaction in 2 contract files
"""
GITHUB = (
    "::error file=contracts/crm/lookup.json,line=12,col=9,title=rule-without-value::"
    "crm: look up \\x1b[31mred\\x1b[0m: the rule is never applied: the example's $ has no key 'custId'%0A"
    "fix: did you mean 'customerId'? Correct the rule's path%0A"
    "$.interactions[0].response.matchingRules.body['$.custId']\n"
    "::error file=monitor.yaml,title=unbound-name::crm: no contract has a provider state 'a'%0Afix: delete it%0A"
    "vendors.crm.states\n"
    "::warning file=contracts/crm/lookup.json,line=7,col=3,title=exact-value::crm: a lookup: 100%25 exact, or not: "
    '$.tier%0Afix: add to $.interactions[0].response: "matchingRules": {}%0A$.interactions[0].response.body.tier\n'
)


def test_what_a_terminal_shows() -> None:
    assert find("text").render(REPORT, Options()) == TEXT
    assert find("text").render(CLEAN, Options()) == "ok: 3 interactions in 1 contract file, nothing to remark\n"


def test_colours_change_nothing_else() -> None:
    colored = find("text").render(REPORT, Options(color=True))
    assert "\x1b[31;1merror\x1b[0m" in colored
    for code in ("31;1", "33;1", "32", "2", "0"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == TEXT


def test_annotations_for_github() -> None:
    assert find("github").render(REPORT, Options()) == GITHUB
    assert find("github").render(CLEAN, Options()) == ""


def test_json_is_every_remark_field_by_field() -> None:
    told = json.loads(find("json").render(REPORT, Options()))
    assert told["version"] == 1
    assert told["figures"] == {"errors": 2, "warnings": 1, "files": 2, "interactions": 1}
    assert told["exit_code"] == 1
    assert [remark["rule"] for remark in told["remarks"]] == ["rule-without-value", "unbound-name", "exact-value"]
    assert told["remarks"][0] == {name: getattr(DEAD, name) for name in Said.__dataclass_fields__}


HOSTILE = Said(
    rule="exact-value",
    level="warning",
    file="a,b:c%d.json",
    pointer="$['\r\n::error::']",
    vendor="crm",
    interaction="x\n::error file=a::b",
    what="y\r\n::stop-commands::z\x1b[2J",
    fix="%0A\u202e",
    line=1,
    column=1,
)


def test_no_remark_can_begin_another_command() -> None:
    line, end = find("github").render(LintReport((HOSTILE,), 1, 1), Options()).split("\n")
    assert not end
    assert line.startswith("::warning file=a%2Cb%3Ac%25d.json,line=1,col=1,title=exact-value::crm: x\\x0a::error")
    assert "\r" not in line
    assert "%250A" in line


@pytest.mark.parametrize("name", formats())
@pytest.mark.parametrize("report", [REPORT, CLEAN, LintReport((HOSTILE,), 1, 1)], ids=["some", "none", "hostile"])
def test_every_format_renders_any_report(name: str, report: LintReport) -> None:
    text = find(name).render(report, Options())
    assert text.endswith("\n") or not text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_formats_of_lint_and_of_runs_are_apart() -> None:
    assert formats() == ("github", "json", "text")
    assert "lint" not in run_formats()
    assert "github" not in run_formats()
    with pytest.raises(UsageError, match="unknown format 'junit'"):
        find("junit")

"""JUnit XML: what the schema of Jenkins' reporters (junit-10.xsd) allows, and verdicts that cannot be misread."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Outcome, Result, RunReport, Severity
from monitor.reports import Options, find

# element -> (required attributes, optional attributes, children)
_TOLD: Final = (set[str](), {"type", "message"}, set[str]())
ALLOWED: Final[dict[str, tuple[set[str], set[str], set[str]]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": _TOLD,
    "error": _TOLD,
    "skipped": _TOLD,
    "system-out": (set(), set(), set()),
}
STAMP: Final = datetime(2026, 11, 22, tzinfo=UTC)
TIME: Final = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")

SHOWN = (
    "a\\x1b[31m`b` ``` | <script>x()</script> @someone #1 [x](http://e.example) ]]> \\ud800 \\u202e &amp;\\x0a# c\\x00"
)
FAILURE = f"""\
breaking
  Expected: a (String) at $.a
  Actual: {SHOWN}
info
  b (String) is gone
against:  recordings/baseline/crm/lookup-1a2b3c4d.har
evidence: recordings/runs/R/crm/lookup-1a2b3c4d.har"""
BELOW = """\
warning
  c (String) may now be null
against:  recordings/baseline/crm/list-1a2b3c4d.har
evidence: recordings/runs/R/crm/list-1a2b3c4d.har"""


def checked(element: ET.Element) -> None:
    required, optional, children = ALLOWED[element.tag]
    assert required <= set(element.keys()) <= required | optional, element.tag
    assert {child.tag for child in element} <= children, element.tag
    assert not children or not (element.text or "").strip(), element.tag
    if "time" in element.keys():  # noqa: SIM118 - an element is a sequence of its children
        assert TIME.fullmatch(element.attrib["time"])
    for child in element:
        checked(child)


def rendered(report: RunReport) -> ET.Element:
    """The parsed report: it follows the schema, and its figures are right."""
    root = ET.fromstring(find("junit").render(report, Options()))
    assert root.tag == "testsuites"
    checked(root)
    for level in (root, *root):
        verdicts = Counter(child.tag for case in level.iter("testcase") for child in case)
        assert level.attrib["tests"] == str(len(list(level.iter("testcase"))))
        assert level.attrib["failures"] == str(verdicts["failure"])
        assert level.attrib["errors"] == str(verdicts["error"])
        assert level.attrib.get("skipped", str(verdicts["skipped"])) == str(verdicts["skipped"])
    names = [(suite.attrib["name"], case.attrib["name"]) for suite in root for case in suite.iter("testcase")]
    assert len(names) == len(set(names))
    return root


def outcome_of(case: ET.Element) -> str:
    return ",".join(child.tag for child in case)


def test_each_vendor_is_a_suite_and_each_interaction_a_case(hostile: RunReport) -> None:
    root = rendered(hostile)
    crm, tickets = root
    assert (crm.attrib["name"], crm.attrib["tests"], crm.attrib["time"]) == ("crm", "5", "1.750")
    assert [outcome_of(case) for case in crm.iter("testcase")] == [
        "",
        "system-out",
        "",
        "failure,system-out",
        "skipped",
    ]
    assert [outcome_of(case) for case in tickets.iter("testcase")] == ["error"] * 6
    assert {case.attrib["classname"] for case in tickets.iter("testcase")} == {"monitor.tickets"}


def test_a_failure_tells_everything(hostile: RunReport) -> None:
    case = list(rendered(hostile)[0].iter("testcase"))[3]
    (failure, out) = case
    assert (case.attrib["name"], case.attrib["time"]) == (f"{SHOWN} (lookup-1a2b3c4d)", "0.250")
    assert failure.attrib["type"] == "breaking"
    assert failure.attrib["message"].startswith("Expected: a (String) at $.a; Actual: a")
    assert failure.text == FAILURE
    assert out.text == "note: key 'a' stands twice"


def test_drift_below_fail_on_passes_and_is_told(hostile: RunReport) -> None:
    case = list(rendered(hostile)[0].iter("testcase"))[1]
    assert [out.text for out in case] == [BELOW]
    stricter = rendered(replace(hostile, fail_on=Severity.WARNING))
    failures = [case[0].attrib["type"] for case in stricter[0].iter("testcase") if outcome_of(case)[:7] == "failure"]
    assert failures == ["warning", "breaking"]


def test_what_could_not_be_judged_says_why_and_what_to_do(hostile: RunReport) -> None:
    errors = list(rendered(hostile)[1].iter("error"))
    assert [error.attrib["type"] for error in errors] == [o.value for o in Outcome if not o.judged]
    assert errors[0].attrib["message"].startswith("vendor_down because a\\x1b[31m")
    assert errors[0].attrib["message"].endswith("; look there")
    assert (errors[0].text or "").endswith("look there\nevidence: recordings/runs/R/tickets/vendor_down-00000000.har")


def test_interactions_of_one_name_are_told_apart(hostile: RunReport) -> None:
    names = [case.attrib["name"] for case in rendered(hostile)[1].iter("testcase")]
    assert names[0] == "a lookup (vendor_down-00000000)"
    again = replace(hostile, results=hostile.results[-1:] * 3)
    evidence = "a lookup (not_run-00000000) (runs/R/tickets/not_run-00000000.har)"
    names = [case.attrib["name"] for case in rendered(again)[1].iter("testcase")]
    assert names == [evidence, f"{evidence} #2", f"{evidence} #3"]


@pytest.mark.parametrize("code", [0, 2, 3, 70])
def test_a_run_that_judged_nothing_is_an_error(hostile: RunReport, code: int) -> None:
    reasons = ("nothing was judged: there was no interaction to judge",) if code else ()
    root = rendered(replace(hostile, results=(), exit_code=code, exit_reasons=reasons))
    assert root.attrib["errors"] == "1"
    (error,) = root.iter("error")
    assert error.attrib["message"].startswith("nothing was judged")


def test_an_exit_code_that_no_case_explains_is_an_error(hostile: RunReport) -> None:
    quiet = replace(hostile, results=hostile.results[:1])
    assert rendered(replace(quiet, exit_code=0)).attrib["errors"] == "0"
    assert rendered(replace(quiet, exit_code=3, exit_reasons=("odd",))).attrib["errors"] == "1"


@pytest.mark.parametrize("elapsed", [float("nan"), float("inf"), -1.0, 1e300])
def test_odd_times_are_times(hostile: RunReport, elapsed: float) -> None:
    rendered(replace(hostile, results=tuple(replace(r, elapsed=elapsed) for r in hostile.results)))


@given(st.text(st.characters(codec=None), max_size=40))
def test_any_text_is_xml_that_every_encoding_holds(text: str) -> None:
    result = Result(text, text, text, Outcome.NOT_JUDGED, reason=text, fix=text, evidence=text)
    report = RunReport(text, "check", STAMP, STAMP, (text,), (result,) * 2, notes=(text,))
    rendered(report)
    assert find("junit").render(report, Options()).isascii()

"""Messages as plain text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from monitor.alerts.plain import LINE, plain
from monitor.model import Command, Reason, Severity
from tests.alerts.decisions import HOSTILE
from tests.alerts.examples import FIRST, MESSAGES, MIXED


@pytest.mark.parametrize("name", [name for name in MESSAGES if "hostile" not in name])
def test_what_people_read(name: str, snapshot: SnapshotAssertion) -> None:
    assert plain(MESSAGES[name]) == snapshot


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (Reason.FIRST_DRIFT, "BREAKING, first drift: "),
        (Reason.REMINDER_DUE, "BREAKING, still so: "),
        (Reason.WORSE, "BREAKING, worse than before: "),
        (Reason.REOPENED, "BREAKING, here again: "),
        (Reason.FLAPPING, "BREAKING, comes and goes: "),
        (Reason.ADOPTED, "BREAKING, seen by new rules: "),
    ],
)
def test_a_heading_says_why(reason: Reason, state: str) -> None:
    told = plain(replace(FIRST, topics=(replace(FIRST.topics[0], reason=reason),)))
    assert f"\n{state}a GET request to look up customer by phone\n" in told


def test_half_a_command_is_worse_than_none() -> None:
    long = Command("approve", f"monitor approve '{'x' * 3000}'")
    assert "approve" not in plain(replace(FIRST, topics=(replace(FIRST.topics[0], commands=(long,)),)))


@given(st.text() | st.just(HOSTILE * 99))
def test_whatever_a_vendor_says_is_on_one_line_below_its_heading(text: str) -> None:
    """It cannot begin a line of its own, and so pass for ours."""
    usual = plain(FIRST).splitlines()
    topic = replace(FIRST.topics[0], interactions=(text,), lines=(text,), since=f"since {text}", evidence=f"x{text}")
    told = plain(replace(FIRST, topics=(topic,))).split("\n")
    assert len(told) == len(usual) - len(FIRST.topics[0].lines) + 2  # one line of its own, and the last line's end
    assert all(line.isprintable() for line in told)
    assert told[3].startswith("BREAKING, first drift")
    assert all(line.startswith("  ") for line in told[4:12])
    assert max(len(line) for line in told) <= LINE + 20


def test_more_is_counted() -> None:
    assert "\nand 3 more: 2 warning, 1 resolved\n" in plain(MIXED)
    assert MIXED.severity is Severity.BREAKING

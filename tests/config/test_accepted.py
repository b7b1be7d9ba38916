"""accepted.yaml: what is read of it, what is told of its faults, and what an entry that is added leaves as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from monitor.config.accepted import HEAD, accepted_in, load_accepted, with_entry
from monitor.config.load import SecretsMode, load
from monitor.errors import ConfigError
from monitor.model import Accepted

BERLIN = ZoneInfo("Europe/Berlin")
WHOLE = """\
# why we live with it
version: 1
accepted:
  - vendor: crm
    interaction: look up
    path: $.customerId
    kinds: [removed, loss]
    reason: they promised it back
    by: ada
    until: 2026-12-31  # a Thursday
  # and this for ever
  - {vendor: crm, path: "header:X-Total", reason: "a proxy of ours", by: bob}
"""


def read(text: str) -> tuple[Accepted, ...]:
    return accepted_in(text, "accepted.yaml", BERLIN)


def faults(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return str(caught.value)


def test_what_is_read() -> None:
    first, second = read(WHOLE)
    assert first == Accepted(
        vendor="crm",
        path="$.customerId",
        reason="they promised it back",
        by="ada",
        interaction="look up",
        kinds=("removed", "loss"),
        until=datetime(2026, 12, 31, tzinfo=BERLIN),
    )
    assert (first.line, second.line) == (4, 12)
    assert second == Accepted("crm", "header:x-total", "a proxy of ours", "bob")


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "version: 1\n", "version: 1\naccepted:\n", "version: 1\naccepted: []\n", HEAD]
)
def test_it_may_hold_nothing(text: str) -> None:
    assert read(text) == ()


@pytest.mark.parametrize(
    ("until", "moment"),
    [
        ("2026-12-31", datetime(2026, 12, 31, tzinfo=BERLIN)),
        ('"2026-12-31"', datetime(2026, 12, 31, tzinfo=BERLIN)),
        ("2026-12-31T18:00:00", datetime(2026, 12, 31, 18, tzinfo=BERLIN)),
        ("2026-12-31 18:00", datetime(2026, 12, 31, 18, tzinfo=BERLIN)),
        ("2026-12-31T18:00:00Z", datetime(2026, 12, 31, 18, tzinfo=UTC)),
    ],
)
def test_until(until: str, moment: datetime) -> None:
    (entry,) = read(f"version: 1\naccepted:\n- {{vendor: crm, path: $, reason: x, by: y, until: {until}}}\n")
    assert entry.until == moment
    assert entry.until.utcoffset() == moment.utcoffset()


FAULTS = """\
version: 2
acepted: []
accepted:
  - vendor: CRM
    path: customerId
    kinds: [gone, removed]
    reason: " "
    until: tomorrow
    note: x
  - 3
  - {vendor: crm, path: "$.a[", reason: x, by: 3, kinds: removed, until: 2026-02-30}
  - vendor: crm
    path: $.a
    reason: x
    by:
"""


def test_every_fault_is_told_at_its_place(snapshot: SnapshotAssertion) -> None:
    assert faults(FAULTS) == snapshot


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("accepted: []\n", "accepted.yaml:1:1: the key 'version' is missing; add for instance version: 1"),
        (
            "version: 1\naccepted: {}\n",
            "accepted.yaml:2:11: accepted: must be a list, is a mapping; write - vendor: NAME",
        ),
        ("version: 1\naccepted: [\n", "accepted.yaml:3:1: "),
        ("- a\n", "accepted.yaml:1:1: it must be a mapping (version:, accepted:), is a list"),
        ("version: 1\n1: x\n", "accepted.yaml:2:1: "),
        ("version: 1\naccepted: &a [*a]\n", "accepted.yaml:2:11: "),
    ],
)
def test_it_must_be_what_it_says(text: str, told: str) -> None:
    assert faults(text).startswith(told)


def test_nothing_is_expanded() -> None:
    (entry,) = read("version: 1\naccepted: [{vendor: crm, path: $, reason: '${secret:env:X}', by: ada}]\n")
    assert entry.reason == "${secret:env:X}"


def test_settings_hold_it(tmp_path: Path) -> None:
    file = tmp_path / "monitor.yaml"
    file.write_text("version: 1\nvendors: {crm: {base_url: https://api.example.com}}\n")

    def accepted() -> tuple[str, int]:
        read = load(file, {}, secrets=SecretsMode.DEFER, kinds=())
        return read.accepted_file, len(read.accepted)

    beside = tmp_path / "accepted.yaml"
    assert accepted() == (str(beside), 0)
    beside.write_text(WHOLE)
    assert accepted() == (str(beside), 2)
    beside.write_text("version: 1\naccepted: [{}]\n")
    with pytest.raises(ConfigError, match="the key 'vendor' is missing"):
        accepted()


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "accepted.yaml"
    file.mkdir()
    with pytest.raises(ConfigError, match="it is a folder"):
        load_accepted(file, BERLIN)
    file.rmdir()
    file.write_bytes(b"version: \xff\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_accepted(file, BERLIN)


# -- adding an entry --------------------------------------------------------------------------------------

ENTRY = Accepted("crm", "$.a['b c']", 'say "why": #1', "ada@example.com", "look up", ("removed",))
ADDED = """\
  - vendor: crm
    interaction: look up
    path: "$.a['b c']"
    kinds: [removed]
    reason: "say \\"why\\": #1"
    by: "ada@example.com"
    until: 2026-12-31
"""


def test_a_new_file() -> None:
    assert with_entry(None, ENTRY, "2026-12-31") == f"{HEAD}accepted:\n{ADDED}"


@pytest.mark.parametrize(
    ("before", "inserted", "after"),
    [
        (WHOLE, ADDED, ""),
        ("version: 1\n", f"accepted:\n{ADDED}", ""),
        ("version: 1\naccepted:\n", ADDED, ""),
        ("accepted:\n  - {vendor: crm, path: $, reason: x, by: y}\n", ADDED, "# the end\nversion: 1\n"),
        ("# nothing\n", f"version: 1\naccepted:\n{ADDED}", ""),
    ],
)
def test_all_that_it_held_stays_as_it_is(before: str, inserted: str, after: str) -> None:
    assert with_entry(before + after, ENTRY, "2026-12-31") == before + inserted + after


def test_a_list_on_one_line_stays_one() -> None:
    text = "version: 1\naccepted: [{vendor: crm, path: $, reason: x, by: y}]  # short\n"
    new = with_entry(text, Accepted("crm", "status", "x", "y"))
    assert new == (
        "version: 1\naccepted: [{vendor: crm, path: $, reason: x, by: y}, "
        '{vendor: crm, path: status, reason: "x", by: "y"}]  # short\n'
    )


@pytest.mark.parametrize("text", ["version: 1\naccepted: {a: b}\n", "version: 1\nx: &a []\naccepted: *a\n", "- a\n"])
def test_where_there_is_no_place_nothing_is_made_up(text: str) -> None:
    assert with_entry(text, ENTRY) is None


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)


@settings(max_examples=15)
@given(st.lists(TEXTS, min_size=3, max_size=3), st.sampled_from([WHOLE, "", "version: 1\naccepted: []\n"]))
def test_what_is_added_is_read_again(texts: list[str], before: str) -> None:
    reason, by, interaction = texts
    entry = Accepted("crm", "$.a", reason, by, interaction)
    new = with_entry(before, entry)
    assert new is not None
    assert read(new) == (*read(before), entry)

"""Entries are added to a monitor.yaml by insertion alone: whatever else stands there stays, and means the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.inserting import Addition, starter, with_actions
from monitor.config.load import SecretsMode, load_text

ENTRIES = (("file: a.json", '# inputs: {phone: "..."}', 'headers: {X-Key: "${secret:env:K}"}'), ("file: b.json",))
MEANT = [{"file": "a.json", "headers": {"X-Key": "${secret:env:K}"}}, {"file": "b.json"}]
ADDED = Addition("crm", ENTRIES, ("# about it",))
BLOCK = """\
- file: a.json
  # inputs: {phone: "..."}
  headers: {X-Key: "${secret:env:K}"}
- file: b.json
"""
FLOW = '{file: a.json, headers: {X-Key: "${secret:env:K}"}}, {file: b.json}'


def indented(text: str, width: int) -> str:
    return "".join(f"{' ' * width}{line}\n" for line in text.splitlines())


KEY = "    data_actions:\n" + indented(BLOCK, 6)
VENDOR = "  crm:\n    # about it\n" + KEY


@pytest.mark.parametrize(
    ("before", "inserted", "after"),
    [
        ("version: 1\n", f"vendors:\n{VENDOR}", ""),
        ("version: 1", f"\nvendors:\n{VENDOR}", ""),
        ("version: 1\nvendors:  # none\n", VENDOR, ""),
        ("vendors:\n", VENDOR, "version: 1\n"),
        ("vendors:\n  crm:\n", KEY, "version: 1\n"),
        ("vendors:\n  crm:\n    base_url: x  # c\n", KEY, "\n# next\nversion: 1\n"),
        ("vendors:\n  crm:\n    base_url: x\n    # limits: {}\n", f"\n{KEY}", "\n  # next\n  b: {}\n"),
        ("vendors:\n  b:\n    base_url: x\n", VENDOR, "\n# end\nversion: 1\n"),
        ("vendors:\n  crm:\n    data_actions:\n", indented(BLOCK, 6), "    base_url: x\n"),
        ("vendors:\n  crm:\n    data_actions:\n    - file: z # c\n", indented(BLOCK, 4), "    base_url: x\n"),
        (
            "vendors:\n  crm:\n    data_actions:\n      - file: z\n        # inputs: {}\n",
            indented(BLOCK, 6),
            "    # flows: []\n",
        ),
        ("vendors:\n  crm:\n    data_actions: [{file: z}", f", {FLOW}", "] # c\n"),
        ("vendors:\n  crm:\n    data_actions: [", FLOW, "]\n"),
        ("vendors:\n  crm:\n    data_actions: [\n      {file: z}, # c\n    ", FLOW, "]\n"),
        ("vendors: {crm: {base_url: x", f", data_actions: [{FLOW}]", "}}\n"),
        ("vendors: {", f"crm: {{data_actions: [{FLOW}]}}", "}\nversion: 1\n"),
        ('{"version": 1, "vendors": {"b": {}', f", crm: {{data_actions: [{FLOW}]}}", "}}"),
        ("{version: 1", f", vendors: {{crm: {{data_actions: [{FLOW}]}}}}", "}"),
        ("vendors:\n  crm:\n    skip:\n      a: |+\n        text\n\n\n", KEY, "version: 1\n"),
        ("vendors:\n  crm:\n    base_url: x\n", KEY, "...\n"),
        ("vendors:\n  crm:\n", KEY, "    base_url: |\n      a line break would be one more"),
    ],
)
def test_where_entries_go(before: str, inserted: str, after: str) -> None:
    assert with_actions(before + after, ADDED) == before + inserted + after


def test_line_breaks_are_the_files_own() -> None:
    text = "vendors:\n  crm:\n    base_url: x\nversion: 1\n".replace("\n", "\r\n")
    new = with_actions(text, ADDED)
    assert new is not None
    assert new.count("\n") == new.count("\r\n") == text.count("\r\n") + 5


@pytest.mark.parametrize(
    "text",
    [
        "vendors:\n  a: &a {base_url: x}\n  crm: *a\n",  # what is added to one is added to both
        "vendors:\n  a: &a\n    base_url: x\n  crm: *a\n",
        "x: &x {data_actions: [{file: z}]}\nvendors:\n  crm:\n    <<: *x\n",
        "vendors:\n  crm:\n    data_actions: null\n",
        "vendors:\n  crm:\n    data_actions: {a: b}\n",
        "vendors:\n  crm: 3\n",
        "vendors: []\n",
        "- a\n",
        "a: [\n",
        "",
    ],
)
def test_where_there_is_no_place_nothing_is_made_up(text: str) -> None:
    assert with_actions(text, ADDED) is None


def test_a_new_file_loads(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text("{}")
    read = load_text(starter(ADDED), tmp_path / "monitor.yaml", {}, secrets=SecretsMode.DEFER, kinds=())
    assert [Path(source.file).name for source in read.vendors["crm"].data_actions] == ["a.json", "b.json"]
    assert read.vendors["crm"].base_url == ""


def test_what_is_pasted_is_a_vendor() -> None:
    assert yaml.safe_load(f"vendors:\n{ADDED.pasted()}") == {"vendors": {"crm": {"data_actions": MEANT}}}


# -- the law ------------------------------------------------------------------------------------------------

KEYS = {
    "base_url": ["https://a.example  # staging", '"https://a.example"', "|\n{i}  https://a.example"],
    "headers": ["{A: b, C: [1, 2]}", "\n{i}  # why\n{i}  A: b\n{i}  C: 'd # e'  # f"],
    "skip": [
        "{}",
        "\n{i}  a: |\n{i}    # text\n\n{i}    more\n",
        "\n{i}  a: >+\n{i}    folded\n\n\n",
        "\n{i}  a: 'x\n\n{i}   # y'",
    ],
    "data_actions": [
        "",
        "  # later",
        "[]",
        "[{file: z.json}]",
        "[\n{i}  {file: z.json},  # c\n{i}]",
        "\n{i}  - file: z.json\n{i}    # inputs: {}\n{i}  - {file: y.json}  # c",
        "\n{i}- file: z.json",
        "\n{i}  - file: z.json\n{i}    inputs:\n{i}      a: |-\n{i}        # b",
    ],
}  # fmt: skip
COMMENTS = ["", "", "# top", "{i}# key", "{i}  # deeper", " # odd"]


@st.composite
def files(draw: st.DrawFn) -> str:
    """A monitor.yaml as people write them: comments and blank lines anywhere, all styles."""
    step = " " * draw(st.sampled_from([1, 2, 4]))
    lines = [*draw(st.lists(st.sampled_from(["# head", "", "version: 1"]), max_size=2, unique=True)), "vendors:"]
    for vendor in draw(st.lists(st.sampled_from(["a", "crm", '"z"']), unique=True, min_size=1)):
        lines.append(f"{step}{vendor}:{draw(st.sampled_from(['', '  # ours']))}")
        for key in draw(st.lists(st.sampled_from(sorted(KEYS)), unique=True, min_size=1)):
            lines += draw(st.lists(st.sampled_from(COMMENTS), max_size=2))
            lines.append(f"{{i}}{key}: {draw(st.sampled_from(KEYS[key]))}")
    lines += draw(st.lists(st.sampled_from(COMMENTS), max_size=3))
    lines += draw(st.lists(st.sampled_from(["# end", "", "state_dir: s", "..."]), max_size=2, unique=True))
    text = "\n".join(lines).replace("{i}", step * 2) + draw(st.sampled_from(["", "\n", "\n\n"]))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def grown(text: str) -> Any:
    read = yaml.safe_load(text)
    vendor = read["vendors"].setdefault("crm", {})
    vendor["data_actions"] = [*(vendor.get("data_actions") or []), *MEANT]
    return read


@settings(max_examples=60)
@given(files())
def test_the_text_stays_and_the_tree_grows(text: str) -> None:
    try:
        wanted = grown(text)
    except yaml.YAMLError:  # an odd comment ended a block: no monitor.yaml
        return
    new = with_actions(text, ADDED)
    assert new is not None
    same = next((at for at, (one, other) in enumerate(zip(text, new, strict=False)) if one != other), len(text))
    assert new.endswith(text[same:])
    assert yaml.safe_load(new) == wanted

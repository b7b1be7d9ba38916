"""Lint finds every seeded fault of a table of bad data actions, nothing in clean ones, what is true of real ones."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
import yaml

from monitor.contracts.lint import Remark
from monitor.jsonpaths import Json
from monitor.pipeline.lint import Linted
from tests.contracts.actions.exports import REAL, STRING, needs_corpus, text_of
from tests.contracts.lint_actions import BAD_ACTIONS, CLEAN_ACTIONS, KNOWN, SeededAction
from tests.pipeline.test_lint import lint_in

CASES: Final = {f"a{number:03}": case for number, case in enumerate((*CLEAN_ACTIONS, *BAD_ACTIONS))}


def project(folder: Path, cases: dict[str, SeededAction]) -> Path:
    """A folder in which every case is a vendor of its own."""
    sections: dict[str, object] = {}
    for name, case in cases.items():
        (folder / f"{name}.json").write_text(case.text, encoding="utf-8")
        entry = {"file": f"{name}.json", **case.entry}
        section = {"base_url": "${NOT_SET}", "data_actions": [entry], **case.vendor}
        sections[name] = {key: value for key, value in section.items() if value is not None}
    (folder / "monitor.yaml").write_text(json.dumps({"version": 1, "vendors": sections}), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> Linted:
    return lint_in(project(tmp_path_factory.mktemp("seeded"), CASES))


def of(linted: Linted, vendor: str) -> list[Remark]:
    return [remark for remark in linted.remarks if remark.vendor == vendor]


@pytest.mark.parametrize("vendor", CASES, ids=lambda vendor: CASES[vendor].name)
def test_exactly_the_seeded_faults_are_found(linted: Linted, vendor: str) -> None:
    found = sorted((remark.rule, remark.pointer) for remark in of(linted, vendor))
    assert found == sorted((rule, pointer.replace("{vendor}", vendor)) for rule, pointer in CASES[vendor].found)


@pytest.mark.parametrize("vendor", CASES, ids=lambda vendor: CASES[vendor].name)
def test_every_remark_has_a_place_words_and_a_fix(linted: Linted, vendor: str) -> None:
    for remark in of(linted, vendor):
        assert remark.what
        assert remark.fix
        assert "c4n4ry" not in repr(remark)
        assert remark.file in (f"{vendor}.json", "monitor.yaml")
        if remark.file != "monitor.yaml":
            line = CASES[vendor].text.splitlines()[remark.line - 1]
            last = remark.pointer.rsplit(".", 1)[-1]
            assert last == "$" or line[remark.column - 1 :].startswith(f'"{last}"')


# -- words ------------------------------------------------------------------------------------------------

TOLD: Final = {
    "a default that is no JSON": [
        (
            "with the default of 'name' the template makes no JSON, so the action fails where it is taken; "
            r'write the default as JSON: "\"nobody\""'
        )
    ],
    "a name that nothing sets": [
        (
            "nothing sets 'nome' (line 1, column 10 of the template), so the action always takes the failure path; "
            "did you mean 'name'?"
        ),
        "the template does not use 'name'; use ${name} in the template, or delete it",
    ],
    "an output under another name": [
        "the template makes 'name', which the success schema has not: no flow sees it; did you mean 'fullName'?",
        "the template never fills the output 'fullName': a flow finds it blank; did you mean 'name'?",
    ],
    "an optional input in the path": [
        (
            "without 'a' the text ${input.a} itself is sent; "
            "let every flow give it: add 'a' to $.contract.input.inputSchema.required (of a new action)"
        )
    ],
    "an optional input in the query": ["without 'a' the text ${input.a} itself is sent; write $!{input.a}"],
    "optional inputs in the body": [
        'without \'a\' the text ${input.a} itself is sent; write #if("$!{input.a}" != "")${input.a}#{else}null#end',
        (
            "the body is no JSON where 'a' holds a quote or a line break: nothing escapes it; "
            "write $esc.jsonEncode(${input.a})"
        ),
    ],
    "an input in a text": [
        (
            "the body is no JSON where 'phone' holds a quote or a line break: nothing escapes it; "
            "write $esc.jsonEncode(${input.phone})"
        )
    ],
    "an input in capitals": [
        (
            "monitor does not know ${INPUT.phone} of its template, so that text itself would be sent; "
            "replace it in monitor.yaml, under requests: (path, query, headers or body)"
        ),
        "nothing sets '${INPUT.phone}': that text itself is sent; did you mean '${input.phone}'?",
    ],
    "a secret in a header": [
        (
            "the header 'Authorization' holds a secret; take it out with: monitor import data-action, or "
            'add to its entry under data_actions: headers: {Authorization: "Bearer ${secret:env:V_AUTHORIZATION}"}'
        )
    ],
    "nobody says who is calling": [
        (
            "it sends nothing that says who is calling: Genesys Cloud keeps that in the integration; "
            'add to the vendor: headers: {Authorization: "${secret:env:V_AUTHORIZATION}"}'
        )
    ],
    "no inputs": [
        'no inputs are given to call it with; add to its entry under data_actions: inputs: {phone: "..."}',
    ],
    "nowhere to call": ["nobody said where it is called; add to the vendor: base_url: https://api.example.com"],
}


@pytest.mark.parametrize("name", TOLD)
def test_what_is_said(linted: Linted, name: str) -> None:
    (vendor,) = (vendor for vendor, case in CASES.items() if case.name == name)
    variable = f"A_{vendor[1:]}_"
    said = [f"{one.what}; {one.fix}".replace(variable, "V_") for one in of(linted, vendor)]
    assert said == TOLD[name]


def test_what_one_line_mends_is_told_once(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.json").write_text(text_of(name=f"A{number}"))
    entry = {"file": "*.json", "inputs": {"phone": "1"}}
    text = json.dumps({"version": 1, "vendors": {"crm": {"data_actions": [entry]}}})
    (tmp_path / "monitor.yaml").write_text(text)
    told = {(one.rule, one.file): one.what.rpartition(" (")[2] for one in lint_in(tmp_path).remarks}
    assert told == {("never-sent", "0.json"): "and so of 2 more)", ("no-authorization", "0.json"): "and so of 2 more)"}


# -- the real ones ----------------------------------------------------------------------------------------

ENTRY: Final = "add to its entry under data_actions: "
VENDOR: Final = "add to the vendor: "
COUNTED: Final = {
    "never-sent": 155,
    "literal-input": 65,
    "unescaped-input": 32,
    "unfilled-output": 6,
    "bad-default": 4,
    "unseen-output": 4,
    "literal-secret": 1,
    "no-authorization": 93,
    "undeclared-input": 1,
}
"""Each was looked at by hand: all are true of the export."""


def real_project(folder: Path, entries: list[dict[str, object]], **vendor: object) -> Path:
    section = {"base_url": "https://h.example", "data_actions": entries, **vendor}
    (folder / "monitor.yaml").write_text(json.dumps({"version": 1, "vendors": {"g": section}}))
    return folder


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Linted:
    folder = tmp_path_factory.mktemp("real")
    return lint_in(real_project(folder, [{"file": str(file)} for file in REAL]))


@needs_corpus
def test_what_is_said_of_the_real_exports(real: Linted) -> None:
    assert (real.files, real.interactions) == (len(REAL), len(REAL))
    if len(REAL) == 104:
        assert Counter(remark.rule for remark in real.remarks) == COUNTED
    assert all(remark.line and remark.fix for remark in real.remarks)


@needs_corpus
def test_what_is_pasted_lets_every_real_action_be_called(real: Linted, tmp_path: Path) -> None:
    """All but those that are no call, and one whose template says ${INPUT.x}."""
    entries: dict[str, dict[str, object]] = {str(file): {"file": str(file)} for file in REAL}
    vendor: dict[str, object] = {}
    for remark in real.remarks:
        text = remark.fix.rpartition(ENTRY)[2].partition("; to let it write")[0]
        if ENTRY in remark.fix:
            for line in text.split(" and "):
                entries[remark.file].update(yaml.safe_load(line))
        elif remark.fix.startswith(VENDOR):
            vendor.update(yaml.safe_load(remark.fix.removeprefix(VENDOR)))
    folder = real_project(tmp_path, list(entries.values()), **vendor)
    left = [remark for remark in lint_in(folder).remarks if remark.rule in ("never-sent", "no-authorization")]
    assert sorted(remark.what.partition(" (")[0][:40] for remark in left) == [
        "it calls an AWS Lambda function, which i",
        "it is secure",
        "monitor does not know $esc.url($msdynami",
        "monitor does not know ${INPUT.Conversati",
    ]


def test_a_hostile_export_is_a_remark(tmp_path: Path) -> None:
    name = "\x1b[2J\n::error::"
    changes: dict[str, Json] = {"name": name, "map": {name: "$.a"}, "template": "{}", "inputs": {name: STRING}}
    changes["required"] = [name]
    found = lint_in(project(tmp_path, {"crm": SeededAction("", changes, entry={}, vendor=KNOWN)})).remarks
    assert {remark.rule for remark in found} >= {"never-sent", "unused-value"}
    assert all((remark.what + remark.fix + remark.interaction).isprintable() for remark in found)

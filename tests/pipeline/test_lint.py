"""Lint finds every seeded fault of a table of bad contracts, and nothing in clean ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from monitor.config.load import SecretsMode, load
from monitor.contracts.lint import RULES, Remark
from monitor.contracts.pact import PactInteraction, parse_pact
from monitor.errors import UsageError
from monitor.jsonpaths import Json, parse_path
from monitor.languages import kinds
from monitor.model import (
    Approval,
    Change,
    ChangeKind,
    Exchange,
    Finding,
    Outcome,
    Recording,
    Request,
    Response,
    Result,
    RunReport,
    Severity,
)
from monitor.pipeline.lint import Linted, lint
from monitor.recordings.store import Store, new_run_id
from monitor.wiring import tools_of
from tests.contracts.lint_actions import BAD_ACTIONS
from tests.contracts.lint_pacts import BAD, CLEAN, TYPE, Seeded, answering, pact, regex, rule, v3

CASES: Final = {f"v{number:03}": case for number, case in enumerate((*CLEAN, *BAD))}


class Silent:
    def planned(self, count: int) -> None: ...
    def done(self, result: Result) -> None: ...


def lint_in(folder: Path, vendors: Sequence[str] = (), **environment: str) -> Linted:
    config = load(folder / "monitor.yaml", environment, secrets=SecretsMode.DEFER, kinds=kinds())
    return lint(config, tools_of(config, Silent(), "contracts lint", cache=False), tuple(vendors))


def project(folder: Path, vendors: Mapping[str, Seeded], **more: object) -> Path:
    """A folder in which every case is a vendor of its own."""
    sections: dict[str, object] = {}
    for name, case in vendors.items():
        (folder / f"{name}.json").write_text(case.text, encoding="utf-8")
        sections[name] = {"base_url": "${NOT_SET}", "contracts": [f"{name}.json"], **case.vendor}
    (folder / "monitor.yaml").write_text(json.dumps({"version": 1, "vendors": sections, **more}), encoding="utf-8")
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
        assert remark.file in (f"{vendor}.json", "monitor.yaml")
        if remark.file != "monitor.yaml":
            assert remark.line
            text = (CASES[vendor].text.splitlines() or [""])[remark.line - 1]
            last = remark.pointer.rsplit(".", 1)[-1]
            if last.isidentifier() and remark.rule != "engine-refuses":
                assert text[remark.column - 1 :].startswith(f'"{last}"')


def test_every_rule_is_seeded_at_least_once() -> None:
    elsewhere = {"damaged-baseline", "unknown-output", "unknown-action"}  # of baselines and flows
    elsewhere |= {"accepted-expired", "accepted-unknown", "accepted-unused"}  # of accepted.yaml
    seeded = {rule for case in BAD for rule, _ in case.found} | {rule for case in BAD_ACTIONS for rule, _ in case.found}
    assert seeded == {rule.id for rule in RULES} - elsewhere


def test_the_worst_comes_first(linted: Linted) -> None:
    ranks = [remark.level.rank for remark in linted.remarks]
    assert ranks == sorted(ranks)
    assert linted.files == len(CASES)


# -- fixes ------------------------------------------------------------------------------------------------

ADDABLE: Final = {
    name: case for name, case in CASES.items() if case.found and {rule for rule, _ in case.found} == {"exact-value"}
}


def _pasted(contract: Json, fix: str) -> Json:
    """``contract`` with what a fix says added where it says."""
    place, _, members = fix.partition("; ")[0].removeprefix("add to ").partition(": ")
    target = contract
    for step in parse_path(place):
        assert isinstance(target, dict | list)
        target = target[step]  # type: ignore[index]
    assert isinstance(target, dict)
    added = json.loads(f"{{{members}}}")
    assert not target.keys() & added.keys()
    target.update(added)
    return contract


def test_what_is_pasted_mends(linted: Linted, tmp_path: Path) -> None:
    mended: dict[str, Seeded] = {}
    for vendor, case in ADDABLE.items():
        (fix,) = {remark.fix for remark in of(linted, vendor)}
        if fix.startswith("add to"):
            contract = _pasted(json.loads(case.text), fix)
            assert isinstance(contract, dict)
            mended[vendor] = Seeded(case.name, contract)
    assert len(mended) > 8
    assert lint_in(project(tmp_path, mended)).remarks == ()


# -- translations and baselines ---------------------------------------------------------------------------

LOOKUP: Final = v3({"id": "C-1", "tags": [], "gone": None}, {"$": rule(TYPE), "$.gone": rule({"match": "null"})})
SOURCE: Final = """{
  "id": id,
  "nested": $.customer.fullName,
  "near": customer.emial,
  "listed": orders.total,
  "empty": tags.name,
  "null": gone.below
}
"""


def translated(folder: Path) -> Path:
    (folder / "pop.jsonata").write_text(SOURCE)
    vendor = {"translations": [{"interaction": "a lookup", "kind": "jsonata", "file": "pop.jsonata"}]}
    return project(folder, {"crm": Seeded("", LOOKUP, vendor=vendor)})


def approved(folder: Path, body: object) -> Path:
    """A baseline with that body (None: one that is no JSON); where it lies."""
    (interaction,) = parse_pact(json.dumps(LOOKUP).encode(), "")[0]
    assert isinstance(interaction, PactInteraction)
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    data = b"no JSON" if body is None else json.dumps(body).encode()
    response = Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), data)
    exchange = Exchange(Request("GET", "http://localhost/c"), response, None, moment, 0.1)
    recording = Recording("", "20261122T000000Z-000000", "crm", interaction.id, "a lookup", exchange)
    store = Store(folder / "recordings")
    return folder / "recordings" / store.approve(recording, Approval("me", moment, "runs/x.har")).path


def test_reads_that_the_baseline_has_not(tmp_path: Path) -> None:
    translated(tmp_path)
    customer = {"fullName": "Ann", "email": "a@b"}
    approved(tmp_path, {"id": "C-1", "customer": customer, "tags": [], "gone": None, "orders": [{"sum": 1}]})
    told = [(r.rule, r.file, r.line, r.column, r.what, r.fix) for r in lint_in(tmp_path).remarks]
    assert told == [
        (
            "reads-missing",
            "pop.jsonata",
            4,
            20,
            "translation 'pop': output 'near' reads $.customer.emial, which the approved baseline has not",
            "read $.customer.email, or approve a recording that has it: monitor approve --vendor crm",
        ),
        (
            "reads-missing",
            "pop.jsonata",
            5,
            20,
            "translation 'pop': output 'listed' reads $.orders.total, which the approved baseline has not",
            "correct the path, or approve a recording that has it: monitor approve --vendor crm",
        ),
    ]


def test_without_a_baseline_the_example_is_asked(tmp_path: Path) -> None:
    remarks = lint_in(translated(tmp_path)).remarks
    assert len(remarks) == 3
    assert all(
        remark.what.endswith("which the contract's example (no baseline is approved) has not") for remark in remarks
    )


def test_a_damaged_baseline_is_a_remark(tmp_path: Path) -> None:
    translated(tmp_path)
    har = approved(tmp_path, {})
    har.write_bytes(har.read_bytes()[:-20])
    damaged, *others = lint_in(tmp_path).remarks
    assert damaged.rule == "damaged-baseline"
    assert (tmp_path / damaged.file).is_file()
    assert "monitor approve" in damaged.fix
    assert {remark.rule for remark in others} == {"reads-missing"}
    assert "the baseline is damaged" in others[0].what


def test_a_baseline_that_is_no_json_says_nothing_of_reads(tmp_path: Path) -> None:
    approved(translated(tmp_path), None)
    assert [remark.rule for remark in lint_in(tmp_path).remarks] == []


# -- what must not happen ---------------------------------------------------------------------------------


def test_no_secret_is_told(tmp_path: Path) -> None:
    vendor = {"translations": [{"interaction": "${TOKEN}", "kind": "jsonata", "expression": "a"}]}
    project(tmp_path, {"crm": Seeded("", pact(answering({})), vendor=vendor)})
    (remark,) = lint_in(tmp_path, TOKEN="s3cr3t-canary").remarks
    assert remark.rule == "unbound-name"
    assert "canary" not in repr(remark)


def test_nothing_is_written(tmp_path: Path) -> None:
    before = sorted(translated(tmp_path).rglob("*"))
    lint_in(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_only_the_named_vendors_are_looked_at(tmp_path: Path) -> None:
    bad = Seeded("", pact(answering({"body": {"a": 1}})))
    linted = lint_in(project(tmp_path, {"one": bad, "two": bad}), ["two"])
    assert [remark.vendor for remark in linted.remarks] == ["two"]
    assert (linted.files, linted.interactions) == (1, 1)
    with pytest.raises(UsageError, match="no vendor 'twoo'"):
        lint_in(tmp_path, ["twoo"])


def nested(depth: int) -> dict[str, object]:
    value: object = "x"
    for _ in range(depth):
        value = {"a": value}
    return {"a": value}


HOSTILE: Final[Mapping[str, tuple[Mapping[str, object] | str, str]]] = {
    "deep": (v3(nested(160), {}), "example-breaks-rule"),
    "deeper": (v3(nested(400), {}), "contract-fault"),
    "costly": (v3({"a": "a" * 5_000 + "!"}, {"$.a": rule(regex("(a|aa)+$"))}), "engine-refuses"),
    "long": (v3({"a": "x"}, {"$.a": rule(regex("(" * 50_000))}), "bad-regex"),
    "huge": (v3({"a": "x"}, {"$.a": rule(regex("((a{1000}){1000}){1000}"))}), "example-breaks-rule"),
    "names": (v3({"\x1b[2J\n::error::": 1}, {}, {"X-\x1b[2J": "5"}), "exact-value"),
    "numbers": (json.dumps(v3({"a": "N"}, {})).replace('"N"', "9" * 5_000), "contract-fault"),
    "halves": (v3({"\ud800": "\udfff"}, {"$['\ud800']": rule(regex("\ud800"))}), "bad-regex"),
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Linted:
    limits = {"limits": {"judge_timeout": 5}}
    cases = {name: Seeded(name, contract, vendor=limits) for name, (contract, _) in HOSTILE.items()}
    return lint_in(project(tmp_path_factory.mktemp("hostile"), cases))


@pytest.mark.parametrize("vendor", HOSTILE)
def test_hostile_contracts_are_remarks(hostile: Linted, vendor: str) -> None:
    assert HOSTILE[vendor][1] in {remark.rule for remark in of(hostile, vendor)}


MANY: Final = 1_000


@pytest.mark.long
def test_thousands_of_interactions(tmp_path: Path) -> None:
    many = [{**answering({"body": {"a": n}}), "description": f"number {n}"} for n in range(MANY)]
    paths = [{**one, "request": {"method": "GET", "path": f"/{n}"}} for n, one in enumerate(many)]
    linted = lint_in(project(tmp_path, {"crm": Seeded("", pact(*paths))}))
    assert linted.interactions == MANY
    assert [remark.rule for remark in linted.remarks] == ["exact-value"] * MANY
    assert len({remark.line for remark in linted.remarks}) == MANY


# -- what is accepted -------------------------------------------------------------------------------------

ACCEPTED: Final = """\
version: 1
accepted:
  - {vendor: crm, path: $.id, reason: x, by: ada, until: 2020-01-01}
  - {vendor: cmr, path: $.id, reason: x, by: ada}
  - {vendor: crm, interaction: a lockup, path: $.id, reason: x, by: ada}
  - {vendor: crm, interaction: a lookup, path: $.tags, reason: x, by: ada, until: 2999-01-01}
  - {vendor: crm, path: $.id, reason: x, by: ada}
  - {vendor: other, path: $.id, reason: nobody asked, by: ada}
"""


def checked(folder: Path, outcome: Outcome, *, selection: str = "") -> None:
    """A check that found $.id gone."""
    (interaction,) = parse_pact(json.dumps(LOOKUP).encode(), "")[0]
    assert isinstance(interaction, PactInteraction)
    moment = datetime(2026, 11, 22, len(Store(folder / "recordings").runs()), tzinfo=UTC)
    gone = Finding("$.id", Severity.BREAKING, True, Change("$.id", ChangeKind.REMOVED, "String"))
    result = Result("crm", interaction.id, "a lookup", outcome, findings=(gone,) if outcome.judged else ())
    run_id = new_run_id(moment, b"\0\0\0")
    report = RunReport(run_id, "check", moment, moment, ("crm",), (result,), selection=selection)
    Store(folder / "recordings").write_report(report)


def test_entries_of_accepted_yaml_that_do_nothing(tmp_path: Path) -> None:
    project(tmp_path, {"crm": Seeded("", LOOKUP), "other": Seeded("", LOOKUP)})
    (tmp_path / "accepted.yaml").write_text(ACCEPTED)

    def told() -> list[tuple[str, int, str, str]]:
        remarks = lint_in(tmp_path, ["crm"]).remarks
        return [(r.rule, r.line, r.what, r.fix) for r in remarks if r.file == "accepted.yaml"]

    known = [
        (
            "accepted-expired",
            3,
            "what is accepted at $.id is so no longer since 1 Jan 2020: it alerts again if it is there",
            "delete the entry, or give it another until",
        ),
        ("accepted-unknown", 4, "monitor.yaml has no vendor 'cmr'", "did you mean 'crm'?"),
        ("accepted-unknown", 5, "no contract has an interaction 'a lockup'", "did you mean 'a lookup'?"),
    ]
    assert told() == known  # there was no check yet
    checked(tmp_path, Outcome.VENDOR_DOWN)
    assert told() == known
    checked(tmp_path, Outcome.DRIFTED)
    checked(tmp_path, Outcome.SAME, selection="a lookup")
    unused = (
        "accepted-unused",
        6,
        "the newest check of crm found nothing that this accepts at $.tags",
        "delete the entry, or write the path as monitor tells it",
    )
    assert told() == [*known, unused]

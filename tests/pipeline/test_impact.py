"""Where a field ends up, and what would happen without it: with baselines in a folder, judged in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.checking.judge import judge
from monitor.checking.translations.documents import reached
from monitor.errors import ConfigError, UsageError
from monitor.jsonpaths import ANY, DESCENT, Json, format_path, general, parse_path
from monitor.jsonpaths import Path as JsonPath
from monitor.model import (
    Approval,
    Case,
    Exchange,
    Interaction,
    Judgement,
    Limits,
    Outcome,
    Recording,
    Request,
    RequestTemplate,
    Response,
    Result,
    Settings,
    StoredCase,
    Translation,
    TranslationSource,
    Use,
    Vendor,
)
from monitor.pipeline.cases import judge_stored
from monitor.pipeline.impact import trace
from monitor.pipeline.impact.lineage import lineage_of, reads_of
from monitor.pipeline.impact.predicting import predicted
from monitor.pipeline.impact.taking import without
from monitor.pipeline.planning import Job
from monitor.pipeline.tools import Judges, Tools
from monitor.recordings.masking import Masker
from monitor.recordings.store import Store
from monitor.reports.impact import Effect, Field, Lineage, Traced

NOW = datetime(2026, 11, 22, 8, 58, tzinfo=UTC)
BODY: Json = {
    "customerId": "C-1",
    "fullName": "Ada",
    "tier": None,
    "contact": {"email": "a@x.example", "phone": "1"},
    "tickets": [{"id": 1, "no": "a"}, {"id": 2, "no": "b"}],
}

# -- taking a field out -----------------------------------------------------------------------------------

TAKEN: list[tuple[str, Json]] = [
    ("$.customerId", {"b": [{"c": 1, "d": 2}, {"c": 3}], "e": {"c": 4}}),
    ("$.b", {"customerId": 0, "e": {"c": 4}}),
    ("$.b[*]", {"customerId": 0, "b": [], "e": {"c": 4}}),
    ("$.b[*].c", {"customerId": 0, "b": [{"d": 2}, {}], "e": {"c": 4}}),
    ("$.b.c", {"customerId": 0, "b": [{"d": 2}, {}], "e": {"c": 4}}),
    ("$.b[0].c", {"customerId": 0, "b": [{"d": 2}, {"c": 3}], "e": {"c": 4}}),
    ("$.b[-1]", {"customerId": 0, "b": [{"c": 1, "d": 2}], "e": {"c": 4}}),
    ("$..c", {"customerId": 0, "b": [{"d": 2}, {}], "e": {}}),
    ("$.*.c", {"customerId": 0, "b": [{"d": 2}, {}], "e": {}}),
    ("$", {}),
    ("$.no", None),
    ("$.customerId.no", None),
    ("$.b[7]", None),
    ("$.e[0]", None),
]


@pytest.mark.parametrize(("path", "left"), TAKEN, ids=[row[0] for row in TAKEN])
def test_taking_out(path: str, left: Json) -> None:
    whole: Json = {"customerId": 0, "b": [{"c": 1, "d": 2}, {"c": 3}], "e": {"c": 4}}
    parsed = parse_path(path)
    assert bool([*reached(whole, parsed)]) == (left is not None)
    assert without(whole, parsed) == (whole if left is None else left)


KEYS = st.sampled_from(["a", "b"])
TREES = st.recursive(
    st.integers(0, 1) | st.none(), lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=2)
)
PATHS = st.lists(KEYS | st.integers(-2, 2) | st.sampled_from([ANY, DESCENT]), max_size=4).map(tuple)


@given(tree=TREES, path=PATHS)
def test_nothing_is_taken_out_where_nothing_stands(tree: Json, path: JsonPath) -> None:
    if not [*reached(tree, path)]:
        assert without(tree, path) == tree
    if path and isinstance(path[-1], str):
        assert [*reached(without(tree, path), path)] == []


# -- an interaction ---------------------------------------------------------------------------------------

SCREEN_POP = """{
    "id": $exists(customerId) ? customerId : $error("no customer"),
    "name": $exists(fullName) ? fullName : "unknown",
    "nos": tickets.no,
    "tier": tier
}"""
ACTION = {
    "translationMap": {"id": "$.customerId", "name": "$.fullName", "nos": "$.tickets[*].no", "tier": "$.tier"},
    "translationMapDefaults": {"name": '"unknown"', "tier": '"none"'},
    "successTemplate": '{"id": ${id}, "name": ${name}, "nos": ${nos}, "tier": ${tier}}',
    "successSchema": {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "name": {"type": "string"},
            "nos": {"type": "array", "items": {"type": "string"}},
            "tier": {},
        },
    },
}


def use_of(output: str, *, failure_branch: bool = False) -> Use:
    return Use("CRM", "Get", output, f"Flow.{output}", "Inbound Sales", "Get", failure_branch, file="flows/a.yaml")


USES = (use_of("id"), use_of("name", failure_branch=True), use_of("nos"), replace(use_of(""), variable=""))


def interaction_of(*translations: Translation) -> Interaction:
    request = RequestTemplate("GET", "/c")
    return Interaction("get-1", "crm", "CRM", "Get", request, translations=translations, action="Get", uses=USES)


POP = interaction_of(Translation("Get", "jsonata", SCREEN_POP, "get.jsonata"))


def recording_of(interaction_id: str, body: object) -> Recording:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), data)
    exchange = Exchange(Request("GET", "https://crm.example/c"), response, None, NOW, 0.1)
    return Recording("", "20261122T085800Z-000001", "crm", interaction_id, "Get", exchange)


class InProcess:
    """``refusing``: every case is too much for it."""

    def __init__(self, *, refusing: bool = False) -> None:
        self._refusing = refusing

    def submit(self, case: Case | StoredCase, limits: Limits) -> Future[Judgement]:
        future: Future[Judgement] = Future()
        if self._refusing:
            future.set_result(Judgement(Outcome.NOT_JUDGED, reason="it took too long"))
        else:
            future.set_result(judge_stored(case, judge) if isinstance(case, StoredCase) else judge(case))
        return future


class Quiet:
    def planned(self, count: int) -> None: ...

    def done(self, result: Result) -> None: ...


def unused(*_: object) -> NoReturn:
    raise AssertionError


@dataclass
class House:
    """A project: contracts in ``folder``, baselines below it. ``started`` are the pools that were asked for."""

    folder: Path
    judging: Judges = field(default_factory=InProcess)
    started: list[int] = field(default_factory=list)
    vendor: Vendor = field(default_factory=lambda: Vendor("crm", "https://crm.example"))

    @property
    def tools(self) -> Tools:
        @contextmanager
        def judges(cases: int) -> Iterator[Judges]:
            self.started.append(cases)
            yield self.judging

        store, masker = Store(self.folder / "recordings"), Masker(())
        return Tools(store, masker, lambda: NOW, unused, unused, judges, unused, unused, Quiet())

    @property
    def settings(self) -> Settings:
        places = [str(self.folder / name) for name in ("monitor.yaml", "", "recordings", "state")]
        return Settings(places[0], str(self.folder), {"crm": self.vendor}, places[2], places[3], "")

    def approve(self, interaction_id: str, body: object) -> None:
        self.tools.store.approve(recording_of(interaction_id, body), Approval("ada", NOW, "runs/x.har"))

    def predicted(self, path: str, interaction: Interaction = POP) -> Field:
        traced = lineage_of(interaction, reads_of(interaction), general(parse_path(path)))
        (found,) = self.told(traced, interaction).fields
        return found

    def told(self, traced: Traced, interaction: Interaction = POP) -> Traced:
        return predicted(traced, Job(self.vendor, interaction, None), self.tools, self.judging)

    def trace(self, path: str = "", interaction: str | None = None) -> Lineage:
        return trace(self.settings, self.tools, "crm", interaction, path)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def effects(found: Field) -> dict[str, tuple[str, str]]:
    return {output.name: (output.effect.value, output.detail) for reader in found.readers for output in reader.outputs}


ALL_FAIL = dict.fromkeys(("id", "name", "nos", "tier"), ("fails", ""))
FAIL = {name: told for name, told in ALL_FAIL.items() if name != "tier"}  # null in the baseline: it cannot be lost


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("$.fullName", {"name": ("default", "")}),
        ("$.customerId", FAIL),
        ("$", ALL_FAIL),
        ("$.tickets", {"nos": ("blank", "")}),
        ("$.tickets[*].no", {"nos": ("blank", "")}),
        ("$.tickets[0].no", {"nos": ("blank", "")}),
        ("$.tickets[*]", {"nos": ("blank", "")}),
        ("$.tier", {"tier": ("unknown", "the field is blank in the baseline already")}),
    ],
)
def test_what_becomes_of_outputs(house: House, path: str, told: dict[str, tuple[str, str]]) -> None:
    house.approve("get-1", BODY)
    found = house.predicted(path)
    assert effects(found) == told
    assert (found.unknown, found.forbidden) == ("", None)


def test_outputs_that_do_not_read_the_field_fail_with_the_one_that_does(house: House) -> None:
    house.approve("get-1", BODY)
    (reader,) = house.predicted("$.customerId").readers
    assert [(output.name, output.reads) for output in reader.outputs][:2] == [("id", ("$.customerId",)), ("name", ())]
    assert [[use.variable for use in output.uses] for output in reader.outputs] == [
        ["Flow.id"],
        ["Flow.name"],
        ["Flow.nos"],
    ]
    assert [use.output for use in reader.steps] == [""]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("$.fullName", {"name": ("default", 'the default "unknown"')}),
        ("$.customerId", FAIL),
        ("$.tickets", FAIL),
        ("$.tickets[*].no", {"nos": ("blank", "")}),
        ("$.tier", {"tier": ("unknown", "the field is blank in the baseline already")}),
        ("$.contact.phone", {"successTemplate": ("fails", ""), **FAIL}),
    ],
)
def test_what_becomes_of_a_data_actions_outputs(house: House, path: str, told: dict[str, tuple[str, str]]) -> None:
    source = json.loads(json.dumps(ACTION))
    source["translationMap"]["flag"] = "$.contact.phone"
    source["successTemplate"] = source["successTemplate"].replace("{", '{"unseen": ${flag}, ', 1)
    action = interaction_of(Translation("Get", "data_action", json.dumps(source), "get.json"))
    house.approve("get-1", BODY)
    assert effects(house.predicted(path, action)) == told


@pytest.mark.parametrize(
    ("body", "path", "unknown"),
    [
        (None, "$.fullName", "no baseline"),
        (b"<html>", "$.fullName", "the baseline is not JSON"),
        ({"name": "Ada"}, "$.fullName", "the baseline has no $.fullName"),
        (b'{"fullName":"Ada","n":1e999}', "$.fullName", "the baseline holds a number that cannot be written again"),
    ],
)
def test_what_cannot_be_foretold_is_said(house: House, body: object, path: str, unknown: str) -> None:
    if body is not None:
        house.approve("get-1", body)
    found = house.predicted(path)
    assert found.unknown == unknown
    assert {output.effect for reader in found.readers for output in reader.outputs} == {Effect.UNKNOWN}


def test_a_damaged_baseline_costs_only_the_prediction(house: House) -> None:
    house.approve("get-1", BODY)
    file = house.folder / "recordings" / "baseline" / "crm" / "get-1.har"
    file.write_text(file.read_text()[:-20])
    assert house.predicted("$.fullName").unknown.startswith("baseline/crm/get-1.har: ")


def test_what_was_not_judged_is_not_known(house: House) -> None:
    house.approve("get-1", BODY)
    house.judging = InProcess(refusing=True)
    assert house.predicted("$.fullName").unknown == "it took too long"


def written(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: ((told := path.stat()).st_size, told.st_mtime_ns) for path in folder.rglob("*")}


def test_nothing_is_written(house: House) -> None:
    house.approve("get-1", BODY)
    before = written(house.folder)
    house.predicted("$.fullName")
    assert written(house.folder) == before


JSONATA = Translation("pop", "jsonata", '{"who": {"name": fullName, "id": customerId}, "all": contact}', "pop.jsonata")


@pytest.mark.parametrize(
    ("path", "outputs"),
    [
        ("$.fullName", {"who.name": ["$.fullName"]}),
        ("$.fullName.first", {"who.name": ["$.fullName"]}),
        ("$.contact.email", {"all": ["$.contact"]}),
        ("$.contact", {"all": ["$.contact"]}),
        ("$", {"who.name": ["$.fullName"], "who.id": ["$.customerId"], "all": ["$.contact"]}),
        ("$.tier", {}),
    ],
)
def test_an_output_is_met_at_above_and_below_what_it_reads(path: str, outputs: dict[str, list[str]]) -> None:
    interaction = interaction_of(JSONATA)
    traced = lineage_of(interaction, reads_of(interaction), parse_path(path))
    found = [output for one in traced.fields for reader in one.readers for output in reader.outputs]
    assert {output.name: [*output.reads] for output in found} == outputs


BY_ARRAYS = {"vip": "$.r[0].vip", "names": "$.r[*].name", "gold": "$.r[?(@.tier == 'GOLD')].id", "last": "$.r[-1].id"}


@pytest.mark.parametrize(
    ("path", "outputs"),
    [
        ("$.r[*].vip", {"vip": ("$.r[0].vip",)}),
        ("$.r[*].name", {"names": ("$.r[*].name",)}),
        ("$.r[*].tier", {"gold": ("$.r[?(@.tier == 'GOLD')].id",)}),
        ("$.r[*].id", {"gold": ("$.r[?(@.tier == 'GOLD')].id",), "last": ("$.r[-1].id",)}),
        ("$.r[*].id.no", {"gold": ("$.r[?(@.tier == 'GOLD')].id",), "last": ("$.r[-1].id",)}),
        ("$.r", {name: (text,) for name, text in BY_ARRAYS.items()}),
        ("$.r[*].other", {}),
    ],
)
@pytest.mark.parametrize("kind", ["data_action", "jsonpath"])
def test_a_path_that_names_its_arrays_reads_no_other_field_of_their_members(
    kind: str, path: str, outputs: dict[str, tuple[str, ...]]
) -> None:
    template = ", ".join(f'"{name}": ${{{name}}}' for name in BY_ARRAYS)
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in BY_ARRAYS}}
    action = {"translationMap": BY_ARRAYS, "successTemplate": f"{{{template}}}", "successSchema": schema}
    source = json.dumps(action if kind == "data_action" else BY_ARRAYS)
    interaction = interaction_of(Translation("Get", kind, source, ""))
    traced = lineage_of(interaction, reads_of(interaction), parse_path(path))
    found = [output for one in traced.fields for reader in one.readers for output in reader.outputs]
    assert {output.name: output.paths for output in found} == outputs


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("$.r[1].vip", {"vip": True}),
        ("$.r[0].vip", {"vip": False}),
        ("$.r[*].vip", {"vip": False}),
        ("$.r[1].id", {"gold": False, "last": False}),  # which one it reads only a response tells
    ],
)
def test_an_output_that_reads_another_member_is_told_so(path: str, others: dict[str, bool]) -> None:
    interaction = interaction_of(Translation("Get", "jsonpath", json.dumps(BY_ARRAYS), ""))
    (found,) = lineage_of(interaction, reads_of(interaction), parse_path(path)).fields
    assert found.path == format_path(general(parse_path(path)))
    assert {output.name: output.other_member for reader in found.readers for output in reader.outputs} == others


# -- a vendor ---------------------------------------------------------------------------------------------


def pact_of(*names: str) -> str:
    response = {"status": 200, "body": {"customerId": "c", "contact": {"email": "e"}, "tickets": [{"no": "a"}]}}
    rules = {"matchingRules": {"body": {"$": {"matchers": [{"match": "type"}]}}}}
    interactions = [
        {"description": name, "request": {"method": "GET", "path": "/c"}, "response": response | rules}
        for name in names
    ]
    about = {"consumer": {"name": "pop"}, "provider": {"name": "crm"}}
    return json.dumps({**about, "interactions": interactions, "metadata": {"pactSpecification": {"version": "3.0.0"}}})


@pytest.fixture
def known(house: House) -> House:
    """Two interactions, one of them with a translation."""
    (house.folder / "pact.json").write_text(pact_of("a lookup", "another"))
    source = TranslationSource("a lookup", "pop", "jsonata", '{"id": customerId, "no": tickets[0].no}', "pop.jsonata")
    house.vendor = Vendor("crm", "", contracts=(str(house.folder / "pact.json"),), translations=(source,))
    return house


def ids(house: House) -> list[str]:
    return [one.interaction_id for one in house.trace().interactions]


def test_contract_and_translation_of_a_vendor(known: House) -> None:
    lookup, another = ids(known)
    assert known.started == []
    known.approve(lookup, BODY)
    lineage = known.trace("$.customerId")
    assert (lineage.field, lineage.looked, known.started) == ("$.customerId", 2, [1])
    (first,), (second,) = (one.fields for one in lineage.interactions)
    assert (first.contract, first.forbidden, effects(first)) == (("$.customerId",), True, {"id": ("blank", "")})
    assert (second.contract, second.forbidden, second.unknown) == (("$.customerId",), None, "no baseline")
    assert lineage.interactions[1].contract == "pact.json $.interactions[1]"
    assert known.trace("$.customerId", "another").interactions == lineage.interactions[1:]
    lineage = known.trace("$.tickets[1].no")
    assert [one.interaction_id for one in lineage.interactions] == [lookup, another]
    assert (lineage.field, lineage.notes) == (
        "$.tickets[*].no",
        ("$.tickets[1].no is answered for whichever member",),
    )


def test_every_field_that_is_read(known: House) -> None:
    known.approve(ids(known)[0], BODY)
    lookup, another = known.trace().interactions
    assert [(one.path, effects(one), one.forbidden) for one in lookup.fields] == [
        ("$.customerId", {"id": ("blank", "")}, True),
        ("$.tickets[*].no", {"no": ("blank", "")}, True),
        ("$.contact.email", {}, None),
    ]
    assert [one.path for one in another.fields] == ["$.customerId", "$.contact.email", "$.tickets[*].no"]


@pytest.mark.parametrize(
    ("path", "approved", "said"),
    [
        ("customerId", (), "'customerId' is not a JSON path; did you mean '$.customerId'?"),
        ("$.[", (), "'$.[' is not a JSON path; fields that are read: $.customerId"),
        ("", (), ""),
        ("$.x[", (), "'$.x[' is not a JSON path"),
        ("$..customerId", (), "'$..customerId' names many fields; did you mean '$.customerId'?"),
        ("$.custId", (0, 1), "nothing reads $.custId, and no baseline has it; did you mean '$.customerId'?"),
        (
            "$.zz",
            (0, 1),
            "$.zz, and no baseline has it; fields that are read: $.customerId, $.tickets[*].no, $.contact",
        ),
    ],
)
def test_wrong_fields(known: House, path: str, approved: tuple[int, ...], said: str) -> None:
    both = ids(known)
    for number in approved:
        known.approve(both[number], BODY)
    if not path:
        assert known.trace(path).interactions
        return
    with pytest.raises(UsageError) as caught:
        known.trace(path)
    assert said in str(caught.value)


def test_what_nothing_reads_is_no_error(known: House) -> None:
    both = ids(known)
    assert known.trace("$.custId").hint == "did you mean '$.customerId'?"  # nobody knows: there is no baseline
    for one in both:
        known.approve(one, BODY)
    lineage = known.trace("$.fullName")
    assert (lineage.interactions, lineage.hint, lineage.looked) == ((), "", 2)


def test_flows_that_cannot_be_read_or_joined_are_told(known: House) -> None:
    flow = known.folder / "a.yaml"
    known.vendor = replace(known.vendor, flows=(str(flow),))
    flow.write_text("a: {callData: {category: {C: {dataAction: {'{{x}}': {}}}}}}")
    (note,) = known.trace().notes
    assert note.startswith("a.yaml calls {{x}}: placeholders do not say")
    flow.write_text("a: b: c")
    with pytest.raises(ConfigError, match="it is not YAML"):
        known.trace()


def test_no_more_fields_are_tried_than_is_bearable(house: House, known: House) -> None:
    wide = {f"k{number}": "x" * 60_000 for number in range(30)}
    source = "{" + ", ".join(f'"{key}": {key}' for key in wide) + "}"
    interaction = interaction_of(Translation("pop", "jsonata", source, ""))
    house.approve("get-1", wide)
    traced = lineage_of(interaction, reads_of(interaction), None)
    found = house.told(traced, interaction).fields
    assert [one.path for one in found] == [format_path((key,)) for key in wide]
    assert [one.unknown for one in found if one.unknown] == ["the baseline is too large to try so many fields"] * 3

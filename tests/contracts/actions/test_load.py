"""Each example of each export is an interaction, with an id that stays; what is wrong is told with its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor.calling.request import build, refusal
from monitor.contracts.actions.load import ANY_INTEGRATION, action_id
from monitor.contracts.load import Loaded, load
from monitor.jsonpaths import Json
from monitor.model import ActionExample, ActionSource, RequestOverride, TranslationSource, Vendor
from tests.contracts.actions.exports import STRING, text_of


class Folder:
    """Exports in a folder, loaded for one vendor."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def source(self, name: str, text: str | None = None, **more: object) -> ActionSource:
        (self.root / name).write_text(text_of() if text is None else text, encoding="utf-8")
        return ActionSource(str(self.root / name), **more)  # type: ignore[arg-type]

    def load(self, *sources: ActionSource, **vendor: object) -> Loaded:
        made = Vendor("crm", "https://h/v1", (), data_actions=sources, **vendor)  # type: ignore[arg-type]
        return load(made, str(self.root), str(self.root / "monitor.yaml"))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def one(**inputs: Json) -> tuple[ActionExample, ...]:
    return (ActionExample("", inputs),)


def told(loaded: Loaded) -> list[str]:
    return [str(fault) for fault in loaded.faults]


def test_an_example_is_an_interaction(folder: Folder) -> None:
    source = folder.source("a.json", integration="CRM", examples=one(phone=1), override=RequestOverride(read_only=True))
    loaded = folder.load(source)
    (interaction,) = loaded.interactions
    assert told(loaded) == []
    assert interaction.id == action_id("CRM", "Get customer", "")
    assert interaction.id.startswith("get-customer-")
    assert (interaction.description, interaction.action, interaction.consumer) == (
        "Get customer",
        "Get customer",
        "CRM",
    )
    assert (interaction.contract, interaction.refusal, interaction.request.path) == (None, "", "/customers/1")
    (translation,) = interaction.translations
    assert (translation.name, translation.kind, translation.file) == ("Get customer", "data_action", "a.json")
    assert interaction.override.read_only


def test_several_examples_have_their_names(folder: Folder) -> None:
    examples = (ActionExample("gold", {"phone": 1}), ActionExample("unknown", {"phone": 2}))
    loaded = folder.load(folder.source("a.json", examples=examples))
    assert [i.description for i in loaded.interactions] == ["Get customer (gold)", "Get customer (unknown)"]
    assert len({i.id for i in loaded.interactions}) == 2
    assert [i.request.path for i in loaded.interactions] == ["/customers/1", "/customers/2"]


def test_the_id_is_that_of_integration_name_and_example(folder: Folder) -> None:
    ids = {
        action_id(integration, name, example)
        for integration in ("", "CRM", ANY_INTEGRATION)
        for name in ("Get customer", "Get Customer")
        for example in ("", "gold")
    }
    assert len(ids) == 12
    again = folder.load(
        folder.source("b.json", text_of(name="Get customer - Exported 2021-06-21 @ 8:42"), examples=one(phone=1))
    )
    assert again.interactions[0].id == folder.load(folder.source("a.json", examples=one(phone=5))).interactions[0].id


def test_without_an_example_it_is_not_run(folder: Folder) -> None:
    needs, none = folder.source("a.json"), folder.source("b.json", text_of(name="B", url="/b", inputs={}, required=[]))
    assert [i.refusal[:20] for i in folder.load(needs, none).interactions] == ["no inputs are given ", ""]


def test_what_monitor_yaml_says_of_it(folder: Folder) -> None:
    examples = one(phone=1)
    source = folder.source("a.json", text_of(url="/c?a=${input.nope}", required=[]), examples=examples)
    assert folder.load(source).interactions[0].refusal
    request = {"Get customer": RequestOverride(query={"a": ("1",)})}
    assert folder.load(source, requests=request).interactions[0].refusal == ""
    skipped = folder.load(source, skip={"Get customer": "not now"})
    assert (skipped.interactions, [s.reason for s in skipped.skipped]) == ((), ["monitor.yaml skips it: not now"])
    more = TranslationSource("Get customer", "pop", "jsonata", "{'a': b}", "x")
    assert [t.name for t in folder.load(source, translations=(more,)).interactions[0].translations] == [
        "Get customer",
        "pop",
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"secure": 5}, "a.json:47:3: $.secure: must be true or false; export the action again"),
        (
            {"map": {"name": "$.a[?("}},
            "a.json:14:9: $.config.response.translationMap.name: Get customer: ",
        ),
        ({"template": "{#if("}, "a.json:19:7: $.config.response.successTemplate: Get customer: Velocity: "),
    ],
)
def test_a_fault_has_its_line(folder: Folder, changes: Mapping[str, Json], fault: str) -> None:
    (found,) = told(folder.load(folder.source("a.json", text_of(**changes), examples=one(phone=1))))
    assert found.startswith(fault), found


def test_what_cannot_be_read_at_all(folder: Folder) -> None:
    faults = told(folder.load(folder.source("a.json", '{"a":'), ActionSource(str(folder.root / "nowhere.json"))))
    assert [fault.partition("; ")[0] for fault in faults] == [
        "a.json:1:6: it is no exported data action: it is not JSON: Expecting value",
        "nowhere.json: it cannot be read: No such file or directory",
    ]


def test_the_same_action_twice(folder: Folder) -> None:
    loaded = folder.load(folder.source("a.json", examples=one(phone=1)), folder.source("b.json", examples=one(phone=2)))
    assert told(loaded) == [
        (
            "b.json:1:1: $: the data action 'Get customer' already stands in a.json $; "
            "give the examples names, say which integration: each belongs to, or delete one"
        )
    ]


def test_inputs_that_no_action_of_the_entry_has(folder: Folder) -> None:
    examples = one(phone=1, fone=2, whatever=3, id=4)
    other = folder.source("b.json", text_of(name="B", url="/b/${input.id}", inputs={}, required=[]), examples=examples)
    said = "monitor.yaml: vendors.crm.data_actions: no data action of its entry has an input"
    assert told(folder.load(folder.source("a.json", examples=examples), other)) == [
        f"{said} 'fone'; did you mean 'phone'?",
        f"{said} 'whatever'; delete it",
    ]


def test_optional_inputs_read_or_declared_are_known(folder: Folder) -> None:
    text = text_of(url="/c?a=$!{input.a}", inputs={"b": STRING}, required=[])
    assert told(folder.load(folder.source("a.json", text, examples=one(a=1, b=2)))) == []


# -- who is calling ---------------------------------------------------------------------------------------

BEARER: dict[str, Json] = {"headers": {"authorization": "bearer ${authResponse.access_token}"}}
TOKEN = {"auth_response": {"access_token": "mine"}}
VENDORS = {"Authorization": "Bearer vendor's"}


@pytest.mark.parametrize(
    ("entry", "vendor", "sent"),
    [
        (TOKEN, {}, "bearer mine"),
        (TOKEN, VENDORS, "bearer mine"),
        ({}, VENDORS, "Bearer vendor's"),  # nothing is given for its own
        ({**TOKEN, "override": RequestOverride(headers={"AUTHORIZATION": "entry's"})}, VENDORS, "entry's"),
        ({"override": RequestOverride(headers={"Authorization": "entry's"})}, VENDORS, "entry's"),
    ],
)
def test_what_an_action_makes_from_its_own_credentials_is_sent(
    folder: Folder, entry: dict[str, object], vendor: dict[str, str], sent: str
) -> None:
    source = folder.source("a.json", text_of(**BEARER), examples=one(phone="1"), **entry)
    (interaction,) = folder.load(source, headers=vendor).interactions
    assert interaction.refusal == ""
    made = Vendor("crm", "https://user:word@h/v1", (), headers=vendor)
    headers = build(made, interaction).headers
    assert [value for name, value in headers if name.lower() == "authorization"] == [sent]


def test_a_credential_that_nobody_gives_is_missed(folder: Folder) -> None:
    source = folder.source("a.json", text_of(**BEARER), examples=one(phone="1"))
    (interaction,) = folder.load(source).interactions
    assert interaction.refusal.startswith("nothing stands for ${authResponse.access_token}; ")


def test_its_entry_lets_it_write(folder: Folder) -> None:
    for method, fix in (
        ("POST", "if this one only reads, {}: read_only: true; to let it write: allow_writes: true"),
        ("PATCH", "to let it write, {}: allow_writes: true"),
    ):
        source = folder.source("a.json", text_of(method=method), examples=one(phone="1"))
        (interaction,) = folder.load(source).interactions
        told = refusal(Vendor("crm", "https://h"), interaction)
        assert told.endswith("so it is not sent; " + fix.format("add to its entry under data_actions"))

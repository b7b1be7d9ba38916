"""All contracts of a vendor: every fault at once, each with its file, line and path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.contracts.load import Loaded, load
from monitor.model import RequestOverride, TranslationSource, Vendor


def interaction(description: str, **more: object) -> dict[str, object]:
    return {
        "description": description,
        "request": {"method": "GET", "path": "/"},
        "response": {"status": 200},
        **more,
    }


def pact(*interactions: object) -> str:
    frame = {
        "consumer": {"name": "c"},
        "provider": {"name": "p"},
        "interactions": list(interactions),
        "metadata": {"pactSpecification": {"version": "3.0.0"}},
    }
    return json.dumps(frame, indent=1)


class Folder:
    """Contracts in a folder, loaded for one vendor."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def load(self, files: dict[str, str], **vendor: object) -> Loaded:
        for name, text in files.items():
            (self.root / name).write_text(text, encoding="utf-8")
        contracts = tuple(str(self.root / name) for name in files if name.endswith(".json"))
        made = Vendor("crm", "http://localhost", contracts, **vendor)  # type: ignore[arg-type]
        return load(made, str(self.root), str(self.root / "monitor.yaml"))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def told(loaded: Loaded) -> list[str]:
    return [str(fault) for fault in loaded.faults]


def test_faults_have_their_line(folder: Folder) -> None:
    broken = pact(interaction("a"), {**interaction("b"), "description": 3})
    line = next(number for number, text in enumerate(broken.splitlines(), 1) if '"description": 3' in text)
    loaded = folder.load({"a.json": "{\n  nope", "b.json": broken})
    assert told(loaded) == [
        "a.json:2:3: it is not JSON: Expecting property name enclosed in double quotes; a Pact file is a JSON object",
        f"b.json:{line}:4: $.interactions[1].description: description must be a string; see the Pact specification",
    ]


def test_a_header_with_an_odd_name_is_found(folder: Folder) -> None:
    odd = interaction("a", request={"method": "GET", "path": "/", "headers": {"x.y z": {}}})
    (fault,) = folder.load({"a.json": pact(odd)}).faults
    assert fault.path == "$.interactions[0].request.headers['x.y z']"
    assert fault.line > 1


def test_duplicates_are_told_where_the_second_one_stands(folder: Folder) -> None:
    loaded = folder.load({"a.json": pact(interaction("one")), "b.json": pact(interaction("two"), interaction("one"))})
    (fault,) = loaded.duplicates
    assert (fault.file, fault.path) == ("b.json", "$.interactions[1]")
    assert fault.what == "the interaction 'one' already stands in a.json $.interactions[0]"
    assert fault.line > 1
    assert loaded.faults == loaded.duplicates


def test_names_that_no_contract_has(folder: Folder) -> None:
    source = TranslationSource("looku", "t", "jsonata", "a", str(folder.root / "monitor.yaml"))
    loaded = folder.load(
        {"a.json": pact(interaction("lookup"))},
        requests={"loookup": RequestOverride()},
        skip={"another": "why"},
        translations=(source,),
    )
    assert [(fault.path, fault.fix) for fault in loaded.unknown] == [
        ("vendors.crm.requests", "did you mean 'lookup'?"),
        ("vendors.crm.skip", "see: monitor contracts list"),
        ("vendors.crm.translations", "did you mean 'lookup'?"),
    ]


def test_names_are_not_told_where_a_file_could_not_be_read_but_duplicates_do_not_hide_them(folder: Folder) -> None:
    skip = {"another": "why"}
    assert not folder.load({"a.json": "{", "b.json": pact(interaction("one"))}, skip=skip).unknown
    assert folder.load({"a.json": pact(interaction("one"), interaction("one"))}, skip=skip).unknown


def test_a_translation_that_does_not_compile(folder: Folder) -> None:
    (folder.root / "pop.jsonata").write_text("{\n  'a': (\n}")
    inline = TranslationSource("one", "inline", "jsonata", "{", str(folder.root / "monitor.yaml"))
    own = TranslationSource("one", "pop", "jsonata", "{\n  'a': (\n}", str(folder.root / "pop.jsonata"))
    loaded = folder.load({"a.json": pact(interaction("one"))}, translations=(inline, own))
    first, second = loaded.broken
    assert (first.file, first.line, first.path) == ("monitor.yaml", 0, "line 1, column 2")
    assert (second.file, second.line, second.path) == ("pop.jsonata", 3, "")


def test_states_are_told_of_skipped_interactions_too(folder: Folder) -> None:
    stated = interaction("b", providerStates=[{"name": "s"}])
    loaded = folder.load({"a.json": pact(interaction("a"), stated)}, skip={"b": "why"})
    assert loaded.states == {"s"}
    assert [skipped.description for skipped in loaded.skipped] == ["b"]


def test_a_file_that_is_gone_or_a_folder(folder: Folder) -> None:
    (folder.root / "d.json").mkdir()
    made = Vendor("crm", "http://localhost", (str(folder.root / "gone.json"), str(folder.root / "d.json")))
    loaded = load(made, str(folder.root), "monitor.yaml")
    assert [fault.what for fault in loaded.faults] == [
        "it cannot be read: No such file or directory",
        "it cannot be read: Is a directory",
    ]

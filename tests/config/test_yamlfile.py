"""Hostile, huge and half-written files: one clear error each, and soon."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.expansion import Expander, SecretsMode
from monitor.config.load import load
from monitor.config.secrets import SecretPlace
from monitor.config.tree import Scalar, Tree
from monitor.config.yamlfile import parse
from monitor.errors import ConfigError
from tests.config.projects import Project


def laughs(levels: int, width: int) -> str:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


def merges(levels: int) -> str:
    lines = ["a0: &a0 {x: 1}"]
    return "\n".join(lines + [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: 1}}" for n in range(1, levels)])


HOSTILE = [
    (
        b"\xef\xbb\xbfversion: 1\n",
        "monitor.yaml:1:1: it begins with a byte order mark (BOM); save it as UTF-8 without BOM",
    ),
    ("version: 1\n".encode("utf-16"), "monitor.yaml:1:1: it is UTF-16 text; save it as UTF-8"),
    (b"version: 1\n# caf\xe9\n", "monitor.yaml:2:6: it is not UTF-8 text (byte 0xe9); save it as UTF-8"),
    ("version: 1\n# café\n".encode() + b"\xff", "monitor.yaml:3:1: it is not UTF-8 text (byte 0xff); save it as UTF-8"),
    (b"#" * (1024 * 1024 + 1), "monitor.yaml: it is larger than 1 MiB; run `monitor init` to make one"),
    ("[" * 5000, "it is nested deeper than 60 levels"),
    ("- " * 5000, "it is nested deeper than 60 levels"),
    ("{a: " * 5000, "it is nested deeper than 60 levels"),
    ("[" + "a," * 200_000 + "]", "it holds more than 50,000 values; split it into several files"),
    (laughs(10, 10), "its aliases (*name) expand to more than 50,000 values; write fewer aliases of aliases"),
    (laughs(59, 1) + "\n", "monitor.yaml:1:1: the key 'version' is missing"),
    (laughs(99, 1) + "\n", "its aliases nest deeper than 60 levels"),
    (merges(40), "its aliases (*name) expand to more than 50,000 values; write fewer aliases of aliases"),
    ("a: " + "9" * 5000, "monitor.yaml:1:4: a: YAML cannot read it as a whole number; quote it"),
    ("a: !!int abc", "monitor.yaml:1:4: a: YAML cannot read it as a whole number; quote it"),
    ("a: !!float ''", "monitor.yaml:1:4: a: YAML cannot read it as a number; quote it"),
    ("a: !!bool maybe", "monitor.yaml:1:4: a: YAML cannot read it as a boolean; quote it"),
    ("a: !!map x", "monitor.yaml:1:4: a: the tag !!map is not taken; remove it"),
    (
        "%YAML " + "1" * 5000 + ".1\n---\na: 1",
        "monitor.yaml: it is not YAML; check its escapes (\\U...) and % directives",
    ),
    ('"\\ud800": 1', "monitor.yaml:1:1: a key holds half a character (\\uD800 to \\uDFFF); write it whole"),
]


@pytest.mark.parametrize(("data", "told"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_files(project: Project, data: str | bytes, told: str) -> None:
    assert told in project.told(data)


def _folder(path: Path) -> None:
    path.mkdir()


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 100 * 1024 * 1024 * 1024)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (_folder, "it is a folder, not a file"),
        (_fifo, "it is not a plain file"),
        (_loop, "it cannot be read"),
        (_dangling, "there is no such file"),
        (_sparse, "it is larger than 1 MiB"),
    ],
)
def test_what_is_no_file(tmp_path: Path, make: Callable[[Path], None], what: str) -> None:
    path = tmp_path / "monitor.yaml"
    make(path)
    with pytest.raises(ConfigError) as caught:
        load(path, {}, secrets=SecretsMode.REQUIRE, kinds=())
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].what.startswith(what)
    assert caught.value.faults[0].fix


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "monitor.yaml"
    path.touch(mode=0o000)
    with pytest.raises(ConfigError, match="it may not be read; check its permissions"):
        load(path, {}, secrets=SecretsMode.REQUIRE, kinds=())


# -- laws --------------------------------------------------------------------------------------------------

_ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\x85\u2028\u2029"), max_size=6)
_EXPONENT = re.compile(r"[-+]?[0-9_]+[eE][-+]?[0-9]+")  # a number to us (1e3), a string to YAML 1.1
_TEXT = _ANY_TEXT.filter(lambda text: not _EXPONENT.fullmatch(text))
_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT
_KEY = _TEXT.filter(lambda text: text != "<<" and "${" not in text)
_TREE = st.recursive(
    _PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEY, inner, max_size=4), max_leaves=8
)
_FILE = st.dictionaries(_KEY, _TREE, max_size=4)


def _plain(tree: Tree) -> object:
    if isinstance(tree, dict):
        return {key: _plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_plain(value) for value in tree]
    return tree.value


@settings(deadline=None)
@given(_FILE)
def test_what_safe_load_reads_we_read(value: object) -> None:
    text = yaml.safe_dump(value, allow_unicode=True).replace("${", "$${")
    document = parse(text, "f", Expander(SecretPlace({}, Path("/")), SecretsMode.REQUIRE))
    assert document.tree is not None
    assert not document.faults
    assert _plain(document.tree) == yaml.safe_load(text.replace("$${", "${"))


@settings(deadline=None)
@given(_FILE)
def test_every_value_stands_where_it_is_said_to(value: object) -> None:
    text = yaml.safe_dump(value, allow_unicode=True).replace("${", "$${")
    document = parse(text, "f", Expander(SecretPlace({}, Path("/")), SecretsMode.REQUIRE))
    lines = text.split("\n")
    for path, spot in document.spots.items():
        node: Tree | None = document.tree
        for step in path:
            node = node[step] if isinstance(node, list) and isinstance(step, int) else node[str(step)]  # type: ignore[index, call-overload]
        if isinstance(node, Scalar) and not node.quoted and "\n" not in node.written:
            assert lines[spot.value.line - 1][spot.value.column - 1 :].startswith(node.written)

"""Secret sources: laws for every kind that there is, and the facts of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import secrets
from monitor.config.secrets import NoSecret, SecretPlace
from tests.config.projects import Project

ODD = ["", " ", "\0", "no-such-thing", "../../no/such", "x" * 5000, "a\nb", "\u202e", "/", "."]


@pytest.mark.parametrize("kind", secrets.kinds())
@pytest.mark.parametrize("reference", ODD)
def test_every_source_says_why_it_has_nothing(kind: str, reference: str, tmp_path: Path) -> None:
    answer = secrets.read(kind, reference, SecretPlace({}, tmp_path))
    assert isinstance(answer, NoSecret)
    assert answer.what
    assert answer.fix
    assert answer.what.isprintable()
    assert len(answer.what) < 400


@pytest.mark.parametrize("kind", secrets.kinds())
def test_every_source_tells_an_empty_reference_from_a_missing_secret(kind: str, tmp_path: Path) -> None:
    empty = secrets.read(kind, "", SecretPlace({}, tmp_path))
    missing = secrets.read(kind, "NO_SUCH", SecretPlace({}, tmp_path))
    assert isinstance(empty, NoSecret)
    assert isinstance(missing, NoSecret)
    assert (empty.malformed, missing.malformed) == (True, False)


def test_the_kinds_are_the_files() -> None:
    assert {"env", "file"} <= set(secrets.kinds())


def test_env(tmp_path: Path) -> None:
    place = SecretPlace({"A": "value", "EMPTY": ""}, tmp_path)
    assert secrets.read("env", "A", place) == "value"
    assert secrets.read("env", "EMPTY", place) == NoSecret(
        "the environment variable EMPTY is empty", "set EMPTY to the secret"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"value", "value"),
        (b"value\n", "value"),
        (b"value\r\n", "value"),
        (b"value\n\n", "value\n"),
        (b" value ", " value "),
        ("Zoë".encode(), "Zoë"),
    ],
)
def test_a_file_loses_one_trailing_line_break(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "key").write_bytes(content)
    assert secrets.read("file", "key", SecretPlace({}, tmp_path)) == expected
    assert secrets.read("file", str(tmp_path / "key"), SecretPlace({}, Path("/"))) == expected


@pytest.mark.parametrize(
    ("reference", "what"),
    [
        ("secrets/none", "the secret file secrets/none: there is no such file"),
        ("secrets", "the secret file secrets: it is a folder, not a file"),
        ("secrets/empty", "the secret file secrets/empty: it is empty"),
        ("secrets/large", "the secret file secrets/large: it is larger than 64 KiB"),
        ("secrets/key/x", "the secret file secrets/key/x: there is no such file"),
    ],
)
def test_a_file_that_will_not_do(project: Project, reference: str, what: str) -> None:
    answer = secrets.read("file", reference, SecretPlace({}, project.root))
    assert isinstance(answer, NoSecret)
    assert (answer.what, answer.malformed) == (what, False)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\x00")
    answer = secrets.read("file", "key", SecretPlace({}, tmp_path))
    assert isinstance(answer, NoSecret)
    assert answer.what == "the secret file key: it is not UTF-8 text (byte 0xff)"

"""Severity: the table, its overrides, what counts as read, and what makes an incident one."""

from __future__ import annotations

import pytest

from monitor.checking.severity import KINDS, is_read, severity_of
from monitor.errors import ConfigError
from monitor.jsonpaths import ANY, DESCENT, Path
from monitor.model import ChangeKind, fingerprint


@pytest.mark.parametrize(
    ("kind", "read", "unread"),
    [
        ("mismatch", "breaking", "breaking"),
        ("loss", "breaking", "breaking"),
        ("removed", "breaking", "info"),
        ("renamed", "breaking", "info"),
        ("retyped", "breaking", "info"),
        ("status", "breaking", "info"),
        ("nullable", "warning", "info"),
        ("media_type", "warning", "warning"),
        ("not_null", "info", "info"),
        ("added", "info", "info"),
        ("header_added", "info", "info"),
        ("header_removed", "info", "info"),
    ],
)
def test_table(kind: str, read: str, unread: str) -> None:
    assert (severity_of(kind, True, {}), severity_of(kind, False, {})) == (read, unread)


def test_every_kind_has_a_severity() -> None:
    assert set(KINDS) == {*ChangeKind, "mismatch", "loss"}


@pytest.mark.parametrize(
    ("overrides", "read", "unread"),
    [
        ({"removed": "warning"}, "warning", "warning"),
        ({"removed unread": "warning"}, "breaking", "warning"),
        ({"removed read": "info", "removed": "warning"}, "info", "warning"),
        ({"added": "breaking"}, "breaking", "info"),
    ],
)
def test_overrides(overrides: dict[str, str], read: str, unread: str) -> None:
    assert (severity_of("removed", True, overrides), severity_of("removed", False, overrides)) == (read, unread)


def test_an_override_that_is_no_severity_is_a_fault_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match="breaking, warning, info"):
        severity_of("removed", True, {"removed": "bad"})


@pytest.mark.parametrize(
    ("path", "contract", "translation", "expected"),
    [
        (("a",), [("a",)], [], True),
        (("a",), [("a", "b")], [], True),  # the contract reads below it
        (("a", "b"), [("a",)], [], False),  # the contract wants an object, whatever is in it
        (("a", "b"), [], [("a",)], True),  # the translation may hand on the whole of it
        (("a",), [], [("b",)], False),
        (("a", ANY, "b"), [], [("a", "b")], True),  # JSONata maps over arrays silently
        (("a", ANY, "b"), [("a", ANY, "b")], [], True),
        (("x", "y", "b"), [], [(DESCENT, "b")], True),
        (("x",), [], [()], True),
        (("x",), [()], [], False),
        ((), [("a",)], [], True),
        ((), [], [], False),
    ],
)
def test_is_read(path: Path, contract: list[Path], translation: list[Path], expected: bool) -> None:
    assert is_read(path, contract, translation) is expected


def test_a_fingerprint_is_the_same_for_ever() -> None:
    assert fingerprint("crm", "lookup-1a2b3c4d", "$.customerId") == "v1:391fa7bf5a88fc17"


def test_a_fingerprint_tells_places_apart() -> None:
    places = [("a", "b", "$"), ("a", "b", "status"), ("a", "c", "$"), ("ab", "", "$"), ("a", "b$", "")]
    assert len({fingerprint(*place) for place in places}) == len(places)

"""Vendor text is safe to show on a terminal, on one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("customerId", "customerId"),
        ("Zoë 客户 🎉", "Zoë 客户 🎉"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\tc", "a\\x0ab\\x09c"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\ud800", "\\ud800"),
        ("\U000e0001", "\\U000e0001"),
        ("", ""),
    ],
)
def test_unsafe_characters_are_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters(), max_size=300))
def test_whatever_comes_is_one_safe_line(text: str) -> None:
    shown = printable(text)
    assert "\n" not in shown
    assert "\x1b" not in shown
    shown.encode("utf-8")


def test_long_text_is_cut() -> None:
    assert printable("x" * 1000, limit=10) == "xxxxxxx..."

"""Vendor text made safe to show: no escape sequences, no bidirectional tricks, one line, bounded."""

from __future__ import annotations

import unicodedata

# Cc controls, Cf format marks (bidi overrides, zero width), Cs lone surrogates, Co private use, Zl/Zp separators
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
ELLIPSIS = "..."


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def printable(text: str, limit: int = 200) -> str:
    """``text`` on one line, unsafe characters as ``\\xNN`` or ``\\uNNNN``, cut to ``limit`` characters."""
    cut = text if len(text) <= limit else text[: max(0, limit - len(ELLIPSIS))] + ELLIPSIS
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(_escaped(c) if unicodedata.category(c) in _UNSAFE else c for c in cut)

"""Vendor text made safe to show: no escape sequences, no bidirectional tricks, one line, bounded."""

from __future__ import annotations

ELLIPSIS = "..."


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def printable(text: str, limit: int = 200) -> str:
    """``text`` on one line, unsafe characters as ``\\xNN`` or ``\\uNNNN``, cut to ``limit`` characters."""
    cut = text if len(text) <= limit else text[: max(0, limit - len(ELLIPSIS))] + ELLIPSIS
    # not printable to Python: controls, format marks (bidi, zero width), surrogates, private use, odd spaces
    return cut if cut.isprintable() else "".join(c if c.isprintable() else _escaped(c) for c in cut)

"""The real exports, where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "data-actions" / "exports"
FILES = sorted(FOLDER.glob("*.json"))
COUNT = 104
needed = pytest.mark.skipif(not FILES, reason=f"the real exports are not at {FOLDER}")


def named(part: str) -> list[Path]:
    return [file for file in FILES if part.lower() in file.name.lower()]

"""What Jayway JsonPath (Java) answered, and what we answer: value, kind of error, and whether the path is definite."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

from tests.languages.answers import Row, differing, documents, rows

HERE = Path(__file__).parent / "jayway"
GOLDEN = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "translation"
OWN = [(about, list(of)) for about, of in groupby(rows(HERE / "answers.jsonl"), key=lambda row: str(row["about"]))]


@pytest.mark.skipif(not GOLDEN.is_dir(), reason=f"the golden answers are not at {GOLDEN}")
def test_every_golden_answer() -> None:
    told = rows(GOLDEN / "jayway.golden.jsonl")
    assert len(told) > 100
    assert differing(told, documents(GOLDEN / "jayway.documents.json")) == []


@pytest.mark.parametrize(("about", "told"), OWN, ids=[about for about, _ in OWN])
def test_what_jayway_was_asked_besides(about: str, told: list[Row]) -> None:
    """Answers of 2.9 with its default configuration (json-smart), each path compiled afresh."""
    assert differing(told, documents(HERE / "documents.json")) == []

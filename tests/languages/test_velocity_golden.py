"""What Apache Velocity 2.4.1 renders, row by row."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Final

import pytest

from monitor.errors import ContractError
from monitor.languages.velocity import Rendered, RenderFault, parse_template, render
from monitor.languages.velocity.tools import GENESYS

ROWS: Final = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "translation" / "velocity.golden.jsonl"
COUNT: Final = 148
COLUMN: Final = "v2.4.1"
TOOLS: Final = {name: GENESYS[name] for name in ("esc", "successTemplateUtils")}  # with which the rows were made

pytestmark = pytest.mark.skipif(not ROWS.is_file(), reason=f"the golden rows of Velocity are not at {ROWS}")


def answer(template: str, context: dict[str, object]) -> str | dict[str, str]:
    try:
        told = render(parse_template(template), context)
    except ContractError:
        return {"err": "ParseErrorException"}
    return {"err": told.kind} if isinstance(told, RenderFault) else told.text


def test_golden_rows() -> None:
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    values = json.loads(ROWS.with_name("velocity.context.json").read_text(encoding="utf-8"))
    before = copy.deepcopy(values)
    wrong = {
        row["template"]: (row[COLUMN], got)
        for row in rows
        if (got := answer(row["template"], {**TOOLS, **values})) != row[COLUMN]
    }
    assert wrong == {}
    assert len(rows) == COUNT
    assert values == before


def test_a_macro_that_is_not_there_stands_as_it_is() -> None:
    assert render(parse_template("$math.add(1,2)"), TOOLS) == Rendered("$math.add(1,2)")
    assert render(parse_template("$math.add(1,2)"), GENESYS) == Rendered("3")

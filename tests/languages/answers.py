"""Rows of what Jayway JsonPath answers: ``{doc, path, definite, ok}`` or ``{doc, path, definite, err}``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from monitor.errors import ContractError
from monitor.jsonpaths import Json
from monitor.languages.jsonpath import Found, NotFound, compile_path

Row = Mapping[str, Json]


def documents(file: Path) -> dict[str, Json]:
    held: dict[str, Json] = json.loads(file.read_text(encoding="utf-8"))
    return held


def rows(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def answer(path: str, document: Json) -> Row:
    """What we say, as a row says it."""
    try:
        compiled = compile_path(path)
    except ContractError as error:
        return {"err": error.what.rpartition("(")[2].removesuffix(")")}
    told = compiled.evaluate(document)
    if isinstance(told, Found):
        return {"definite": compiled.definite, "ok": told.value}
    kind = "PathNotFoundException" if isinstance(told, NotFound) else told.kind
    return {"definite": compiled.definite, "err": kind}


def differing(told: Iterable[Row], held: Mapping[str, Json]) -> list[tuple[str, str, str]]:
    """Path, what the row says and what we say, where that is not the same JSON text: 1 is not 1.0."""
    found = []
    for row in told:
        expected = {key: row[key] for key in ("definite", "ok", "err") if key in row}
        ours = answer(str(row["path"]), held[str(row["doc"])])
        if json.dumps(ours) != json.dumps(expected):
            found.append((str(row["path"]), json.dumps(expected), json.dumps(ours)))
    return found

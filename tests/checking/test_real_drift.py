"""Structure against real vendor drift (shared/cases/real-drift): what is found, and what is quiet.

The figures asserted are those reached. What is missed of the documented changes, and why:
- a rename where neither value nor spelling is the same (team_url -> organization_teams_url): told as removed and added;
- a body that changed with the status: the status is what is told;
- transfer-encoding: it belongs to the connection, not to the API, and comes and goes by itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from monitor.checking.structure import changes
from monitor.model import Change, ChangeKind, Response

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "real-drift"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"the shared cases are not here: {CASES}")

_Figures: TypeAlias = dict[str, tuple[int, int]]

REACHED: dict[str, _Figures] = {  # documented changes found, of how many
    "github": {
        "added": (60, 60),
        "removed": (1, 1),
        "renamed": (0, 1),
        "retyped": (0, 1),
        "status": (1, 1),
        "header_added": (8, 8),
        "header_removed": (8, 9),
    },
    "slack": {"added": (80, 80), "removed": (5, 5), "retyped": (1, 1)},
    "stripe": {"added": (113, 113), "removed": (71, 71), "nullability": (2, 2)},
}

_NULLABILITY = frozenset({ChangeKind.NULLABLE, ChangeKind.NOT_NULL})


def _loaded(path: Path) -> Any:
    return json.loads(path.read_bytes())


def _response(file: Path) -> Response:
    recorded = _loaded(file)
    headers = tuple((name, str(value)) for name, value in recorded["headers"].items())
    body = recorded["body"]
    text = body if isinstance(body, str) and "json" not in dict(headers).get("content-type", "") else json.dumps(body)
    return Response(recorded["status"] or 200, "", "HTTP/1.1", headers, text.encode())


def _cases(group: str) -> Iterator[tuple[list[dict[str, Any]], tuple[Change, ...]]]:
    for folder in sorted((CASES / group).iterdir()):
        found = changes(_response(folder / "before.json"), _response(folder / "after.json"))
        yield _loaded(folder / "meta.json")["changes"], found


def _finds(documented: dict[str, Any], found: tuple[Change, ...]) -> bool:
    kind, path = documented["kind"], documented["path"]
    at = {change.kind for change in found if change.root == path}
    if kind == "removed":
        return bool(at & {ChangeKind.REMOVED, ChangeKind.RENAMED})
    if kind == "added":
        return ChangeKind.ADDED in at or any(change.to == path for change in found)
    if kind == "renamed":
        return any((change.root, change.to) == (path, documented["to_path"]) for change in found)
    return bool(at & _NULLABILITY) if kind == "nullability" else kind in at


@pytest.mark.parametrize("group", REACHED)
def test_documented_changes_are_found(group: str) -> None:
    total: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for documented, told in _cases(group):
        for change in documented:
            if change["documented"] and change["kind"] in REACHED[group]:
                total[change["kind"]] += 1
                found[change["kind"]] += _finds(change, told)
    assert {kind: (found[kind], total[kind]) for kind in total} == REACHED[group]


@pytest.mark.parametrize("group", ["_no-drift-github", "_no-drift-stripe"])
def test_where_only_values_moved_nothing_is_told(group: str) -> None:
    assert [told for _, told in _cases(group) if told] == []


def test_renames_told_are_few() -> None:
    """Seven in 270 pairs, all in two of them; the vendor's notes are silent, a reader would call them successors."""
    renamed = [c for group in REACHED for _, told in _cases(group) for c in told if c.kind is ChangeKind.RENAMED]
    assert Counter((change.root, change.to) for change in renamed) == {
        ("$.authorized_amount", "$.merchant_amount"): 1,
        ("$.authorized_currency", "$.merchant_currency"): 1,
        ("$.card.authorization_controls", "$.card.spending_controls"): 2,
        ("$.held_amount", "$.amount"): 1,
        ("$.held_currency", "$.currency"): 1,
        ("$.verification_data.address_zip_check", "$.verification_data.address_postal_code_check"): 1,
    }

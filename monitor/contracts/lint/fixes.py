"""What to paste into a contract, in the form of its own specification."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

from monitor.contracts.lint.coverage import Exact
from monitor.contracts.lint.subjects import Subject
from monitor.contracts.lint.written import BODY, is_old
from monitor.jsonpaths import ANY, Json
from monitor.printable import printable

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_OLD: Final = (1, 2)


def pasteable(value: Json) -> str:
    """JSON on one line, readable where it is safe to show."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


def _step(step: str | int | object, name: object) -> str:
    if isinstance(step, int):
        return "[*]"
    # the engine has no way to write a key that holds a quote or nothing
    if name is ANY or not isinstance(step, str) or "'" in step or not step:
        return ".*"
    return f".{step}" if _PLAIN.fullmatch(step) else f"['{step}']"


def rule_path(exact: Exact) -> str:
    """The path of a rule for that value, as the engine reads it."""
    return "$" + "".join(map(_step, exact.at, exact.place))


def uses_old_form(subject: Subject) -> bool:
    return is_old(subject.written) or (subject.version in _OLD and not subject.written)


def added(subject: Subject, category: str, path: str, matcher: Mapping[str, Json]) -> str:
    """``add to PLACE: "...": {...}`` for a rule that is not there yet; ``path`` is a header's name or a body's path."""
    at: tuple[str, ...] = ("response", subject.written_as)
    members: dict[str, Json]
    if uses_old_form(subject):
        members = {f"$.body{path[1:]}" if category == BODY else f"$.headers.{path}": dict(matcher)}
    else:
        members = {path: {"combine": "AND", "matchers": [dict(matcher)]}}
        category = "headers" if "headers" in subject.written and category != BODY else category
        if isinstance(subject.written.get(category), dict):
            at = (*at, category)
        else:
            members = {category: members}
    if not subject.written:
        at, members = ("response",), {subject.written_as: members}
    return f"add to {subject.place(at)}: {pasteable(members)[1:-1]}"


def nearest(name: str, known: Iterable[str]) -> str:
    """The one of ``known`` that ``name`` may be meant to be; empty if there is none."""
    folded = {one.lower(): one for one in known}
    near = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else ""


def quoted(text: str) -> str:
    return f"'{printable(text, 80)}'"

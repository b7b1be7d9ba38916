"""Flows against the data actions of monitor.yaml: names that are nearly right.

A flow calls actions of other vendors too, and nobody lists them all. So an action or integration that is not known is
told only where it is nearly the name of one that is; an output only of an action that is known.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from monitor.contracts.actions.export import plain_name
from monitor.contracts.actions.load import LoadedAction, load_actions
from monitor.contracts.flows import Step, is_named, steps_of
from monitor.contracts.lint import Remark
from monitor.contracts.lint.fixes import nearest, quoted
from monitor.contracts.load import Loaded, shown
from monitor.languages import RESULT
from monitor.languages.data_action.flatten import flat_paths
from monitor.model import Settings, Vendor
from monitor.printable import printable

_ALIKE: Final = 0.85
_SIBLINGS: Final = re.compile(r"\s*\d+|s\b")  # "Get tickets 2" is no slip for "Get ticket": both may be there
_MOST: Final = 8  # names in one remark


def of_flows(settings: Settings, vendor: Vendor, loaded: Loaded) -> Iterator[Remark]:
    """What the vendor's flows call and bind that its data actions have not."""
    if not (vendor.flows and loaded.actions):
        return
    steps = [(file, step) for file, step in steps_of(vendor.flows, settings.root) if is_named(step)]
    for file, step in steps:
        called = [one for one in loaded.actions if _calls(step, one)]
        for what, fix in _outputs(step, called) if called else _action(settings, vendor, step, loaded.actions):
            rule = "unknown-output" if called else "unknown-action"
            yield Remark(rule, file, "", vendor.name, what, fix, printable(step.action, 200), step.line, 1)
    yield from _integrations(settings, vendor, loaded.actions, {step.category.strip() for _, step in steps})


def _calls(step: Step, one: LoadedAction) -> bool:
    is_its = one.source.integration.strip() in ("", step.category.strip())
    return is_its and plain_name(step.action) == plain_name(one.action.name)


def _outputs(step: Step, called: Iterable[LoadedAction]) -> Iterator[tuple[str, str]]:
    known = list(dict.fromkeys(name for one in called for name in flat_paths(one.action.success_schema)))
    if RESULT in known:  # a schema that says nothing of it
        return
    for output, variable in step.bound:
        if not any(name == output or name.startswith(f"{output}.") for name in known):
            near = nearest(output, known)
            more = f" and {len(known) - _MOST} more" if len(known) > _MOST else ""
            listed = f"its outputs are {', '.join(map(quoted, known[:_MOST]))}{more}"
            what = f"{quoted(variable)} is bound to the output {quoted(output)}, which the data action has not"
            yield what, f"did you mean {quoted(near)}?" if near else listed


def _action(
    settings: Settings, vendor: Vendor, step: Step, actions: Iterable[LoadedAction]
) -> Iterator[tuple[str, str]]:
    name = plain_name(step.action)
    here = [one for one in actions if one.source.integration.strip() in ("", step.category.strip())]
    near = _slip(name, {plain_name(one.action.name) for one in here})
    if near and name not in _names_of_others(settings, vendor):
        what = f"a step calls the data action {quoted(name)}, which no entry of the vendor lists"
        yield what, f"did you mean {quoted(near)}?"


def _names_of_others(settings: Settings, vendor: Vendor) -> frozenset[str]:
    others = (one for name, one in settings.vendors.items() if name != vendor.name)
    return frozenset(plain_name(loaded.action.name) for one in others for loaded in load_actions(one, settings.root)[0])


def _slip(name: str, known: Collection[str]) -> str:
    """The one of ``known`` that was meant; empty where ``name`` may well be another one."""
    folded = {one.lower(): one for one in sorted(known)}
    for near in difflib.get_close_matches(name.lower(), folded, n=3, cutoff=_ALIKE):
        if near == name.lower() or _SIBLINGS.sub("", near) != _SIBLINGS.sub("", name.lower()):
            return folded[near]
    return ""


def _integrations(
    settings: Settings, vendor: Vendor, actions: Iterable[LoadedAction], categories: Collection[str]
) -> Iterator[Remark]:
    known = dict.fromkeys(one.source.integration.strip() for one in actions)
    for name in known:
        near = "" if not name or name in categories else _slip(name, [one for one in categories if one not in known])
        if near:
            what = f"no flow has a category {quoted(name)}, so no flow calls the data actions of that integration"
            place = f"vendors.{vendor.name}.data_actions"
            file = shown(settings.file, settings.root)
            yield Remark("unknown-action", file, place, vendor.name, what, f"did you mean {quoted(near)}?")

"""Architect flows (Archy YAML): which outputs of data actions are bound to which variables.

A step that calls a data action is found wherever it stands, in tasks, states, branches, menus or bots:

    callData:
      name: Get customer
      category:
        CRM:                                   the integration's name in Genesys Cloud
          dataAction:
            Get customer by phone:             the action's name
              successOutputs:
                customer.name: {var: Flow.customerName}
                customer.id: {noValue: true}   binds nothing
      outputs:
        failure: {actions: [...]}              a branch without actions is none

1. Flows that were exported from an org hold the names. Templates of flows hold placeholders (``{{x}}``, ``${x}``),
   which are kept as they are written: which action such a step calls is not known, and that is said.
2. An action that was exported and imported may have kept the end ``- Exported 2021-06-21 @ 8:42``: names are compared
   without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from monitor.contracts.actions.export import plain_name
from monitor.contracts.faults import fault_of, read_file, shown
from monitor.contracts.flows.tree import MAX_BYTES, PLACEHOLDER, SPLIT, Listed, Mapped, Node, Text, parse
from monitor.contracts.places import UNKNOWN, spot_of
from monitor.errors import ConfigFault, ContractError
from monitor.model import Use
from monitor.printable import printable

_OF_FLOWS: Final = frozenset(
    {
        "startUpRef",
        "startUpState",
        "startUpTaskActions",
        "initialGreeting",
        "defaultLanguage",
        "tasks",
        "menus",
        "states",
    }
)
_MOST_NAMED: Final = 3  # placeholders of one flow


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a data action. ``bound`` are outputs with their variables, ``unbound`` counts those without one."""

    category: str
    action: str
    name: str
    line: int
    bound: tuple[tuple[str, str], ...] = ()
    unbound: int = 0
    failure_branch: bool = False
    timeout_branch: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow. ``kind`` is Archy's word for its type (inboundCall, workflow, botFlow)."""

    name: str
    kind: str
    file: str
    steps: tuple[Step, ...]

    @property
    def uses(self) -> tuple[Use, ...]:
        """Each output bound to a variable; for a step that binds none, one without output and variable."""
        return tuple(use for step in self.steps for use in self._uses(step))

    def _uses(self, step: Step) -> Iterator[Use]:
        for output, variable in step.bound or (("", ""),):
            yield Use(
                category=step.category,
                action=step.action,
                output=output,
                variable=variable,
                flow=self.name,
                step=step.name,
                failure_branch=step.failure_branch,
                timeout_branch=step.timeout_branch,
                file=self.file,
            )


# -- reading ----------------------------------------------------------------------------------------------


def read_flow(data: bytes, file: str) -> Flow:
    """The flow in ``data``; ``file`` is its name as it is told. Raises ContractError (``where``: file:line:column)."""
    try:
        return _flow(data, file)
    except ContractError as error:
        line, column = spot_of(error.where) or UNKNOWN
        where = f"{file}:{line}:{column}" if line else file
        raise ContractError(error.what, where=where, fix=error.fix) from None


def _flow(data: bytes, file: str) -> Flow:
    root = parse(data)
    if not isinstance(root, Mapped):
        what = "it is empty" if root is None else "it is no flow: a mapping such as inboundCall: must stand here"
        where = f"line {root.line}, column 1" if root else ""
        raise ContractError(what, where=where, fix="export the flow as YAML: Architect, or archy export")
    kind, body = next(root.mappings(), ("", root))
    return Flow(body.text("name") or Path(file).stem, kind, file, tuple(_steps(root)))


def looks_like_flow(data: bytes) -> bool:
    """Whether ``data`` is a flow, or another YAML file. Raises ContractError for what is no YAML."""
    root = parse(data)
    if not isinstance(root, Mapped):
        return False
    _, body = next(root.mappings(), ("", root))
    return any(_steps(root)) or (bool(body.text("name")) and any(key in _OF_FLOWS for key, _ in body.pairs))


def _steps(root: Node) -> Iterator[Step]:
    """In file order. A node that aliases name is met once, so no alias makes this long or endless."""
    met: set[int] = set()
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Text) or id(node) in met:
            continue
        met.add(id(node))
        if isinstance(node, Mapped):
            yield from _calls(node)
            waiting += [value for _, value in reversed(node.pairs)]
        else:
            waiting += reversed(node.items)


def _calls(step: Mapped) -> Iterator[Step]:
    """The data actions that ``step`` calls, if it is one that does: one, unless somebody wrote more."""
    categories = step.below("category")
    outcomes = step.below("outputs") or Mapped(0)
    for category, called in categories.mappings() if categories else ():
        actions = called.below("dataAction")
        for action, body in actions.pairs if actions else ():
            outputs = (body.below("successOutputs") if isinstance(body, Mapped) else None) or Mapped(0)
            bound = tuple((output, variable) for output, variable in map(_bound, outputs.pairs) if variable)
            yield Step(
                category=category,
                action=action,
                name=step.text("name"),
                line=step.line,
                bound=bound,
                unbound=len(outputs.pairs) - len(bound),
                failure_branch=_has_actions(outcomes, "failure"),
                timeout_branch=_has_actions(outcomes, "timeout"),
            )


def _bound(pair: tuple[str, Node]) -> tuple[str, str]:
    output, value = pair
    return output, value.text("var") if isinstance(value, Mapped) else ""


def _has_actions(outcomes: Mapped, name: str) -> bool:
    branch = outcomes.below(name)
    actions = branch.get("actions") if branch else None
    return isinstance(actions, Listed) and bool(actions.items)


# -- files ------------------------------------------------------------------------------------------------


def uses_of(files: Iterable[str], root: str) -> tuple[tuple[Use, ...], tuple[ConfigFault, ...]]:
    """The uses in all flows ``files`` (absolute), and what is wrong with those that cannot be read."""
    uses: list[Use] = []
    faults: list[ConfigFault] = []
    for path in files:
        name = shown(path, root)
        try:
            uses += _flow(read_file(path, MAX_BYTES, SPLIT), name).uses
        except ContractError as error:
            faults.append(fault_of(name, error))
    return tuple(uses), tuple(faults)


def steps_of(files: Iterable[str], root: str) -> Iterator[tuple[str, Step]]:
    """The steps of all flows ``files`` (absolute) that can be read, each with its flow's file as it is told."""
    for path in files:
        name = shown(path, root)
        try:
            yield from ((name, step) for step in _flow(read_file(path, MAX_BYTES, SPLIT), name).steps)
        except ContractError:  # uses_of tells it
            continue


def is_named(step: Step) -> bool:
    """Whether it says which data action it calls: a template of a flow has placeholders."""
    return not PLACEHOLDER.search(f"{step.action} {step.category}")


# -- joining ----------------------------------------------------------------------------------------------


def join(uses: Iterable[Use], action: str, integration: str = "") -> tuple[Use, ...]:
    """The uses of one data action, bearing ``action`` as its name. Without an integration any category will do."""
    name, category = plain_name(action), integration.strip()
    return tuple(
        replace(use, action=action)
        for use in uses
        if plain_name(use.action) == name and category in ("", use.category.strip())
    )


def unjoined(uses: Iterable[Use], joined: Iterable[Use]) -> tuple[str, ...]:
    """A note for each flow whose steps name data actions by placeholders, but for those of ``uses`` that are joined."""
    named = [use for use in uses if PLACEHOLDER.search(f"{use.action} {use.category}")]
    if not named:
        return ()
    known = frozenset(map(_plain, joined))
    steps: dict[str, list[str]] = {}
    for use in named:
        if _plain(use) not in known:
            steps.setdefault(use.file, []).append(_placeholder(use))
    return tuple(_note(file, tuple(dict.fromkeys(names))) for file, names in steps.items())


def _plain(use: Use) -> Use:
    return replace(use, action=plain_name(use.action))


def _placeholder(use: Use) -> str:
    return use.action if PLACEHOLDER.search(use.action) else f"{use.action} of {use.category}"


def _note(file: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    told = ", ".join(printable(name, 80) for name in names[:_MOST_NAMED])
    what = f"{file} calls {told}{more}: placeholders do not say which data action, so its variables are not told"
    return f"{what}; list the flow as exported from Genesys Cloud, where the names are filled in"

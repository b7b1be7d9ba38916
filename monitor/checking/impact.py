"""What a lost output means to the flows whose variables hold it, a sentence each.

1. A use is of a loss where its action is the translation and its output the lost one, or a flat name below it: of a
   lost object ``customer`` that is ``customer.id``, of a lost list of objects each of its parallel lists.
2. What fails takes the step's failure path: no success output is set, whatever it is bound to. A path without actions
   ends nothing: the flow goes on with the step that follows. That is one sentence for a step, however many variables.
3. What is blank, a default or of another type does not fail: the step's failure branch, if there is one, is no help.
4. Of one root so many sentences are told, and the rest are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from monitor.model import DEFAULT, THE_DEFAULT, Finding, Loss, Use
from monitor.printable import printable

MOST: Final = 20  # sentences of one root
_MOST_NAMES: Final = 20  # variables of one sentence
FAILED: Final = frozenset({"error", "invalid"})
BLANK: Final = frozenset({"missing", "null", "empty"})
_NOTHING: Final = frozenset({'""', "[]", '[""]', "{}", "null"})  # a default that says nothing
_UNNAMED: Final = frozenset({"", "Call Data Action"})  # what Architect calls a step that nobody named
_NAME: Final = 100  # characters of a name


def with_impact(findings: Sequence[Finding], uses: Sequence[Use]) -> tuple[Finding, ...]:
    """``findings``, the losses among them with what they mean to the variables that ``uses`` tell of."""
    if not uses:
        return tuple(findings)
    by_action: dict[str, list[Use]] = {}
    for use in uses:
        by_action.setdefault(use.action, []).append(use)
    failed = _failed(findings)
    found: list[Finding] = []
    rooms: dict[str, _Room] = {}
    for finding in findings:
        sentences: tuple[str, ...] = ()
        if isinstance(finding.detail, Loss):
            room = rooms.setdefault(finding.root, _Room())
            of_action = by_action.get(finding.detail.translation, ())
            together = failed.pop((finding.root, finding.detail.translation), ())
            sentences = room.taken(chain(_failures(together, of_action), _sentences(finding.detail, of_action)))
            if sentences:
                room.last = len(found)
        found.append(replace(finding, impact=sentences) if sentences else finding)
    for room in rooms.values():
        if room.left:
            last = found[room.last]
            found[room.last] = replace(last, impact=(*last.impact, f"and {room.left:,} more in flows"))
    return tuple(found)


def _failed(findings: Sequence[Finding]) -> dict[tuple[str, str], list[str]]:
    """The outputs that are not set, by root and action: a step tells them together."""
    found: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        loss = finding.detail
        if isinstance(loss, Loss) and loss.after in FAILED:
            found.setdefault((finding.root, loss.translation), []).append(loss.output)
    return found


class _Room:
    """What is told of one root. ``left`` counts what is not, ``last`` is the last finding that tells something."""

    __slots__ = ("_said", "last", "left")

    def __init__(self) -> None:
        self._said: set[str] = set()
        self.left = 0
        self.last = 0

    def taken(self, sentences: Iterable[str]) -> tuple[str, ...]:
        """Those that were not said yet, as long as there is room."""
        fresh = [sentence for sentence in dict.fromkeys(sentences) if sentence not in self._said]
        room = max(0, MOST - len(self._said))
        self._said.update(fresh)
        self.left += len(fresh[room:])
        return tuple(fresh[:room])


# -- sentences --------------------------------------------------------------------------------------------


def is_of(use: Use, output: str) -> bool:
    """Whether ``use`` holds ``output`` (as a Loss names it), or something below it."""
    name = printable(use.output)
    return name == output or name.startswith(f"{output}.")


def _sentences(loss: Loss, uses: Iterable[Use]) -> Iterator[str]:
    if loss.after in FAILED:
        return
    for use in uses:
        if use.output and is_of(use, loss.output):
            yield f"{_variable(use)} will be {_value(loss)}{_no_help(loss, use)}"


def _failures(outputs: Sequence[str], uses: Iterable[Use]) -> Iterator[str]:
    """What it means that these outputs are not set: a sentence for each step that takes its failure path."""
    if not outputs:
        return
    steps: dict[tuple[str, str, bool], list[Use]] = {}
    for use in uses:
        if not use.output or any(is_of(use, output) for output in outputs):
            steps.setdefault((use.flow, step_name(use), use.failure_branch), []).append(use)
    for (flow, step, _), of_step in steps.items():
        path = _failure_path(of_step[0])
        bound = list({use.variable: use for use in of_step if use.output}.values())
        if not bound:
            yield f'the step {step} in "{printable(flow, _NAME)}" takes its {path}'
        else:
            yield f"{_variables(bound)} will not be set: the step takes its {path}"


def step_name(use: Use) -> str:
    """The step as people know it: by its own name, or the action's where nobody gave it one."""
    return printable(use.action if use.step in _UNNAMED else use.step, _NAME)


def _variable(use: Use) -> str:
    where = f'in "{printable(use.flow, _NAME)}"'
    return f"{printable(use.variable, _NAME)} {where} ({step_name(use)}, success output {printable(use.output, _NAME)})"


def _variables(uses: Sequence[Use]) -> str:
    """The variables of one step."""
    if len(uses) == 1:
        return _variable(uses[0])
    names = [printable(use.variable, _NAME) for use in uses[:_MOST_NAMES]]
    if len(uses) > _MOST_NAMES:
        names.append(f"{len(uses) - _MOST_NAMES} more")
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    return f'{listed} in "{printable(uses[0].flow, _NAME)}" ({step_name(uses[0])})'


def _value(loss: Loss) -> str:
    if loss.after in BLANK:
        return "blank"
    if loss.after == DEFAULT:
        default = printable(loss.detail) if loss.detail.startswith(THE_DEFAULT) else "the default"
        return f"blank ({default})" if loss.detail.removeprefix(THE_DEFAULT).strip() in _NOTHING else default
    return f"{'an' if loss.after[:1] in 'AIO' else 'a'} {printable(loss.after)}"


def _failure_path(use: Use) -> str:
    return "failure path" if use.failure_branch else "failure path, which is empty, so the flow goes on after it"


def _no_help(loss: Loss, use: Use) -> str:
    if not use.failure_branch:
        return "; that step has no failure branch"
    return "; the step's failure branch is not taken" if loss.silent else ""

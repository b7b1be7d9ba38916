"""What the formats for people say alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from monitor.model import Use
from monitor.printable import printable
from monitor.reports.impact import Effect, Field, Lineage, Output, Reader

NAME: Final = 100  # characters of a name
OTHER_MEMBER: Final = "not the member asked for"
_SOME: Final = 20  # names
_UNNAMED: Final = frozenset({"", "Call Data Action"})  # what Architect calls a step that nobody named


def label(effect: Effect) -> str:
    return "silent" if effect.silent else "loud" if effect.loud else ""


def becomes(output: Output) -> str:
    """``blank without it (silent)``."""
    marked = f" ({label(output.effect)})" if label(output.effect) else ""
    return {
        Effect.UNKNOWN: f"not known{f', {printable(output.detail)}' if output.detail else ''}",
        Effect.UNCHANGED: "unchanged without it",
        Effect.DEFAULT: f"{printable(output.detail) or 'the default'} without it{marked}",
        Effect.BLANK: f"blank without it{marked}",
        Effect.RETYPED: f"{_a(printable(output.detail))} without it{marked}",
        Effect.FAILS: f"fails without it{marked}",
    }[output.effect]


def _a(types: str) -> str:
    return f"{'an' if types[:1] in 'AIO' else 'a'} {types}" if types else "another type"


def place_of(path: str) -> str:
    """``path`` as a language has it that goes through arrays without naming them."""
    return path.replace("[*]", "")


def leads(output: Output, field: Field) -> bool:
    """Whether it is worth saying by which paths ``output`` reads ``field``: by others than its own."""
    return any(place_of(path) != place_of(field.path) for path in output.shown)


def _some(outputs: Sequence[Output]) -> str:
    """``names, goldId and 3 more``."""
    named = ", ".join(printable(output.name, NAME) for output in outputs[:_SOME])
    return f"{named} and {len(outputs) - _SOME:,} more" if len(outputs) > _SOME else named


def variables_of(outputs: Iterable[Output]) -> set[tuple[str, str, str]]:
    return {(use.file, use.flow, use.variable) for output in outputs for use in output.uses}


def whole_fails(reader: Reader) -> str:
    """What becomes of the outputs that do not read the field; empty where nothing does."""
    if not reader.failing_too:
        return ""
    what = "action" if reader.kind == "data_action" else "translation"
    variables = len(variables_of(reader.failing_too))
    held = f" ({count(variables, 'flow variable')})" if variables else ""
    return f"without it the whole {what} fails: {_some(reader.failing_too)} too{held}"


def step(use: Use) -> str:
    """The step as people know it: by its own name, or the action's where nobody gave it one."""
    return printable(use.action if use.step in _UNNAMED else use.step, NAME)


def branch(use: Use) -> str:
    return "" if use.failure_branch else "no failure branch"


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# what fails is seen by somebody
_WORST: Final = (Effect.BLANK, Effect.DEFAULT, Effect.RETYPED, Effect.FAILS, Effect.UNKNOWN, Effect.UNCHANGED)


def figures(lineage: Lineage) -> str:
    """``2 outputs in 1 interaction, 3 flow variables: 1 silent, 1 loud; 1 more fails with them``.

    Those that read a field are counted, each once, by the worst that becomes of it without one of its fields.
    """
    effects: dict[tuple[str, str, str], Effect] = {}
    others: set[tuple[str, str, str]] = set()
    variables: set[tuple[str, str, str]] = set()
    for one in lineage.interactions:
        for reader in (reader for field in one.fields for reader in field.readers):
            others |= {(one.interaction_id, reader.name, output.name) for output in reader.failing_too}
            variables |= variables_of(reader.reading)
            for output in reader.reading:
                key = (one.interaction_id, reader.name, output.name)
                effects[key] = min(effects.get(key, output.effect), output.effect, key=_WORST.index)
    interactions = len({interaction for interaction, _, _ in effects})
    found = f"{count(len(effects), 'output')} in {count(interactions, 'interaction')}"
    told = ", ".join(_tried([*effects.values()]))
    flows = f", {count(len(variables), 'flow variable')}" if variables else ""
    more = len(others - effects.keys())
    too = f"; {more:,} more fail{'s' if more == 1 else ''} with {'it' if len(effects) == 1 else 'them'}" if more else ""
    return f"{found}{flows}{f': {told}' if told else ''}{too}"


def _tried(effects: Sequence[Effect]) -> Iterator[str]:
    of_kinds = (
        (sum(effect.silent for effect in effects), "silent"),
        (sum(effect.loud for effect in effects), "loud"),
        (effects.count(Effect.UNCHANGED), "unchanged"),
        (effects.count(Effect.UNKNOWN), "not known"),
    )
    return (f"{number:,} {word}" for number, word in of_kinds if number)

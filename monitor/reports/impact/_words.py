"""What the formats for people say alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from monitor.model import Use
from monitor.printable import printable
from monitor.reports.impact import Effect, Lineage, Output

NAME: Final = 100  # characters of a name
_UNNAMED: Final = frozenset({"", "Call Data Action"})  # what Architect calls a step that nobody named


def label(effect: Effect) -> str:
    return "silent" if effect.silent else "loud" if effect.loud else ""


def becomes(output: Output) -> str:
    """``blank without it (silent)``; empty where that is not known."""
    marked = f" ({label(output.effect)})" if label(output.effect) else ""
    return {
        Effect.UNKNOWN: f"not known, {printable(output.detail)}" if output.detail else "",
        Effect.UNCHANGED: "unchanged without it",
        Effect.DEFAULT: f"{printable(output.detail) or 'the default'} without it{marked}",
        Effect.BLANK: f"blank without it{marked}",
        Effect.RETYPED: f"{_a(printable(output.detail))} without it{marked}",
        Effect.FAILS: f"{'fails' if output.reads else 'fails with it'}{' without it' if output.reads else ''}{marked}",
    }[output.effect]


def _a(types: str) -> str:
    return f"{'an' if types[:1] in 'AIO' else 'a'} {types}" if types else "another type"


def place_of(path: str) -> str:
    """``path`` as a language has it that goes through arrays without naming them."""
    return path.replace("[*]", "")


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
    """``2 outputs in 1 interaction, 3 flow variables: 1 silent, 1 loud``; each output by the worst of its fields."""
    effects: dict[tuple[str, str, str], Effect] = {}
    variables: set[tuple[str, str, str]] = set()
    for one in lineage.interactions:
        for reader in (reader for field in one.fields for reader in field.readers):
            for output in reader.outputs:
                key = (one.interaction_id, reader.name, output.name)
                effects[key] = min(effects.get(key, output.effect), output.effect, key=_WORST.index)
                variables |= {(use.file, use.flow, use.variable) for use in output.uses}
    interactions = len({interaction for interaction, _, _ in effects})
    found = f"{count(len(effects), 'output')} in {count(interactions, 'interaction')}"
    told = ", ".join(_tried([*effects.values()]))
    flows = f", {count(len(variables), 'flow variable')}" if variables else ""
    return f"{found}{flows}{f': {told}' if told else ''}"


def _tried(effects: Sequence[Effect]) -> Iterator[str]:
    of_kinds = (
        (sum(effect.silent for effect in effects), "silent"),
        (sum(effect.loud for effect in effects), "loud"),
        (effects.count(Effect.UNCHANGED), "unchanged"),
        (effects.count(Effect.UNKNOWN), "not known"),
    )
    return (f"{number:,} {word}" for number, word in of_kinds if number)

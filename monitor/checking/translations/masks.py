"""What can be told of outputs that are made of masked text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.checking.masked import holds_mask
from monitor.checking.translations.blanks import Turn, is_blank, state
from monitor.checking.translations.documents import holds, reached
from monitor.checking.translations.sides import Side, Sides
from monitor.checking.translations.violation import Violation
from monitor.languages import CompiledTranslation

_BLANK: Final = frozenset({"missing", "null", "empty", "default"})
MASKED: Final = "masked"


@dataclass(frozen=True, slots=True)
class Settled:
    """What can be told. ``whole``: masks kept nothing from being judged."""

    turns: tuple[Turn, ...]
    invalid: Mapping[str, Violation]
    whole: bool


@dataclass(frozen=True, slots=True)
class Masks:
    """Answers for one translation and its documents."""

    compiled: CompiledTranslation
    sides: Sides

    def settled(self, turns: Sequence[Turn], invalid: Mapping[str, Violation]) -> Settled:
        """The turns and violations that are not the masks' doing, and the turns that no evaluation shows."""
        kept = {turn.output: turn for turn in turns if not self._is_theirs(turn)}
        lawful = {name: one for name, one in invalid.items() if not self._rests_on_mask(one.at or name)}
        whole = len(kept) == len(turns) and len(lawful) == len(invalid) and not self._partial()
        for turn in self._gone():
            kept.setdefault(turn.output, turn)
        return Settled(tuple(kept.values()), lawful, whole)

    def _partial(self) -> bool:
        before, after, raw = self.sides.before, self.sides.after, self.sides.raw
        if raw.partial or (before is not None and (before.partial or after.partial)):
            return True
        if raw.fault or before is None:
            return False
        # what evaluates, but not where masks stand, or to something of another kind there, was not compared
        unlike = any(state(value) != state(after.value(name)) for name, value in raw.evaluation.outputs.items())
        return unlike or bool(before.fault or after.fault)

    def _rests_on_mask(self, output: str) -> bool:
        """Whether what a schema has against it may be the mask's doing: a schema looks at values."""
        return self.sides.raw.masked and self._reads_mask(self.sides.raw, output, zeros=True)

    def _is_theirs(self, turn: Turn) -> bool:
        before, after = self.sides.before, self.sides.after
        if before is None:
            return False
        was, now = (self._reads_mask(side, turn.output) for side in (before, after))
        # a mask on both sides is compared with itself; where only one is new, it may blank what text did not
        return (now and (after.partial or (not was and turn.after in _BLANK))) or (was and before.partial)

    def _gone(self) -> Iterator[Turn]:
        """Outputs that masks hide in the baseline, of which all that they read is gone from the response."""
        before, after = self.sides.before, self.sides.after
        if before is None:
            return
        for output in before.evaluation.outputs or self.compiled.outputs:
            hidden = before.partial or is_blank(before.value(output))
            if hidden and self._reads_mask(before, output) and not self._holds_any(after, output):
                now = after.value(output)
                yield Turn(output, MASKED, state(now) if is_blank(now) else "default")

    def _holds_any(self, side: Side, output: str) -> bool:
        return any(holds(side.document, read) for read in self.compiled.reads_of(output))

    def _reads_mask(self, side: Side, output: str, *, zeros: bool = False) -> bool:
        values = (value for read in self.compiled.reads_of(output) for value in reached(side.document, read))
        return any(holds_mask(value, zeros=zeros) for value in values)

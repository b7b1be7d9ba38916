"""Cron's five fields taken apart, for systems that write them otherwise. The fields were checked before (slots)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_BOUNDS: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMES: Final = {name: number for number, name in (*enumerate(_MONTHS, start=1), *enumerate(_DAYS))}


@dataclass(frozen=True, slots=True)
class Term:
    """``low`` to ``high`` in steps of ``step``; ``star``: it was written with ``*``."""

    low: int
    high: int
    step: int
    star: bool

    def values(self) -> range:
        return range(self.low, self.high + 1, self.step)

    def __str__(self) -> str:
        """As every cron takes it: numbers only, and a step only after ``*`` or a range."""
        whole = "*" if self.star else str(self.low) if self.low == self.high else f"{self.low}-{self.high}"
        return whole if self.step == 1 else f"{whole}/{self.step}"


@dataclass(frozen=True, slots=True)
class Field:
    terms: tuple[Term, ...]

    @property
    def is_any(self) -> bool:
        """It is ``*`` alone."""
        return str(self) == "*"

    @property
    def begins_with_star(self) -> bool:
        return self.terms[0].star

    def values(self) -> tuple[int, ...]:
        return tuple(sorted({value for term in self.terms for value in term.values()}))

    def __str__(self) -> str:
        return ",".join(map(str, self.terms))


@dataclass(frozen=True, slots=True)
class Fields:
    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field

    @property
    def both_days(self) -> bool:
        """A day must match both its fields; else either of them will do."""
        return self.day.begins_with_star or self.weekday.begins_with_star

    @property
    def weekdays(self) -> tuple[int, ...]:
        """0 is Sunday."""
        return tuple(sorted({value % 7 for value in self.weekday.values()}))

    def __str__(self) -> str:
        return " ".join(map(str, (self.minute, self.hour, self.day, self.month, self.weekday)))


def fields_of(cron: str) -> Fields:
    """Of an expression that slots.check_cron takes."""
    read = (Field(tuple(_terms(text, *bounds))) for text, bounds in zip(cron.split(), _BOUNDS, strict=True))
    return Fields(*read)


def _terms(text: str, low: int, high: int) -> Iterator[Term]:
    for term in text.upper().split(","):
        span, _, step = term.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            yield Term(low, high, int(step or 1), star=True)
            continue
        begin = _number(first)
        end = _number(last) if last else high if step else begin  # 5/15 is 5-59/15
        yield Term(begin, end, int(step or 1), star=False)


def _number(text: str) -> int:
    return _NAMES[text] if text in _NAMES else int(text)

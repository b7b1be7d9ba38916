"""``$foreach``: what a template is told of the loop it is in, and what ``#break`` may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor.languages.velocity.calling import ABSENT, Arguments
from monitor.languages.velocity.printing import text_of
from monitor.languages.velocity.tool import Tool
from monitor.languages.velocity.values import JavaList, JavaMap


@dataclass(slots=True)
class Turn:
    index: int = -1
    more: bool = False


class Loop(Tool):
    """``around`` is the loop around it, and ``replaced`` what else ``$foreach`` was; ``turn`` is rendered now."""

    def __init__(self, around: object) -> None:
        super().__init__("org.apache.velocity.runtime.directive.ForeachScope", {}, {})
        self.around = around if isinstance(around, Loop) else None
        self.replaced = None if isinstance(around, Loop) else around
        self.turn = Turn()
        self.held = JavaMap()

    def __str__(self) -> str:
        return text_of(self.held)

    @property
    def is_true(self) -> bool:
        return bool(self.held)

    @property
    def topmost(self) -> Loop:
        return self if self.around is None else self.around.topmost

    def is_changed(self, value: object, size: int) -> bool:
        """Whether Java's iterator would notice that what it walks over has grown or shrunk from ``size``."""
        source = value.source if isinstance(value, JavaList) and value.source is not None else value
        if isinstance(source, dict):
            return self.turn.more and len(source) != size
        return isinstance(source, list) and len(source) not in (size, self.turn.index + 1)

    def get(self, name: str) -> object:  # noqa: PLR0911 one case a property
        match name:
            case "index":
                return self.turn.index
            case "count":
                return self.turn.index + 1
            case "hasNext":
                return self.turn.more
            case "first":
                return self.turn.index == 0
            case "last":
                return not self.turn.more
            case "parent":
                return self.around
            case "topmost":
                return self.topmost
            case "replaced":
                return self.replaced
        return self.held.get(name)

    def call(self, name: str, arguments: Arguments) -> object:
        """``getIndex()``, ``isFirst()``, ``hasNext()``."""
        known = _METHODS.get(name)
        return ABSENT if known is None or arguments else self.get(known)


_METHODS: Final[Mapping[str, str]] = {
    "getIndex": "index",
    "getCount": "count",
    "hasNext": "hasNext",
    "getHasNext": "hasNext",
    "isFirst": "first",
    "getFirst": "first",
    "isLast": "last",
    "getLast": "last",
    "getParent": "parent",
    "getTopmost": "topmost",
    "getReplaced": "replaced",
}

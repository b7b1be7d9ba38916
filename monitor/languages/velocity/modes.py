"""Which mode is next: what each token does with the stack of modes (see tokens.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.languages.velocity.tokens import Kind, Mode

_ENDED: Final = frozenset({Mode.REFERENCE, Mode.DOLLAR})
_BEGUN: Final = frozenset({Mode.HASH, Mode.DOLLAR})
_BRACKETED: Final = frozenset({Mode.ARGUMENTS, Mode.INDEX, Mode.OTHERWISE})


@dataclass(frozen=True, slots=True)
class _Outer:
    """A mode that goes on later, with the brackets that are open in it."""

    mode: Mode
    opened: int
    closed: int
    braces: int


@dataclass(slots=True)
class Modes:
    """``opened`` and ``closed`` count the round brackets of the mode, ``braces`` its curly ones.

    ``silent``: in a comment and in verbatim text nothing begins.
    """

    mode: Mode = Mode.TEXT
    opened: int = 0
    closed: int = 0
    braces: int = 0
    silent: bool = False
    outer: list[_Outer] = field(default_factory=list)

    def act(self, kind: Kind) -> None:
        """What the token does."""
        action = _ACTIONS.get(kind)
        if action is not None:
            action(self)

    def pop(self) -> bool:
        """Back to the mode below; False where there is none."""
        if not self.outer:
            self.opened, self.mode = 0, Mode.TEXT
            return False
        outer = self.outer.pop()
        self.mode, self.opened, self.closed, self.braces = outer.mode, outer.opened, outer.closed, outer.braces
        return True

    def push(self) -> None:
        self.outer.append(_Outer(self.mode, self.opened, self.closed, self.braces))
        self.opened = self.braces = 0

    def index_open(self) -> None:
        self.push()
        self.mode = Mode.INDEX

    def pipe(self) -> None:
        if self.braces == 1:
            self.mode = Mode.OTHERWISE
        else:
            self.pop()

    def map_open(self) -> None:
        self.braces += 1

    def map_close(self) -> None:
        self.braces -= 1
        if self.mode is Mode.OTHERWISE and self.braces == 0:
            self.pop()

    def bracket_open(self) -> None:
        self.opened += 1
        if self.mode is Mode.MEMBER:
            self.mode = Mode.ARGUMENTS

    def bracket_close(self) -> None:
        while not self.opened:
            if not self.pop():
                return
        if self.opened == self.closed + 1:
            self.pop()
        else:
            self.closed += 1

    def call_close(self) -> None:
        self.mode = Mode.CALLED

    def set_open(self) -> None:
        self.push()
        self.mode = Mode.DIRECTIVE
        self.opened += 1

    def dollar(self) -> None:
        if self.silent:
            return
        if self.mode in _ENDED:
            self.pop()
        if self.mode not in _BEGUN:
            self.push()
        self.mode = Mode.DOLLAR

    def hash(self) -> None:
        if self.silent:
            return
        if self.mode in _ENDED or self.mode is Mode.MEMBER:
            self.pop()
        if self.mode not in _BEGUN:
            if self.mode is Mode.CALLED:
                self.mode = Mode.TEXT
            self.push()
        self.mode = Mode.HASH

    def line_comment_open(self) -> None:
        if self.mode in _ENDED:
            self.pop()
        self.silent = True
        self.push()
        self.mode = Mode.LINE_COMMENT

    def silence(self, mode: Mode) -> None:
        if not self.silent:
            self.silent = True
            if self.mode not in _BEGUN:
                self.push()
            self.mode = mode

    def verbatim_open(self) -> None:
        self.silence(Mode.VERBATIM)

    def comment_open(self) -> None:
        self.silence(Mode.COMMENT)

    def formal_open(self) -> None:
        self.silence(Mode.FORMAL_COMMENT)

    def comment_end(self) -> None:
        self.silent = False
        self.pop()
        if self.mode in (Mode.REFERENCE, Mode.CALLED):
            self.pop()

    def verbatim_end(self) -> None:
        self.silent = False
        self.pop()

    def number(self) -> None:
        if not self.opened and self.mode not in _BRACKETED:
            self.pop()

    def decimal(self) -> None:
        if not self.opened and self.mode not in (Mode.ARGUMENTS, Mode.OTHERWISE):
            self.pop()

    def text(self) -> None:
        if self.mode is Mode.DIRECTIVE and not self.opened:
            self.pop()

    def name(self) -> None:
        if self.mode is Mode.DOLLAR:
            self.mode = Mode.REFERENCE

    def dot(self) -> None:
        self.mode = Mode.MEMBER

    def brace_close(self) -> None:
        while not self.braces and self.mode is not Mode.TEXT:
            self.pop()
        if self.mode not in (Mode.TEXT, Mode.DIRECTIVE, Mode.ARGUMENTS):
            self.pop()

    def enter_directive(self) -> None:
        self.mode = Mode.DIRECTIVE


_ACTIONS: Final[Mapping[Kind, Callable[[Modes], object]]] = {
    Kind.LONE: Modes.pop,
    Kind.INDEX_OPEN: Modes.index_open,
    Kind.PIPES: Modes.pop,
    Kind.PIPE: Modes.pipe,
    Kind.INDEX_CLOSE: Modes.pop,
    Kind.MAP_OPEN: Modes.map_open,
    Kind.MAP_CLOSE: Modes.map_close,
    Kind.BRACKET_OPEN: Modes.bracket_open,
    Kind.BRACKET_CLOSE: Modes.bracket_close,
    Kind.CALL_CLOSE: Modes.call_close,
    Kind.SET: Modes.set_open,
    Kind.DOLLAR: Modes.dollar,
    Kind.DOLLAR_BANG: Modes.dollar,
    Kind.VERBATIM_OPEN: Modes.verbatim_open,
    Kind.FORMAL_OPEN: Modes.formal_open,
    Kind.COMMENT_OPEN: Modes.comment_open,
    Kind.HASH: Modes.hash,
    Kind.LINE_COMMENT_OPEN: Modes.line_comment_open,
    Kind.LINE_COMMENT_END: Modes.comment_end,
    Kind.COMMENT_END: Modes.comment_end,
    Kind.VERBATIM_END: Modes.verbatim_end,
    Kind.SUFFIX: Modes.pop,
    Kind.STRING: Modes.text,
    Kind.END: Modes.pop,
    Kind.IF: Modes.enter_directive,
    Kind.ELSEIF: Modes.enter_directive,
    Kind.ELSE: Modes.pop,
    Kind.INTEGER: Modes.number,
    Kind.FLOAT: Modes.decimal,
    Kind.NAME: Modes.name,
    Kind.DOT: Modes.dot,
    Kind.BRACE_OPEN: Modes.map_open,
    Kind.BRACE_CLOSE: Modes.brace_close,
    Kind.NO_MORE_REFERENCE: Modes.pop,
    Kind.NO_DIRECTIVE: Modes.pop,
}

"""A template -> tokens, one at a time: the parser, too, changes the mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.languages.velocity.places import ParseError
from monitor.languages.velocity.tokens import END, FATES, Fate, Kind, Mode, Token, kept, longest

_BLANK: Final = " \t\r\n"
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
class Lexer:
    """``opened`` and ``closed`` count the round brackets of the mode, ``braces`` its curly ones."""

    text: str
    position: int = 0
    mode: Mode = Mode.TEXT
    _outer: list[_Outer] = field(default_factory=list)
    _opened: int = 0
    _closed: int = 0
    _braces: int = 0
    _silent: bool = False  # in a comment or verbatim text nothing begins

    def __post_init__(self) -> None:
        self.text += END

    def token(self) -> Token:
        """The next one. Raises ParseError where none can begin."""
        left: list[str] = []
        start = self.position
        while True:
            if self.position >= len(self.text):
                return Token(Kind.EOF, "", self.position, self.position, kept(left))
            found = longest(self.mode, self.text, self.position)
            if found is None:
                raise ParseError("this means nothing here", self.position)
            kind, end = found
            fate = FATES.get(kind, Fate.TOKEN)
            image = self.text[start:end]
            self.position = end
            if fate is Fate.TOKEN:
                token = Token(kind, image, start, end, kept(left))
                return self._acted(token)
            if fate is Fate.LEFT:
                left.append(image)
                self.position -= 1
            self._act(kind)
            if fate is not Fate.PREFIX:
                start = self.position

    # -- modes --------------------------------------------------------------------------------------------

    def pop(self) -> bool:
        """Back to the mode below; False where there is none."""
        if not self._outer:
            self._opened, self.mode = 0, Mode.TEXT
            return False
        outer = self._outer.pop()
        self.mode, self._opened, self._closed, self._braces = outer.mode, outer.opened, outer.closed, outer.braces
        return True

    def _push(self) -> None:
        self._outer.append(_Outer(self.mode, self._opened, self._closed, self._braces))
        self._opened = self._braces = 0

    def bracket_follows(self) -> bool:
        """Whether the next character that is not blank is ``(``."""
        return self._after_blanks(self.position) == "("

    def _after_blanks(self, position: int) -> str:
        while self.text[position : position + 1] in _BLANK and position < len(self.text):
            position += 1
        return self.text[position : position + 1]

    def closes(self, token: Token) -> bool:
        """Whether ``token``, or what follows it after blanks, is ``)``."""
        if token.kind in (Kind.BLANKS, Kind.NEWLINE):
            return self._after_blanks(token.end) == ")"
        return token.kind is Kind.BRACKET_CLOSE

    def assigns(self) -> bool:
        """Whether a reference has just been cut, and ``=`` follows."""
        return self.mode is Mode.REFERENCE and self._after_blanks(self.position) == "="

    # -- what a token does ----------------------------------------------------------------------------------

    def _acted(self, token: Token) -> Token:
        self._act(token.kind)
        if token.kind is Kind.LONE:
            return Token(token.kind, token.image.removesuffix(END), token.start, token.end, token.before)
        if token.kind is Kind.INTEGER and token.image.endswith(".."):
            self.position -= 2
            return Token(token.kind, token.image[:-2], token.start, self.position, token.before)
        if token.kind is Kind.DOT:
            return Token(token.kind, ".", token.start, token.end, token.before)
        return token

    def _act(self, kind: Kind) -> None:
        action = _ACTIONS.get(kind)
        if action is not None:
            action(self)

    def _index_open(self) -> None:
        self._push()
        self.mode = Mode.INDEX

    def _pipe(self) -> None:
        if self._braces == 1:
            self.mode = Mode.OTHERWISE
        else:
            self.pop()

    def _map_open(self) -> None:
        self._braces += 1

    def _map_close(self) -> None:
        self._braces -= 1
        if self.mode is Mode.OTHERWISE and self._braces == 0:
            self.pop()

    def _bracket_open(self) -> None:
        self._opened += 1
        if self.mode is Mode.MEMBER:
            self.mode = Mode.ARGUMENTS

    def _bracket_close(self) -> None:
        while not self._opened:
            if not self.pop():
                return
        if self._opened == self._closed + 1:
            self.pop()
        else:
            self._closed += 1

    def _call_close(self) -> None:
        self.mode = Mode.CALLED

    def _set(self) -> None:
        self._push()
        self.mode = Mode.DIRECTIVE
        self._opened += 1

    def _dollar(self) -> None:
        if self._silent:
            return
        if self.mode in _ENDED:
            self.pop()
        if self.mode not in _BEGUN:
            self._push()
        self.mode = Mode.DOLLAR

    def _hash(self) -> None:
        if self._silent:
            return
        if self.mode in _ENDED or self.mode is Mode.MEMBER:
            self.pop()
        if self.mode not in _BEGUN:
            if self.mode is Mode.CALLED:
                self.mode = Mode.TEXT
            self._push()
        self.mode = Mode.HASH

    def _line_comment_open(self) -> None:
        if self.mode in _ENDED:
            self.pop()
        self._silent = True
        self._push()
        self.mode = Mode.LINE_COMMENT

    def _silence(self, mode: Mode) -> bool:
        """Whether ``mode`` begins here."""
        if self._silent:
            return False
        self._silent = True
        if self.mode not in _BEGUN:
            self._push()
        self.mode = mode
        return True

    def _formal_open(self) -> None:
        if self._silence(Mode.FORMAL_COMMENT):
            self.position -= 1

    def _comment_end(self) -> None:
        self._silent = False
        self.pop()
        if self.mode in (Mode.REFERENCE, Mode.CALLED):
            self.pop()

    def _verbatim_end(self) -> None:
        self._silent = False
        self.pop()

    def _number(self) -> None:
        if not self._opened and self.mode not in _BRACKETED:
            self.pop()

    def _float(self) -> None:
        if not self._opened and self.mode not in (Mode.ARGUMENTS, Mode.OTHERWISE):
            self.pop()

    def _string(self) -> None:
        if self.mode is Mode.DIRECTIVE and not self._opened:
            self.pop()

    def _name(self) -> None:
        if self.mode is Mode.DOLLAR:
            self.mode = Mode.REFERENCE

    def _dot(self) -> None:
        self.mode = Mode.MEMBER

    def _brace_close(self) -> None:
        while not self._braces and self.mode is not Mode.TEXT:
            self.pop()
        if self.mode not in (Mode.TEXT, Mode.DIRECTIVE, Mode.ARGUMENTS):
            self.pop()

    def enter_directive(self) -> None:
        self.mode = Mode.DIRECTIVE

    def _leave(self) -> None:
        self.pop()


_ACTIONS: Final[Mapping[Kind, Callable[[Lexer], object]]] = {
    Kind.LONE: Lexer._leave,
    Kind.INDEX_OPEN: Lexer._index_open,
    Kind.PIPES: Lexer._leave,
    Kind.PIPE: Lexer._pipe,
    Kind.INDEX_CLOSE: Lexer._leave,
    Kind.MAP_OPEN: Lexer._map_open,
    Kind.MAP_CLOSE: Lexer._map_close,
    Kind.BRACKET_OPEN: Lexer._bracket_open,
    Kind.BRACKET_CLOSE: Lexer._bracket_close,
    Kind.CALL_CLOSE: Lexer._call_close,
    Kind.SET: Lexer._set,
    Kind.DOLLAR: Lexer._dollar,
    Kind.DOLLAR_BANG: Lexer._dollar,
    Kind.VERBATIM_OPEN: lambda lexer: lexer._silence(Mode.VERBATIM),
    Kind.FORMAL_OPEN: Lexer._formal_open,
    Kind.COMMENT_OPEN: lambda lexer: lexer._silence(Mode.COMMENT),
    Kind.HASH: Lexer._hash,
    Kind.LINE_COMMENT_OPEN: Lexer._line_comment_open,
    Kind.LINE_COMMENT_END: Lexer._comment_end,
    Kind.COMMENT_END: Lexer._comment_end,
    Kind.VERBATIM_END: Lexer._verbatim_end,
    Kind.SUFFIX: Lexer._leave,
    Kind.STRING: Lexer._string,
    Kind.END: Lexer._leave,
    Kind.IF: Lexer.enter_directive,
    Kind.ELSEIF: Lexer.enter_directive,
    Kind.ELSE: Lexer._leave,
    Kind.INTEGER: Lexer._number,
    Kind.FLOAT: Lexer._float,
    Kind.NAME: Lexer._name,
    Kind.DOT: Lexer._dot,
    Kind.BRACE_OPEN: Lexer._map_open,
    Kind.BRACE_CLOSE: Lexer._brace_close,
    Kind.NO_MORE_REFERENCE: Lexer._leave,
    Kind.NO_DIRECTIVE: Lexer._leave,
}

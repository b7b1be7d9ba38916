"""The tokens of one text as the parser reads them: looked at ahead, taken, and gone back to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from monitor.languages.velocity.lexer import Lexer
from monitor.languages.velocity.places import ParseError, Place, Places
from monitor.languages.velocity.tokens import Kind, Token

MAX_DEPTH: Final = 60
_SHOWN: Final = 20  # characters; a longer token may be anything
BLANK: Final = frozenset({Kind.BLANKS, Kind.NEWLINE})


@dataclass(slots=True)
class Stream:
    """``places`` tells where an offset of the text is. ``depth``: how deeply what is read is nested.

    ``origin`` is the offset of the text in the whole template.
    """

    text: str
    places: Places
    depth: int = 0
    origin: int = 0
    index: int = 0
    lexer: Lexer = field(init=False)
    _tokens: list[Token] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lexer = Lexer(self.text)

    def peek(self, ahead: int = 0) -> Token:
        while self.index + ahead >= len(self._tokens):
            self._tokens.append(self.lexer.token())
        return self._tokens[self.index + ahead]

    def kind(self, ahead: int = 0) -> Kind:
        return self.peek(ahead).kind

    def take(self) -> Token:
        token = self.peek()
        self.index += 1
        return token

    def taken(self, *kinds: Kind) -> Token | None:
        """The token here if it is of those kinds, gone past."""
        return self.take() if self.kind() in kinds else None

    def expect(self, *kinds: Kind) -> Token:
        token = self.peek()
        if token.kind not in kinds:
            raise self.unexpected()
        self.index += 1
        return token

    def unexpected(self) -> ParseError:
        token = self.peek()
        if token.kind in (Kind.EOF, Kind.END_MARK, Kind.LONE):
            return ParseError("something is missing at the end", token.start)
        shown = f"'{token.image}'" if len(token.image) <= _SHOWN and token.kind is not Kind.STRING else "this"
        return ParseError(f"{shown} is not expected", token.start)

    def blanks(self) -> None:
        while self.kind() in BLANK:
            self.index += 1

    def blank_line(self) -> str | None:
        """Blanks and a line's end, gone past; None where something else stands here."""
        blanks = 1 if self.kind() is Kind.BLANKS else 0
        if self.kind(blanks) is not Kind.NEWLINE:
            return None
        return "".join(self.take().image for _ in range(blanks + 1))

    def place(self, token: Token | None = None) -> Place:
        return self.places((token or self.peek()).start)

    def literal(self, begin: int, end: int) -> str:
        """The tokens from one index to before the other, as text."""
        return "".join(token.literal for token in self._tokens[begin:end])

    def respell(self, index: int, image: str) -> None:
        """From now on that token is written otherwise."""
        self._tokens[index] = replace(self._tokens[index], image=image)

    def images(self, begin: int, end: int) -> str:
        return "".join(token.image for token in self._tokens[begin:end])

    @contextmanager
    def deeper(self) -> Iterator[None]:
        if self.depth >= MAX_DEPTH:
            raise ParseError("it is nested too deeply", self.peek().start)
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

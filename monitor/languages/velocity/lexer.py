"""A template -> tokens, one at a time: the parser, too, changes the mode."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from monitor.languages.velocity.modes import Modes
from monitor.languages.velocity.places import ParseError
from monitor.languages.velocity.rules import FATES, longest
from monitor.languages.velocity.tokens import END, Fate, Kind, Mode, Token, kept

_BLANK: Final = " \t\r\n"
_MOST_BACKSLASHES: Final = 1_000  # in a row: each is looked at from every one before it


@dataclass(slots=True)
class Lexer:
    text: str
    position: int = 0
    modes: Modes = field(default_factory=Modes)

    def __post_init__(self) -> None:
        long = self.text.find("\\" * _MOST_BACKSLASHES)
        if long >= 0:
            raise ParseError("so many backslashes are no template", long)
        self.text += END

    def token(self) -> Token:
        """The next one. Raises ParseError where none can begin."""
        left: list[str] = []
        start = self.position
        while self.position < len(self.text):
            found = longest(self.modes.mode, self.text, self.position)
            if found is None:
                raise ParseError("this means nothing here", self.position)
            kind, self.position = found
            fate = FATES.get(kind, Fate.TOKEN)
            image = self.text[start : self.position]
            if fate is Fate.TOKEN:
                return self._token(Token(kind, image, start, self.position, kept(left)))
            if fate is Fate.LEFT:
                left.append(image)
                self.position -= 1
            elif kind is Kind.FORMAL_OPEN and not self.modes.silent:
                self.position -= 1
            self.modes.act(kind)
            if fate is not Fate.PREFIX:
                start = self.position
        return Token(Kind.EOF, "", self.position, self.position, kept(left))

    def _token(self, token: Token) -> Token:
        self.modes.act(token.kind)
        if token.kind is Kind.LONE:
            return replace(token, image=token.image.removesuffix(END))
        if token.kind is Kind.INTEGER and token.image.endswith(".."):
            self.position -= 2
            return replace(token, image=token.image[:-2], end=self.position)
        return replace(token, image=".") if token.kind is Kind.DOT else token

    # -- looking ahead, for the parser ----------------------------------------------------------------------

    def bracket_follows(self) -> bool:
        """Whether the next character that is not blank is ``(``."""
        return self._after_blanks(self.position) == "("

    def closes(self, token: Token) -> bool:
        """Whether ``token``, or what follows it after blanks, is ``)``."""
        if token.kind in (Kind.BLANKS, Kind.NEWLINE):
            return self._after_blanks(token.end) == ")"
        return token.kind is Kind.BRACKET_CLOSE

    def assigns(self) -> bool:
        """Whether a reference has just been cut, and ``=`` follows."""
        return self.modes.mode is Mode.REFERENCE and self._after_blanks(self.position) == "="

    def _after_blanks(self, position: int) -> str:
        while self.text[position] in _BLANK:
            position += 1  # the text does not end with a blank
        return self.text[position]

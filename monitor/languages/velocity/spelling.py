"""How a reference is written before its name, what a string says, and what escaping backslashes leave."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from monitor.languages.velocity.places import ParseError

_SPOILT: Final = re.compile(r"(?s)(.*?\$[^\\]*\\*)\\(!.*)")
_UNICODE: Final = re.compile(r"\\u(.{0,4})", re.DOTALL)
_HEX: Final = re.compile("[0-9a-fA-F]{4}|[+][0-9a-fA-F]{3}")


@dataclass(frozen=True, slots=True)
class Spelling:
    """Of the first token of a reference. ``root`` is None where it is none; ``spoilt``: ``$\\!x``, which is text.

    ``slashes`` and ``before`` stand before what is left in ``image``.
    """

    root: str | None
    image: str
    quiet: bool = False
    slashes: int = 0
    before: str = ""
    spoilt: bool = False


def spelling(image: str, name: str) -> Spelling:
    """``name`` is the reference's where it has braces, else its token."""
    if "\\!" in image and (match := _SPOILT.fullmatch(image)):
        return Spelling(match[1] + match[2], image, spoilt=True)
    bare = image.lstrip("\\")
    brace = bare.rfind("{")
    dollar = bare.rfind("$", 0, brace + 1 if brace >= 0 else len(bare))
    before, written = bare[: max(dollar, 0)], bare[max(dollar, 0) :]
    slashes = len(image) - len(bare)
    if written.startswith("$!"):
        root = name if written.startswith("$!{") else written[2:]
        return Spelling(root, written, quiet=True, slashes=slashes, before=before)
    if written == "${":
        return Spelling(name, written, slashes=slashes, before=before)
    if written.startswith("$"):
        return Spelling(written[1:], written, slashes=slashes, before=before)
    return Spelling(None, image)


@dataclass(frozen=True, slots=True)
class StringText:
    """What a string's token says. ``rendered``: as a template."""

    text: str
    rendered: bool


def string_text(image: str, offset: int) -> StringText:
    """A doubled quote is one. In double quotes ``\\u0041`` is a character, and ``$`` and ``#`` make it a template."""
    quote, text = image[0], image[1:-1]
    double = quote == '"'
    if double and "\\u" in text:
        text = _UNICODE.sub(lambda match: _character(match[1], offset), text)
    return StringText(text.replace(quote * 2, quote), double and ("$" in image or "#" in image))


def _character(digits: str, offset: int) -> str:
    if not _HEX.fullmatch(digits):
        raise ParseError("\\u in a string needs four digits", offset)
    return chr(int(digits, 16))

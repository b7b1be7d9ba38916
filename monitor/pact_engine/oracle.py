"""Whether the two ways to judge agree: the library's parts in this process, and the official Verifier.

Compared are the verdict and the set of (place, path, kind) of what was found. Sentences, their order and their number
are not: both ways word headers and content types in their own way, and a rule of a list may complain once or for each
member. Where the two are known to differ the question is put such that they do not: JSON null against no body, and JSON
that the library's reader refuses (cleaning.py), are told to both in the form that both take.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.jsonpaths import Path, format_path
from monitor.model import Response
from monitor.pact_engine.engine import match_in_process
from monitor.pact_engine.faults import BeyondInterfaceError
from monitor.pact_engine.mismatch import EngineMismatch
from monitor.pact_engine.rules import Star, Token, is_index, parse_tokens
from monitor.pact_engine.verifier import verify_response
from monitor.printable import printable

Spot = tuple[str, str, str]  # place, path, kind


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What either way says of one response, a line for each thing: ``forbids body $.id (BodyMismatch)``.

    Keys that the contract does not name are told as ``*``: no vendor text is in it.
    """

    ours: tuple[str, ...]
    official: tuple[str, ...]

    def __str__(self) -> str:
        return f"ours says: {', '.join(self.ours)}; it says: {', '.join(self.official)}"


def spots(found: Iterable[EngineMismatch]) -> frozenset[Spot]:
    """What of ``found`` both ways tell alike: place, path and kind of each."""
    return frozenset((one.place, one.path.lower() if one.place == "header" else one.path, one.kind) for one in found)


def disagreement(pact: bytes, response: Response) -> Disagreement | None:
    """How the official Verifier's verdict on ``response`` differs from ours; None where it does not.

    None too where ours is the Verifier's already, for the other way could not judge. For a worker process, as
    ``verify_response`` is. Raises NotJudgedError where the contract is judged by neither, or the Verifier cannot be
    asked: its text tells which. Rules of tied weight make either way choose at random: do not ask about those.
    """
    try:
        ours = spots(match_in_process(pact, response))
    except BeyondInterfaceError:
        return None
    return compared(ours, spots(verify_response(pact, response)), pact)


def compared(ours: frozenset[Spot], official: frozenset[Spot], pact: bytes) -> Disagreement | None:
    """The difference in words; None where there is none. ``pact`` tells which keys may be named."""
    return None if ours == official else Disagreement(_told(ours, pact), _told(official, pact))


# -- in words ---------------------------------------------------------------------------------------------


def _told(found: frozenset[Spot], pact: bytes) -> tuple[str, ...]:
    if not found:
        return ("allows it",)
    return tuple(f"forbids {place} {_shown(place, path, pact)}({kind})" for place, path, kind in sorted(found))


def _shown(place: str, path: str, pact: bytes) -> str:
    if place != "body":  # a header's name is the contract's own
        return f"{printable(path)} " if path else ""
    tokens = parse_tokens(path)
    text = pact.decode("utf-8", "replace")
    return "" if tokens is None else f"{printable(format_path(_path(tokens, text)))} "


def _path(tokens: Iterable[Token], contract: str) -> Path:
    return tuple(_step(token, contract) for token in tokens)


def _step(token: Token, contract: str) -> str | int:
    if isinstance(token, Star):
        return "*"
    if is_index(token):
        return int(token)
    return token if f'"{token}"' in contract else "*"

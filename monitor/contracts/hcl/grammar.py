"""HCL text -> the tree of python-hcl2's grammar, in bounded time.

1. Bytes, tokens and depth are bounded.
2. What makes the grammar's own regular expressions slow (long runs of blank lines, or of ``-1-1-1``) is refused before
   they see it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from monitor.errors import ContractError
from monitor.printable import printable

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

    Node: TypeAlias = Tree[Token]

MAX_BYTES: Final = 1_000_000
MAX_TOKENS: Final = 40_000  # python-hcl2 takes quadratic time for long lists
MAX_DEPTH: Final = 60
_OPENING: Final = frozenset({"LBRACE", "LSQB", "LPAR", "INTERP_START", "DIRECTIVE_START", "FULL_SPLAT_START"})
_CLOSING: Final = frozenset({"RBRACE", "RSQB", "RPAR"})
_SLOW: Final = re.compile(r"(?:\n[ \t\r]*+){200}|(?:-[0-9]){200}")
_INSTALL: Final = 'pip install "provider-drift-monitor[terraform]"'


def fault(what: str, line: int, column: int, fix: str) -> ContractError:
    return ContractError(what, where=f"line {line}, column {column}" if line > 0 else "", fix=fix)


def _spot(text: str, position: int) -> tuple[int, int]:
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def _grammar() -> Lark:
    try:
        from hcl2.parser import parser  # noqa: PLC0415 - an extra, and half a second
    except ImportError:
        raise ContractError("Terraform files need python-hcl2, which is not installed", fix=_INSTALL) from None
    return parser()


def tree_of(text: str) -> tuple[str, Node]:
    """The text as it was parsed, and its tree. Raises ContractError (``where``: ``line L, column C``)."""
    if len(text) > MAX_BYTES:
        raise ContractError(f"it is longer than {MAX_BYTES:,} characters", fix="split it into several files")
    if slow := _SLOW.search(text):
        raise fault("200 blank lines or numbers follow one another here", *_spot(text, slow.start()), "remove them")
    source = f"{text}\n"
    return source, _tree(source)


def _tree(source: str) -> Node:
    grammar = _grammar()
    from lark import UnexpectedInput  # noqa: PLC0415 - comes with python-hcl2

    depth = count = 0
    token: Token | None = None
    try:
        steps = grammar.parse_interactive(source)
        for token in steps.iter_parse():
            count += 1
            depth += (token.type in _OPENING) - (token.type in _CLOSING)
            if depth > MAX_DEPTH or count > MAX_TOKENS:
                bound = f"nested deeper than {MAX_DEPTH} levels" if depth > MAX_DEPTH else f"over {MAX_TOKENS:,} words"
                raise fault(f"it is {bound}", token.line or 0, token.column or 0, "split it into several files")
        return cast("Node", steps.feed_eof(token))  # type: ignore[no-untyped-call]
    except UnexpectedInput as error:
        line, column = error.line, error.column
    raise fault(f"it is no HCL: {_stands(source, line, column)}", line, column, "terraform validate says more")


def _stands(source: str, line: int, column: int) -> str:
    """What the grammar stumbles over."""
    text = source.split("\n", line)[line - 1][column - 1 :].split() if source.count("\n") >= line else []
    if not text:
        return "something is not closed, or missing, before this"
    if text[0].startswith("<<"):
        return "this heredoc has no end"
    return f"'{printable(text[0], 40)}' cannot stand here"

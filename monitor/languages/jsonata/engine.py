"""The one place that knows jsonata2py: source and document in, plain JSON, a state or a fault out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Final, TypeAlias

from jsonata2py import (
    MISSING as UNDEFINED,
)
from jsonata2py import (
    JsonataBindings,
    JsonataCompilationError,
    JsonataEvaluationError,
    JsonataExpressionFactory,
    ParseError,
)
from jsonata2py.errors import LoadError
from jsonata2py.expression import CompiledExpression
from jsonata2py.parser.ast_nodes import AstNode
from jsonata2py.parser.lexer import Lexer
from jsonata2py.parser.parser import Parser
from jsonata2py.parser.tokens import TokenType

from monitor.errors import ContractError, NotJudgedError
from monitor.jsonpaths import Json
from monitor.languages import MISSING, EvaluationFault, State, Value
from monitor.languages.jsonata.words import words
from monitor.printable import printable

# an object's members one by one, so that one function among them costs one output
Result: TypeAlias = "Value | dict[str, Value] | EvaluationFault"

_TOO_DEEP: Final = "U1001"  # the engine's own code for a recursion that does not end
_EXACT: Final = 2.0**53
_BINDING: Final = frozenset({TokenType.AT, TokenType.HASH})


# -- compiling --------------------------------------------------------------------------------------------


def position(source: str, offset: int) -> str:
    """``line L, column C`` of the character at ``offset``, both counted from 1; empty for an unknown offset."""
    if offset < 0:
        return ""
    before = source[:offset]
    return f"line {before.count(chr(10)) + 1}, column {offset - before.rfind(chr(10))}"


def _refusal(source: str, code: str | None, message: str, offset: int = -1) -> ContractError:
    text = message.removesuffix(f" (position {offset})").removeprefix(f"{code}: ")
    what = f"JSONata: {printable(text)}" + (f" ({code})" if code else "")
    return ContractError(what, where=position(source, offset), fix="correct the expression")


def _too_deep() -> ContractError:
    return ContractError(
        "JSONata: the expression is too long or nested too deeply to be compiled",
        fix="split it into several translations",
    )


def _refuse_bindings(source: str) -> None:
    """``a@$x#$i@$y``: a third binding on one step makes jsonata2py's parser loop for ever. Raises ContractError."""
    run, before = 0, TokenType.EOF
    for token in Lexer.tokenize(source):
        if token.type is TokenType.VARIABLE and before in _BINDING:
            run += 1
        elif token.type not in _BINDING:
            run = 0
        if run > 2 and before is TokenType.AT:
            raise ContractError(
                f"JSONata: ${printable(token.value)} is a third variable bound to one step, which is not taken",
                where=position(source, token.position),
                fix="bind at most two variables (@$x, #$i) to a step",
            )
        before = token.type


def parse(source: str) -> AstNode:
    """The syntax tree of ``source``. Raises ContractError."""
    try:
        _refuse_bindings(source)
        return Parser.parse(source)
    except ParseError as error:
        raise _refusal(source, error.error_code, error.message, error.position) from None
    except (RecursionError, MemoryError):
        raise _too_deep() from None


def refuse_eval(source: str) -> None:
    """`$eval`, called or only named, would run vendor data as code. Raises ContractError."""
    for token in Lexer.tokenize(source):
        if token.type is TokenType.VARIABLE and token.value == "eval":
            raise ContractError(
                "JSONata: $eval is refused, because vendor data would become code",
                where=position(source, token.position),
                fix="write what it evaluates into the expression itself",
            )


def uncalled(source: str, name: str) -> str:
    """Where the function ``$name`` is first named and not called; empty where it is not."""
    tokens = Lexer.tokenize(source)
    for token, following in pairwise(tokens):
        if token.type is TokenType.VARIABLE and token.value == name and following.type is not TokenType.LPAREN:
            return position(source, token.position)
    return ""


def build(source: str) -> CompiledExpression:
    """``source`` as something that runs. Raises ContractError."""
    try:
        return JsonataExpressionFactory().compile(source)
    except JsonataCompilationError as error:
        cause = error.__cause__
        if isinstance(cause, RecursionError | MemoryError | LoadError):  # Python's own compiler gave up
            raise _too_deep() from None
        offset = cause.position if isinstance(cause, ParseError) else -1
        raise _refusal(source, error.error_code, error.message, offset) from None
    except (RecursionError, MemoryError):
        raise _too_deep() from None
    except Exception as error:  # noqa: BLE001 the engine is foreign code: whatever breaks in it is the same to us
        raise NotJudgedError(f"the JSONata engine cannot compile the expression ({type(error).__name__})") from None


# -- running ----------------------------------------------------------------------------------------------


class _OutOfRangeError(ValueError):
    """A number that JSON cannot say: infinity or not a number."""


class _FunctionError(ValueError):
    """A function or regular expression, which JSON cannot say either."""


def _number(value: float) -> Json:
    if not math.isfinite(value):
        raise _OutOfRangeError
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def _plain(value: object) -> Json:
    """An engine's value as plain JSON: its own kinds of lists as lists, 2.0 as 2."""
    if value is None or isinstance(value, str | int | Decimal):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items() if member is not UNDEFINED}
    if isinstance(value, list):
        return [_plain(item) for item in value if item is not UNDEFINED]
    raise _FunctionError


def _value(value: object) -> Value:
    try:
        return MISSING if value is UNDEFINED else _plain(value)
    except _FunctionError:
        return State.FUNCTION


def _result(value: object) -> Result:
    if isinstance(value, dict):
        return {key: _value(member) for key, member in value.items() if member is not UNDEFINED}
    return _value(value)


def _fault(code: str) -> EvaluationFault:
    return EvaluationFault(code, words(code))


def _failure(error: JsonataEvaluationError) -> EvaluationFault:
    """A fault of expression and document as a value; a breakdown of the engine is raised as NotJudgedError."""
    cause = error.__cause__
    if error.error_code == _TOO_DEEP or isinstance(cause, RecursionError):
        raise NotJudgedError(
            f"the translation recurses without an end or too deeply ({_TOO_DEEP})", fix="bound its recursion"
        )
    if isinstance(cause, MemoryError):
        raise NotJudgedError("the translation needs more memory than it may have")
    if isinstance(cause, OverflowError):  # a number of the document that no double holds
        return _fault("D1001")
    if error.error_code:
        return _fault(error.error_code)
    if type(cause).__module__.partition(".")[0] in {"regex", "_regex_core"}:
        return EvaluationFault("S0302", "a regular expression is not valid")
    raise NotJudgedError(f"the JSONata engine failed ({type(cause).__name__})")


def run(expression: CompiledExpression, document: Value, bindings: Mapping[str, Json] | None = None) -> Result:
    """What ``expression`` yields for ``document`` (MISSING: no input at all).

    Raises NotJudgedError where the engine gives up.
    """
    given = UNDEFINED if document is MISSING else document
    bound = JsonataBindings()
    for name, value in (bindings or {}).items():
        bound.bind_value(name, value)
    try:
        return _result(expression.evaluate(given, bound))
    except JsonataEvaluationError as error:
        failed = error
    except _OutOfRangeError:
        return _fault("D1001")
    except RecursionError:
        raise NotJudgedError("the translation's result is nested too deeply") from None
    except MemoryError:
        raise NotJudgedError("the translation needs more memory than it may have") from None
    return _failure(failed)

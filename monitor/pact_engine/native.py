"""Pact's C library (pact_ffi, through cffi) as a few calls with owners.

1. Who makes a C object frees it: a Scope frees, last first, whatever was handed over to it.
2. Borrowed and never freed by us: an iterator's interaction or mismatch, an interaction's response and contents.
3. ``pactffi_match_message`` frees both its messages, also when it fails.
4. A returned string is copied and deleted at once.
5. NULL means: not judged. The library's own words may quote the values it met, so they are passed on only where
   nothing but the contract was at hand.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

from monitor.errors import NotJudgedError
from monitor.jsonpaths import Json
from monitor.pact_engine.faults import BeyondInterfaceError
from monitor.printable import printable

try:
    from pact_ffi.ffi import ffi, lib
except Exception:  # noqa: BLE001 - a broken library raises what it likes; told when it is wanted, see symbols.py
    LOADED = False
else:
    LOADED = True

Pointer: TypeAlias = object

HEADER: Final = 2
STATUS: Final = 5
_RULES_SPECIFICATION: Final = 4  # PactSpecification_V3: one rule format of a message; V4 rules work in it too
_ERROR_LENGTH: Final = 20_000
_LARGE: Final = 5_000_000  # bytes of a body
_PANIC: Final = "INTERNAL ERROR: function panicked"


def _call(name: str, *arguments: object) -> Pointer:
    """Calls a function of the library: all of them stand in symbols.py."""
    if not LOADED:
        raise NotJudgedError("Pact's engine cannot be loaded", fix="run: monitor doctor")
    try:
        function = getattr(lib, name)
    except AttributeError:
        raise BeyondInterfaceError(f"the installed pact_ffi has no {name}", fix="run: monitor doctor") from None
    result: Pointer = function(*arguments)
    return result


def _is_null(pointer: Pointer) -> bool:
    return bool(pointer == ffi.NULL)


def _text(pointer: Pointer) -> str:
    data: bytes = ffi.string(pointer)
    return data.decode("utf-8", "replace")


def _taken(pointer: Pointer) -> str:
    """The text of a string that the library handed over."""
    try:
        return _text(pointer)
    finally:
        _call("pactffi_string_delete", pointer)


def _last_error() -> str:
    """What the library said last; it says nothing at all where its words do not fit."""
    buffer = ffi.new("char[]", _ERROR_LENGTH)
    _call("pactffi_get_error_message", buffer, _ERROR_LENGTH)
    return printable(_text(buffer)) or "it does not say why (nested too deeply, or a name is too long?)"


class Scope(ExitStack):
    """The owner of C objects: frees them, last first, when the ``with`` block ends."""

    def own(self, free: str, pointer: Pointer) -> Pointer:
        self.callback(_call, free, pointer)
        return pointer


# -- the contract -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NativeContract:
    """One interaction as the library holds it; valid while its scope is open."""

    http: Pointer
    response: Pointer

    def contents(self) -> bytes | None:
        """The body of the contract's example, decoded; None where it is missing, null or empty."""
        data = _call("pactffi_sync_http_get_response_contents_bin", self.http)
        if _is_null(data):
            return None
        length = _call("pactffi_sync_http_get_response_contents_length", self.http)
        return bytes(ffi.buffer(data, length))


def open_contract(scope: Scope, pact: bytes) -> NativeContract:
    """The one interaction of ``pact``. Raises NotJudgedError where the library refuses it."""
    model = _call("pactffi_parse_pact_json", pact)
    if _is_null(model):
        raise NotJudgedError(f"Pact's engine refuses the contract: {_last_error()}", fix="mend the contract")
    scope.own("pactffi_pact_model_delete", model)
    interactions = _call("pactffi_pact_model_interaction_iterator", model)
    scope.own("pactffi_pact_interaction_iter_delete", interactions)
    interaction = _call("pactffi_pact_interaction_iter_next", interactions)
    http = ffi.NULL if _is_null(interaction) else _call("pactffi_pact_interaction_as_synchronous_http", interaction)
    if _is_null(http):
        raise NotJudgedError("the contract holds no interaction over HTTP")
    scope.own("pactffi_sync_http_delete", http)
    return NativeContract(http, _call("pactffi_sync_http_get_response", http))


def rules(scope: Scope, contract: NativeContract, category: int) -> Iterator[tuple[str, Pointer]]:
    """The rules of a category as (path, rule), in no promised order; a path's own rules come in theirs."""
    pairs = _call("pactffi_response_contents_get_matching_rule_iter", contract.response, category)
    if _is_null(pairs):
        return
    scope.own("pactffi_matching_rules_iter_delete", pairs)
    while not _is_null(pair := _call("pactffi_matching_rules_iter_next", pairs)):
        scope.own("pactffi_matching_rules_iter_pair_delete", pair)
        typed = ffi.cast("struct MatchingRuleKeyValuePair *", pair)
        yield _text(typed.path), typed.rule


def rule_json(rule: Pointer) -> str:
    return _taken(_call("pactffi_matching_rule_to_json", rule))


# -- single values ----------------------------------------------------------------------------------------


def _c_text(text: str) -> bytes:
    if "\0" in text:
        raise NotJudgedError("a header holds a NUL character, which Pact's engine cannot read")
    return text.encode("utf-8", "replace")


def _complaint(pointer: Pointer) -> str:
    if _is_null(pointer):
        return ""
    message = _taken(pointer)
    if message == _PANIC:
        raise NotJudgedError("Pact's engine gave up on a header or status", fix="look for a costly regular expression")
    return message or "it does not match"


def text_complaint(rule: Pointer, expected: str, actual: str) -> str:
    """What ``rule`` has against ``actual``; empty where it matches."""
    return _complaint(_call("pactffi_matches_string_value", rule, _c_text(expected), _c_text(actual), 0))


def number_complaint(rule: Pointer, expected: int, actual: int) -> str:
    return _complaint(_call("pactffi_matches_u64_value", rule, expected, actual, 0))


# -- bodies -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Body:
    """A body that is there. ``content_type`` None: the library looks at the first bytes."""

    content: bytes
    content_type: str | None


def _fill(message: Pointer, body: Body) -> None:
    data = ffi.from_buffer("unsigned char[]", body.content)
    kind = ffi.NULL if body.content_type is None else _c_text(body.content_type)
    _call("pactffi_message_set_contents_bin", message, data, len(body.content), kind)


def _message(rules_json: Json) -> Pointer:
    # pactffi_message_new would do for the actual one, but it says application/json where nobody asked
    frame = {"description": "", "contents": None, "metaData": {}, "matchingRules": rules_json}
    text = json.dumps(frame, default=float).encode()
    message = _call("pactffi_message_new_from_json", 0, text, _RULES_SPECIFICATION)
    if _is_null(message):
        raise NotJudgedError(f"Pact's engine refuses the matching rules: {_last_error()}", fix="mend the contract")
    return message


def match_bodies(rules_json: Json, expected: Body, actual: Body) -> list[dict[str, str]]:
    """The mismatches between two bodies, each as the library's JSON, in no promised order.

    ``rules_json`` is the response's matchingRules as the contract has them. Raises NotJudgedError.
    """
    first = _message(rules_json)
    second = _message({})
    _fill(first, expected)
    _fill(second, actual)
    mismatches = _call("pactffi_match_message", first, second)
    if _is_null(mismatches):
        raise BeyondInterfaceError(
            "Pact's engine gave up on the body", fix="look for a costly regular expression among the contract's rules"
        )
    with Scope() as scope:
        scope.own("pactffi_mismatches_delete", mismatches)
        found = scope.own("pactffi_mismatches_iter_delete", _call("pactffi_mismatches_get_iter", mismatches))
        told = list(_mismatches(found))
    if len(actual.content) > _LARGE:
        _give_back()
    return told


def _give_back() -> None:
    """Memory that the library freed, back to the system: glibc would keep it, twenty times the body's size."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another libc
            ctypes.CDLL(None).malloc_trim(0)


def _mismatches(found: Pointer) -> Iterator[dict[str, str]]:
    while not _is_null(mismatch := _call("pactffi_mismatches_iter_next", found)):
        fields: dict[str, Json] = json.loads(_taken(_call("pactffi_mismatch_to_json", mismatch)))
        yield {name: value if isinstance(value, str) else "" for name, value in fields.items()}

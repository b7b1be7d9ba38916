"""What of Pact's C library is used here, and whether the installed one has it.

Releases of pact-python-ffi remove functions, so it is pinned; an environment may hold another version all the same.
This module imports nothing of the library until it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import Final

DISTRIBUTION: Final = "pact-python-ffi"
_OURS: Final = "provider-drift-monitor"
_PINNED: Final = re.compile(rf"{DISTRIBUTION}\s*\(?==\s*([^\s;,)]+)")
_NAMED: Final = 3  # missing functions that are told by name

FUNCTIONS: Final = (
    "pactffi_get_error_message",
    "pactffi_match_message",
    "pactffi_matches_string_value",
    "pactffi_matches_u64_value",
    "pactffi_matching_rule_to_json",
    "pactffi_matching_rules_iter_delete",
    "pactffi_matching_rules_iter_next",
    "pactffi_matching_rules_iter_pair_delete",
    "pactffi_message_new_from_json",
    "pactffi_message_set_contents_bin",
    "pactffi_mismatch_to_json",
    "pactffi_mismatches_delete",
    "pactffi_mismatches_get_iter",
    "pactffi_mismatches_iter_delete",
    "pactffi_mismatches_iter_next",
    "pactffi_pact_interaction_as_synchronous_http",
    "pactffi_pact_interaction_iter_delete",
    "pactffi_pact_interaction_iter_next",
    "pactffi_pact_model_delete",
    "pactffi_pact_model_interaction_iterator",
    "pactffi_parse_pact_json",
    "pactffi_response_contents_get_matching_rule_iter",
    "pactffi_string_delete",
    "pactffi_sync_http_delete",
    "pactffi_sync_http_get_response",
    "pactffi_sync_http_get_response_contents_bin",
    "pactffi_sync_http_get_response_contents_length",
)
VERIFIER_FUNCTIONS: Final = (  # what pact.Verifier needs of it
    "pactffi_log_to_buffer",
    "pactffi_string_delete",
    "pactffi_verifier_execute",
    "pactffi_verifier_json",
    "pactffi_verifier_new_for_application",
    "pactffi_verifier_set_coloured_output",
    "pactffi_verifier_set_follow_redirects",
    "pactffi_verifier_set_provider_info",
    "pactffi_verifier_set_verification_options",
    "pactffi_verifier_shutdown",
    "pactffi_verifier_url_source",
)


@dataclass(frozen=True, slots=True)
class EngineFault:
    """Something wrong with the installed library, and the command that mends it."""

    what: str
    fix: str


def installed_version() -> str:
    """The version of pact-python-ffi that is installed; empty where there is none."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return ""


def pinned_version() -> str:
    """The version that this package asks for; empty where that cannot be told (it runs from a bare checkout, say)."""
    try:
        requirements = metadata.requires(_OURS) or []
    except metadata.PackageNotFoundError:
        return ""
    return next((match[1] for text in requirements if (match := _PINNED.match(text))), "")


def faults_of(has: Callable[[str], bool] | None, installed: str, pinned: str) -> Iterator[EngineFault]:
    """What is wrong with a library: ``has`` tells whether it has a function; None: it cannot be loaded."""
    fix = f"pip install {DISTRIBUTION}=={pinned}" if pinned else f"pip install --force-reinstall {_OURS}"
    if has is None:
        broken = f"{DISTRIBUTION} {installed} cannot be loaded" if installed else f"{DISTRIBUTION} is not installed"
        yield EngineFault(broken, fix)
        return
    if pinned and installed != pinned:
        yield EngineFault(f"{DISTRIBUTION} is {installed or 'of no known version'}, and {pinned} is pinned", fix)
    for names, purpose in (
        (FUNCTIONS, "contracts are judged by the slower official verifier, or not at all"),
        (VERIFIER_FUNCTIONS, "the official verifier cannot be asked"),
    ):
        if missing := [name for name in names if not has(name)]:
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            yield EngineFault(f"pact_ffi has no {', '.join(missing[:_NAMED])}{more}: {purpose}", fix)


def engine_faults() -> tuple[EngineFault, ...]:
    """What is wrong with the library that is installed; empty where it is as it should be. Never raises."""
    return tuple(faults_of(_loaded(), installed_version(), pinned_version()))


def _loaded() -> Callable[[str], bool] | None:
    try:
        from pact_ffi.ffi import lib  # noqa: PLC0415 - it may not be there
    except Exception:  # noqa: BLE001 - a broken library raises what it likes
        return None
    return partial(hasattr, lib)

"""Python and the engines: are they there, are they those that this package pins, and do they judge?

Whether an engine judges is tried where judging happens, in a worker process, with a case that must be found to have
drifted: an engine that says yes to everything is as broken as one that does not load.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Final

from monitor import __version__
from monitor.model import Case, Contract, Detail, Judgement, Limits, Loss, Mismatch, Response, Translation
from monitor.pipeline.doctor.checks import Check, failed, guarded, ok, warning
from monitor.pipeline.tools import Judges

DISTRIBUTION: Final = "provider-drift-monitor"
REINSTALL: Final = f"install {DISTRIBUTION} anew, into an environment of its own"
OLDEST: Final = (3, 11)
_JSONATA: Final = "jsonata2py"
_PACT: Final = b"""{"consumer": {"name": "monitor"}, "provider": {"name": "doctor"},
"interactions": [{"description": "doctor", "request": {"method": "GET", "path": "/"}, "response": {"status": 200,
"headers": {"Content-Type": "application/json"}, "body": {"id": "x"},
"matchingRules": {"body": {"$.id": {"matchers": [{"match": "type"}]}}}}}],
"metadata": {"pactSpecification": {"version": "3.0.0"}}}"""


def _response(body: bytes) -> Response:
    return Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), body)


def _case(contract: Contract | None, translations: tuple[Translation, ...]) -> Case:
    """A vendor that answers a number where there was text, and has dropped what a translation reads."""
    now, before = _response(b'{"id": 1}'), _response(b'{"id": "x", "name": "Ada"}')
    return Case("doctor", "doctor", contract, translations, raw=now, stored=now, baseline=before)


_CASES: Final = {
    "engine": (_case(Contract("doctor", "$", _PACT, "doctor"), ()), Mismatch),
    "jsonata": (_case(None, (Translation("doctor", "jsonata", '{"name": name}', "doctor"),)), Loss),
}


def python() -> Iterator[Check]:
    found = f"monitor {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    if sys.version_info < OLDEST:  # pip would not install us there, a copied folder runs
        yield failed("python", found, f"use Python {'.'.join(map(str, OLDEST))} or newer")
    else:
        yield ok("python", found)


def pinned(distribution: str) -> str:
    """The version of ``distribution`` that this package pins; empty where that cannot be told."""
    try:
        wanted = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return ""
    found = (re.match(rf"{re.escape(distribution)}==([^\s;,]+)", line) for line in wanted)
    return next((match[1] for match in found if match), "")


def of_version(name: str, distribution: str, found: str, wanted: str) -> Check:
    """``wanted`` is empty where the pin is not known."""
    if not wanted:
        what = f"{distribution} {found}; which version is pinned cannot be told"
        return warning(name, what, f"install {DISTRIBUTION} with pip, which keeps what it pins")
    if found != wanted:
        fix = f"releases differ in their functions and verdicts: pip install '{distribution}=={wanted}'"
        return failed(name, f"{distribution} {found} is installed, and {wanted} is pinned", fix)
    return ok(name, f"{distribution} {found}, as pinned")


def pact() -> Iterator[Check]:
    """Pact's library: whether it loads, is the pinned one, and has the functions that are used."""
    from monitor.pact_engine import symbols  # noqa: PLC0415 - a room that does not load must not take doctor with it

    faults = symbols.engine_faults()
    yield from (failed("engine", fault.what, fault.fix) for fault in faults)
    if not faults:
        yield of_version("engine", symbols.DISTRIBUTION, symbols.installed_version(), symbols.pinned_version())


def jsonata() -> Iterator[Check]:
    try:
        import_module(_JSONATA)
        yield of_version("jsonata", _JSONATA, version(_JSONATA), pinned(_JSONATA))
    except Exception as error:  # noqa: BLE001 - a broken library raises what it likes
        yield failed("jsonata", f"{_JSONATA} cannot be loaded ({type(error).__name__})", REINSTALL)


def of_judgement(name: str, judgement: Judgement, expected: type[Detail]) -> Check:
    if any(isinstance(finding.detail, expected) for finding in judgement.findings):
        return ok(name, "it judges, in a process of its own")
    if not judgement.outcome.judged:
        why = (judgement.reason or judgement.outcome.value).removesuffix("; run: monitor doctor")
        return failed(name, f"it does not judge: {why}", REINSTALL)
    return failed(name, "it did not find what is wrong with a response made for this check", REINSTALL)


def engines(judges: AbstractContextManager[Judges]) -> Iterator[Check]:
    with judges as pool:
        for name, look in (("engine", pact), ("jsonata", jsonata)):
            yield from guarded(name, look)
            case, expected = _CASES[name]
            yield of_judgement(name, pool.submit(case, Limits()).result(), expected)

"""The official Verifier, asked about a response that is there already.

1. The Verifier calls a provider. Ours is a replay on loopback that answers ``GET /r/<n>`` with the n-th response, and
   the contract is rewritten to ask for that: of the interaction only its response is left. Provider states, transports,
   plug-ins and ``pending`` would each change what is asked, or whether a failure counts.
2. It reads the contract from the replay too, so that nothing is left on disk when a worker is killed.
3. After a failure inside the library ``verify()`` raises while its results say ``true`` and hold no interaction. A run
   counts only if there is exactly one result for each interaction and they agree with the whole. Where a run of
   several does not count its halves are asked, for one interaction can end the run of all.
4. Bodies are sent as the C interface is given them (cleaning.py), so that the two ways differ in nothing but the way.
   (An example's ``-0``, which the library tells from 0, is rewritten as 0.)
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from monitor.errors import NotJudgedError
from monitor.jsonpaths import Json, format_path
from monitor.model import Response
from monitor.pact_engine.carried import page_of
from monitor.pact_engine.expected import ExpectedHeader, ExpectedResponse, read_expected, read_interaction
from monitor.pact_engine.guards import guarded
from monitor.pact_engine.headers import named_header
from monitor.pact_engine.mismatch import (
    EMPTY_BODY,
    FILLED_BODY,
    HEADER_MISSING,
    EngineMismatch,
    body_mismatch,
)
from monitor.pact_engine.replay import Page, serving

Verdict: TypeAlias = tuple[EngineMismatch, ...] | NotJudgedError

BATCH: Final = 200  # interactions of one run: what it prints of them is held in memory until it ends
_TIMEOUT: Final = 3_600_000  # milliseconds; whoever kills the worker decides how long is too long
_NO_PART: Final = "Expected a MIME part "
_VERSIONS: Final = ("pactSpecification", "pact-specification", "pactSpecificationVersion")


# -- what is asked ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Question:
    """One interaction as the Verifier is asked about it. ``version``: the metadata that says how to read it."""

    id: str
    version: str
    interaction: Mapping[str, Json]
    page: Page
    expected: ExpectedResponse
    response: Response


def _question(number: int, pact: bytes, response: Response) -> _Question:
    expected = read_expected(pact)
    document, interaction = read_interaction(pact)
    metadata = document.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    name = f"r{number}"
    asked: dict[str, Json] = {
        "_id": name,
        "description": name,
        "request": {"method": "GET", "path": f"/r/{number}"},
        "response": interaction.get("response", {}),
    }
    if "type" in interaction:
        asked["type"] = interaction["type"]
    version = json.dumps({key: known[key] for key in _VERSIONS if key in known}, default=float)
    return _Question(name, version, asked, page_of(expected, response), expected, response)


def _pacts(questions: Sequence[_Question]) -> dict[str, Page]:
    """A Pact file for each version among the questions, as pages by path."""
    by_version: dict[str, list[_Question]] = {}
    for question in questions:
        by_version.setdefault(question.version, []).append(question)
    pages = {}
    for number, (version, members) in enumerate(by_version.items()):
        frame = {
            "consumer": {"name": "consumer"},
            "provider": {"name": "provider"},
            "interactions": [member.interaction for member in members],
            "metadata": json.loads(version),
        }
        body = json.dumps(frame, default=float).encode()
        headers = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
        pages[f"/pact/{number}"] = Page(200, headers, body)
    return pages


# -- asking -----------------------------------------------------------------------------------------------


def _verify(base: str, pacts: Sequence[str]) -> Json:
    """The results of one run, as the library prints them; None where it has none."""
    try:
        from pact import Verifier  # noqa: PLC0415 - slow to import, and seldom needed

        verifier = Verifier("provider", "127.0.0.1").add_transport(url=base)
        verifier.set_request_timeout(_TIMEOUT).follow_redirects(follow=False).set_coloured_output(enabled=False)
        for pact in pacts:
            verifier.add_source(f"{base}{pact}")
    except (ImportError, AttributeError):
        raise NotJudgedError(
            "the installed pact-python and pact-python-ffi do not fit together", fix="run: monitor doctor"
        ) from None
    with contextlib.suppress(RuntimeError):  # something did not match, or went wrong: the results tell which
        verifier.verify()
    try:
        results: Json = verifier.results
    except (RuntimeError, ValueError):
        return None
    return results


def _run(questions: Sequence[_Question]) -> dict[str, Mapping[str, Json]] | None:
    """The result of each interaction by its id; None where the run does not count."""
    pacts = _pacts(questions)
    pages = {f"/r/{question.id[1:]}": question.page for question in questions}
    try:
        with guarded(), serving({**pages, **pacts}) as base:
            results = _verify(base, tuple(pacts))
    except OSError:
        raise NotJudgedError("the official verifier cannot be run: no file descriptor is to be had") from None
    listed = results.get("interactionResults") if isinstance(results, dict) else None
    if not isinstance(results, dict) or not isinstance(listed, list):
        return None
    found = [one for one in listed if isinstance(one, dict)]
    counted = Counter(str(one.get("interactionId")) for one in found)
    passed = all(one.get("result") == "OK" for one in found)
    if counted != Counter(question.id for question in questions) or results.get("result") is not passed:
        return None
    return {str(one["interactionId"]): one for one in found}


def _answers(questions: Sequence[_Question]) -> Iterator[tuple[str, Verdict]]:
    if not questions:
        return
    results = _run(questions)
    if results is not None:
        for question in questions:
            yield question.id, _verdict(question, results[question.id])
    elif len(questions) == 1:
        fault = "the official verifier refuses the contract, or gave up on the response"
        yield questions[0].id, NotJudgedError(fault)
    else:
        middle = len(questions) // 2
        yield from _answers(questions[:middle])
        yield from _answers(questions[middle:])


# -- what it says -----------------------------------------------------------------------------------------


def _texts(fields: Mapping[str, Json]) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items() if isinstance(value, str | int)}


def _header(fields: Mapping[str, str], question: _Question) -> EngineMismatch:
    folded, message = named_header(fields.get("key", "")), fields.get("mismatch", "")
    lines = [value.strip() for name, value in question.response.headers if name.lower() == folded]
    wanted = next((one for one in question.expected.headers if one.name.lower() == folded), ExpectedHeader(folded, ()))
    kind = fields["type"] if lines else HEADER_MISSING
    return EngineMismatch("header", wanted.name, ", ".join(wanted.values), ", ".join(lines), message, kind)


def _body(fields: Mapping[str, str], question: _Question) -> EngineMismatch:
    if fields.get("mismatch", "").startswith(_NO_PART):  # told at the root, and its content at its own path
        return body_mismatch({**fields, "path": format_path((fields.get("expected", ""),))})
    if fields.get("path") != "/":
        return body_mismatch(fields)
    # bodies of which one is empty are told apart from all others
    message = FILLED_BODY if question.page.body else EMPTY_BODY
    return body_mismatch({**fields, "path": "$", "mismatch": message})


def _mismatch(fields: Mapping[str, str], question: _Question) -> EngineMismatch:
    kind = fields.get("type", "")
    if kind == "StatusMismatch":
        wanted, got = str(question.expected.status), str(question.response.status)
        return EngineMismatch("status", "", wanted, got, fields.get("mismatch", ""), kind)
    if kind == "HeaderMismatch":
        return _header(fields, question)
    if kind in ("BodyMismatch", "BodyTypeMismatch"):
        return _body(fields, question)
    raise NotJudgedError("the official verifier tells a mismatch that is not one of a response")


def _verdict(question: _Question, result: Mapping[str, Json]) -> Verdict:
    if result.get("result") == "OK":
        return ()
    told = result.get("mismatch")
    listed = told.get("mismatches") if isinstance(told, dict) else None
    if not isinstance(listed, list) or not listed:
        return NotJudgedError("the official verifier could not read the response over loopback")
    try:
        found = [_mismatch(_texts(one), question) for one in listed if isinstance(one, dict)]
    except NotJudgedError as fault:
        return fault
    return tuple(sorted(dict.fromkeys(found), key=EngineMismatch.sort_key))


# -- all --------------------------------------------------------------------------------------------------


def verify_all(cases: Sequence[tuple[bytes, Response]]) -> tuple[Verdict, ...]:
    """What the official Verifier finds in each response by its pact, or why it could not be asked; in their order.

    For a worker process, or one that does nothing else meanwhile: environment variables, file descriptor 1 and a
    logger's level are changed during the call, and restored. Not thread-safe. Raises NotJudgedError where there is no
    Verifier at all.
    """
    verdicts: dict[str, Verdict] = {}
    questions: list[_Question] = []
    for number, (pact, response) in enumerate(cases):
        try:
            questions.append(_question(number, pact, response))
        except NotJudgedError as fault:
            verdicts[f"r{number}"] = fault
    for start in range(0, len(questions), BATCH):
        verdicts.update(_answers(questions[start : start + BATCH]))
    return tuple(verdicts[f"r{number}"] for number in range(len(cases)))


def verify_response(pact: bytes, response: Response) -> tuple[EngineMismatch, ...]:
    """As ``match_response``, judged by the official Verifier; for a worker process, as ``verify_all`` is.

    Raises NotJudgedError for what cannot be replayed, and for what the Verifier cannot judge; its text holds no vendor
    value.
    """
    (verdict,) = verify_all([(pact, response)])
    if isinstance(verdict, NotJudgedError):
        raise verdict
    return verdict

"""Judging one response: what the contract forbids, what changed in structure, what the outputs lost.

1. The three are asked apart. Where one cannot answer, the findings of the others are kept, and the outcome says so:
   never is a response the same that something could not judge.
2. Findings that have one cause have one root, so that people meet one incident:
   - after another status, every finding is rooted at the status;
   - where the body is no JSON any more, what it lacks is rooted at the media type, if that changed too;
   - a mismatch or loss at or below a changed path is rooted at that path.
3. A body that is not the JSON it should be is unreadable, unless another status or media type tells why; then
   nothing else is told of it.
4. Masks change what a text says, never where it stands or its type (masked.py): what they keep from being judged is a
   note. No text of the raw response is told, for a key may be a secret: names come of the stored form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Final, TypeVar

from monitor.checking import contract as contracts
from monitor.checking import translations
from monitor.checking.masked import Answer, Masks
from monitor.checking.rubbish import rubbish
from monitor.checking.severity import is_read, severity_of
from monitor.checking.structure import MEDIA_TYPE_ROOT, changes
from monitor.errors import JsonError, MonitorError, NotJudgedError
from monitor.headers import is_json
from monitor.jsonpaths import Document, Path, format_path, general, parse_path, read_json
from monitor.model import (
    HEADER_ROOT,
    MAX_FINDINGS,
    STATUS_ROOT,
    Case,
    Change,
    ChangeKind,
    Contract,
    Detail,
    Finding,
    Judgement,
    Mismatch,
    Outcome,
    Response,
    Translation,
    fingerprint,
    kind_of,
)
from monitor.pact_engine import read_expected
from monitor.printable import printable

_T = TypeVar("_T")

# what can make an output blank or break a contract; something more cannot
_CAUSES: Final = frozenset(ChangeKind) - {ChangeKind.ADDED, ChangeKind.HEADER_ADDED}
_TOLD_DUPLICATES: Final = 5
_LINK: Final = re.compile(r"(?:(?:[A-Za-z][\w+.-]*:)?//(?:[^/?#]*@)?(?P<host>[^/?#]*))?(?P<path>[^?#;]*)")
DISAGREES: Final = "the official verifier disagrees"
NOT_ASKED: Final = "the official verifier was not asked"
_LOOK: Final = "look at what came: monitor show RECORDING --raw"
_REPORT: Final = "please report it with the contract"


def judge(case: Case) -> Judgement:
    """The verdict on ``case.raw``: by the contract, the translations, and the structure of the baseline."""
    if case.contract is None and case.baseline is None and not case.translations:
        reason = "there is nothing to judge it by: no contract, no translation, no baseline"
        return Judgement(Outcome.NOT_JUDGED, reason=reason)
    if not case.raw.complete:
        return Judgement(Outcome.UNREADABLE, reason="the body did not come whole")
    asked = _Asked()
    details = _details(case, asked)
    findings = _findings(case, details, _reads(case, asked))
    if case.official and case.contract:
        _ask_official(case.contract, case.raw, asked)
    notes = tuple(_notes(case, asked))
    outcome, reason = _outcome(case, details, asked.faults)
    if outcome is Outcome.UNREADABLE:
        meant = (note for t in case.translations for note in asked(partial(_of_no_json, t)))
        return Judgement(outcome, (), reason, (*notes, *meant), _LOOK)  # what rubbish lacks is no drift
    if len(findings) > MAX_FINDINGS:
        notes = (*notes, f"{len(findings) - MAX_FINDINGS:,} more findings, none worse, are not listed")
    return Judgement(outcome, findings[:MAX_FINDINGS], reason, notes)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What could not be answered, and why; and what was noted of the answers."""

    faults: list[MonitorError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __call__(self, question: Callable[[], tuple[_T, ...]]) -> tuple[_T, ...]:
        try:
            return question()
        except MonitorError as fault:
            self.faults.append(fault)
            return ()

    def noting(self, question: Callable[[], Answer[_T]]) -> tuple[_T, ...]:
        """What the answer found; its notes are kept."""
        answers = self(lambda: (question(),))
        self.notes.extend(note for answer in answers for note in answer.notes)
        return tuple(one for answer in answers for one in answer.found)


# -- findings ---------------------------------------------------------------------------------------------


def _details(case: Case, asked: _Asked) -> tuple[Detail, ...]:
    contract, baseline, raw = case.contract, case.baseline, case.raw
    # structure first: a large body's trees are gone before the engine makes its own
    moved = asked(partial(changes, baseline, case.stored)) if baseline else ()
    forbidden: tuple[Mismatch, ...] = ()
    if contract:
        masks = Masks(case.raw_masked, case.numbers_masked, case.raw_masked_headers)
        question = partial(contracts.mismatches, contract, raw, case.stored, masks=masks)
        forbidden = asked.noting(question)
    rooted = _Roots.of(moved, forbidden, raw)
    forbidden = tuple(replace(mismatch, root=rooted.cause(mismatch.root)) for mismatch in forbidden)
    roots = rooted.all(forbidden)
    lost = [
        replace(loss, root=rooted.cause(loss.root))
        for translation in case.translations
        for loss in asked.noting(partial(translations.losses, translation, case, roots))
    ]
    return tuple(dict.fromkeys((*moved, *forbidden, *lost)))


@dataclass(frozen=True, slots=True)
class _Roots:
    """Finds the root that a mismatch or loss shares with its cause."""

    above: str  # the root of everything: another status; or, where the body is not JSON, another media type
    paths: Mapping[Path, str]

    @classmethod
    def of(cls, moved: Sequence[Change], forbidden: Sequence[Mismatch], response: Response) -> _Roots:
        causes = [change.root for change in moved if change.kind in _CAUSES]
        known = {*causes, *(mismatch.root for mismatch in forbidden)}
        above = ""
        if STATUS_ROOT in known:
            above = STATUS_ROOT
        elif MEDIA_TYPE_ROOT in known and _document(response) is None:
            above = MEDIA_TYPE_ROOT
        return cls(above, {parse_path(root): root for root in causes if root.startswith("$")})

    def cause(self, root: str) -> str:
        """``root``, or that of the nearest change at or above it."""
        if self.above == STATUS_ROOT or (self.above and root.startswith("$")):
            return self.above
        if not root.startswith("$"):
            return root
        path = general(parse_path(root))
        above = (self.paths.get(path[:length]) for length in range(len(path), -1, -1))
        return next((found for found in above if found is not None), format_path(path))

    def all(self, forbidden: Sequence[Mismatch]) -> tuple[str, ...]:
        return tuple(sorted({*self.paths.values(), *(mismatch.root for mismatch in forbidden), self.above} - {""}))


@dataclass(frozen=True, slots=True)
class _Reads:
    contract: tuple[Path, ...]
    translation: tuple[Path, ...]
    headers: frozenset[str]
    consumer: bool  # there is a contract or translation at all

    def includes(self, root: str) -> bool:
        if root == STATUS_ROOT:
            return self.consumer
        if root.startswith(HEADER_ROOT):
            return root.removeprefix(HEADER_ROOT) in self.headers
        return is_read(parse_path(root), self.contract, self.translation)


def _reads(case: Case, asked: _Asked) -> _Reads:
    contract = case.contract
    return _Reads(
        asked(partial(contracts.reads, contract)) if contract else (),
        tuple(path for translation in case.translations for path in asked(partial(translations.reads, translation))),
        frozenset(asked(partial(_expected_headers, contract)) if contract else ()),
        contract is not None or bool(case.translations),
    )


@lru_cache(32)
def _expected_headers(contract: Contract) -> tuple[str, ...]:
    return tuple(header.name.lower() for header in read_expected(contract.pact).headers)


def _findings(case: Case, details: Sequence[Detail], reads: _Reads) -> tuple[Finding, ...]:
    found = [_finding(case, detail, reads) for detail in details]
    return tuple(sorted(found, key=lambda f: (f.severity.rank, f.root, f.detail.type, repr(f.detail))))


def _finding(case: Case, detail: Detail, reads: _Reads) -> Finding:
    read = not isinstance(detail, Change) or reads.includes(detail.root)
    severity = severity_of(kind_of(detail), read, case.severity)
    return Finding(detail.root, severity, read, detail, fingerprint(case.vendor, case.interaction_id, detail.root))


# -- outcome and notes ------------------------------------------------------------------------------------


def _outcome(case: Case, details: Sequence[Detail], faults: Sequence[MonitorError]) -> tuple[Outcome, str]:
    fault = next((str(fault) for fault in faults if isinstance(fault, JsonError)), "") or _broken(case, details)
    if fault and not any(_tells_why(detail, case.raw) for detail in details):
        return Outcome.UNREADABLE, f"the body is not the JSON that it should be: {rubbish(case.raw, fault)}"
    if others := [fault for fault in faults if not isinstance(fault, JsonError)]:
        return Outcome.NOT_JUDGED, "; ".join(dict.fromkeys(map(str, others)))
    if details:
        return Outcome.DRIFTED, ""
    return (Outcome.NO_BASELINE if case.baseline is None else Outcome.SAME), ""


def _of_no_json(translation: Translation) -> tuple[str, ...]:
    meant = translations.of_no_json(translation)
    return (meant,) if meant else ()


def _ask_official(contract: Contract, response: Response, asked: _Asked) -> None:
    """A verdict on which the official Verifier disagrees is none; where it cannot be asked, that is noted."""
    if asked(partial(contracts.tied_rules, contract)):
        asked.notes.append(f"{NOT_ASKED}: rules of equal weight leave the verdict to chance")
        return
    from monitor.pact_engine.oracle import disagreement  # noqa: PLC0415 - a recheck may ask; nothing else does

    try:
        found = disagreement(contract.pact, response)
    except NotJudgedError as error:
        asked.notes.append(f"{NOT_ASKED}: {error.what}")
        return
    if found:
        asked.faults.append(NotJudgedError(f"{DISAGREES}: {found}", fix=_REPORT))


def _broken(case: Case, details: Sequence[Detail]) -> str:
    """What is wrong with a body that says it is JSON, where nothing else reads it or the contract forbids it.

    The engine tells no such thing, and reads deeper than structure can be compared.
    """
    if not is_json(case.raw.header("content-type")) or not case.raw.body.strip():
        return ""
    if case.baseline and not any(isinstance(d, Mismatch) and d.place == "body" for d in details):
        return ""
    try:
        read_json(case.raw.body)
    except JsonError as error:
        return str(error)
    return ""


def _tells_why(detail: Detail, response: Response) -> bool:
    """Whether ``detail`` tells why the body is not JSON: another status, no body at all, a forbidden media type."""
    if detail.root == STATUS_ROOT or (detail.root == "$" and not response.body.strip()):
        return True
    media = response.header("content-type")
    foreign = bool(media) and not is_json(media)
    return foreign and isinstance(detail, Mismatch) and detail.root in (MEDIA_TYPE_ROOT, "$")


def _document(response: Response) -> Document | None:
    try:
        return read_json(response.body)
    except JsonError:
        return None


def _notes(case: Case, asked: _Asked) -> Iterator[str]:
    contract = case.contract
    if redirect := _redirect(case):
        yield redirect
    if contract:
        yield from asked(partial(contracts.tied_rules, contract))
    if case.translations and (note := translations.precision_note(case.raw)):
        yield note
    yield from asked.notes
    document = _document(case.stored)  # a key may hold a secret
    names = document.duplicates if document else ()
    for name in names[:_TOLD_DUPLICATES]:
        yield f"key '{printable(name)}' stands twice in one object of the body; the last one counts"
    if len(names) > _TOLD_DUPLICATES:
        yield f"{len(names) - _TOLD_DUPLICATES} more keys stand twice"


def _redirect(case: Case) -> str:
    """Where a response sends us that is a redirect and was none before; without its query, which may hold a token."""
    status, location = case.raw.status, case.stored.header("location")
    if not 300 <= status < 400 or not location or (case.baseline and case.baseline.status == status):
        return ""
    place = _LINK.match(location)
    host, path = (place["host"] or "", place["path"]) if place else ("", "")
    where = printable(path or "/", 200) + (f" of {printable(host, 100)}" if host else "")
    return f"status {status} is a redirect to {where}; it is not followed"

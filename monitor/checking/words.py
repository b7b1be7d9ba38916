"""Findings in words that a person can act on: those of one root together, the worst first.

1. First what was expected and what is there now, in the contract's words where the contract forbids it, else in the
   change's own; then the new name; then what the contract misses below; then what became of outputs, what that means
   to flows, and what we assumed; then why we think so, and what mends it.
2. Nothing is said twice: members of a list that fail alike are told once, and so is what change and mismatch share.
3. Of roots that are as bad as each other, one that fails a whole action comes first: the others refer to it.
4. What is accepted comes last; that it is, and by whom, comes before what it is.
5. Names of keys and media types are the vendor's: they are escaped and cut. Values never come here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.checking.failing import also_read, fails_whole, failures
from monitor.checking.written import rewritten
from monitor.jsonpaths import parse_path
from monitor.model import (
    DEFAULT,
    FAILURE_PATH,
    HEADER_ROOT,
    THE_DEFAULT,
    Change,
    ChangeKind,
    Finding,
    Loss,
    Mismatch,
    Told,
)
from monitor.printable import printable

_MOST: Final = 5  # mismatches told of one root; what is past them is counted
_MOST_OUTPUTS: Final = 20
_BLANK: Final = frozenset({"missing", "null", "empty"})  # states of a Loss
_PHRASE: Final = 600  # characters of a phrase that another module made (it may hold a long path)
_INDEX: Final = re.compile(r"\[\d+\]")


def told(findings: Sequence[Finding]) -> tuple[Told, ...]:
    """The findings by root, worst first, each root's in a few lines."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.root, []).append(finding)
    translations = {finding.detail.translation for finding in findings if isinstance(finding.detail, Loss)}
    failed = failures(findings)
    failing = {one.root for one in failed}
    found = [
        _told(root, group, also_read(root, group, failed), name_translation=len(translations) > 1)
        for root, group in groups.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.accepted, one.severity.rank, one.root not in failing, one.root)))


def _told(root: str, group: Sequence[Finding], also: Iterable[str], *, name_translation: bool) -> Told:
    changes = sorted((f.detail for f in group if isinstance(f.detail, Change)), key=lambda change: change.kind)
    mismatches = [f.detail for f in group if isinstance(f.detail, Mismatch)]
    losses = [f.detail for f in group if isinstance(f.detail, Loss)]
    alarming = [f for f in group if not f.accepted]
    lines = (
        *dict.fromkeys(_accepted(f, alarming) for f in group if f.accepted),
        *_facts(root, changes, mismatches),
        *_outputs(losses, name_translation=name_translation),
        *also,
        *dict.fromkeys(sentence for finding in group for sentence in finding.impact),
        *dict.fromkeys(printable(loss.assumed, _PHRASE) for loss in losses if loss.assumed),
        *(() if changes or mismatches else (*_made_from(losses), *_as_written(losses))),
        *(f"probably renamed: {change.evidence}" for change in changes if change.evidence),
        *_mending(changes, losses),
    )
    severity = min((f.severity for f in alarming or group), key=lambda s: s.rank)
    return Told(root, severity, lines, accepted=not alarming)


def _accepted(finding: Finding, alarming: Sequence[Finding]) -> str:
    return f"in part {finding.accepted}" if alarming else finding.accepted


# -- what was expected, what is there ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Facts:
    """``extra`` stands after the two; either of the two may be empty."""

    expected: str = ""
    actual: str = ""
    extra: str = ""

    def lines(self) -> Iterator[str]:
        if self.expected:
            yield f"Expected: {self.expected}"
        if self.actual:
            yield f"Actual: {self.actual}"
        if self.extra:
            yield self.extra


def _facts(root: str, changes: Sequence[Change], mismatches: Sequence[Mismatch]) -> Iterator[str]:
    here = _unlike(mismatch for mismatch in mismatches if _is_about(mismatch, root))
    further = _unlike(mismatch for mismatch in mismatches if not _is_about(mismatch, root))
    renamed = [change for change in changes if change.kind is ChangeKind.RENAMED]  # tells the rest by its types
    own = [_OF_KIND[change.kind](change) for change in renamed or changes]
    if here:  # the contract has said what was expected
        own = [_Facts(extra=facts.extra) for facts in own]
    elif not own:
        here, further = further, []
    for facts in (*here[:_MOST], *own):
        yield from facts.lines()
    yield from _rest(len(here), _MOST, "mismatch", " here")
    shown = _MOST if root.startswith("$") else 0  # what an error's body lacks is no news
    yield from (f"The contract expects {facts.expected}" for facts in further[:shown])
    yield from _rest(len(further), shown, "mismatch", " because of it")


def _is_about(mismatch: Mismatch, root: str) -> bool:
    """Whether it is about ``root`` itself, not only rooted there: phrases about paths name theirs at the end."""
    if root.startswith("$"):
        return _INDEX.sub("[*]", mismatch.expected).endswith(f" at {root}")
    return mismatch.place == root.partition(":")[0]


def _unlike(mismatches: Iterable[Mismatch]) -> list[_Facts]:
    """The mismatches as facts, those that differ only in the member of a list as one."""
    found: dict[_Facts, _Facts] = {}
    for mismatch in mismatches:
        facts = _Facts(printable(mismatch.expected, _PHRASE), printable(mismatch.actual, _PHRASE))
        alike = _Facts(_INDEX.sub("[*]", facts.expected), _INDEX.sub("[*]", facts.actual))
        found[alike] = alike if alike in found else facts
    return list(found.values())


def _rest(count: int, shown: int, noun: str, tail: str = "") -> Iterator[str]:
    more = count - shown
    if more > 0:
        plural = "" if more == 1 else "es" if noun.endswith("ch") else "s"
        yield f"and {more} more {noun}{plural}{tail}"


# -- changes ----------------------------------------------------------------------------------------------


def _name(root: str) -> str:
    """What stands at ``root``, as a sentence names it: ``tags``, ``tags[*]``, ``the body``."""
    path = parse_path(root)
    arrays = next((count for count, step in enumerate(reversed(path)) if isinstance(step, str)), len(path))
    owner = path[: len(path) - arrays]
    return (printable(str(owner[-1])) if owner else "the body") + "[*]" * arrays


def _typed(types: str, children: int) -> str:
    keys = f", {children} key{'s' if children > 1 else ''} below it" if children else ""
    return f"({types}{keys})"


def _a(types: str) -> str:
    """``Integer or Null`` as ``an Integer or Null``."""
    return types if types == "Null" else f"{'an' if types[:1] in 'AIO' else 'a'} {types}"


def _removed(change: Change) -> _Facts:
    if change.root == "$":
        return _Facts(f"a body {_typed(change.before, change.children)}", "The body is empty")
    name = _name(change.root)
    expected = f"{name} {_typed(change.before, change.children)} at {change.root}"
    return _Facts(expected, f"Key '{name}' not found in response body")


def _renamed(change: Change) -> _Facts:
    facts = _removed(change)
    types = f" ({change.after})" if change.after != change.before else ""
    return _Facts(facts.expected, facts.actual, f"New key '{_name(change.to)}'{types} found at {change.to}")


def _added(change: Change) -> _Facts:
    types = _typed(change.after, change.children)
    if change.root == "$":
        return _Facts(extra=f"New body {types} where there was none")
    return _Facts(extra=f"New key '{_name(change.root)}' {types} found at {change.root}")


def _retyped(change: Change) -> _Facts:
    name = _name(change.root)
    return _Facts(f"{name} ({change.before}) at {change.root}", f"{name} is {_a(change.after)}")


def _emptied(change: Change) -> _Facts:
    name = _name(change.root)
    return _Facts(f"members in {name} (Array) at {change.root}", f"{name} is empty, so nothing below it was compared")


def _not_null(change: Change) -> _Facts:
    return _Facts(extra=f"{_name(change.root)} at {change.root} was always Null and is {_a(change.after)} now")


def _status(change: Change) -> _Facts:
    return _Facts(f"status {printable(change.before)}", f"status {printable(change.after)}")


def _media_type(change: Change) -> _Facts:
    return _Facts(f"media type {printable(change.before)}", f"media type {printable(change.after)}")


def _header_added(change: Change) -> _Facts:
    return _Facts(extra=f"New header '{_header(change)}' found")


def _header_removed(change: Change) -> _Facts:
    return _Facts(f"header '{_header(change)}'", f"Header '{_header(change)}' not found in response")


def _header(change: Change) -> str:
    return printable(change.root.removeprefix(HEADER_ROOT))


_OF_KIND: Final[Mapping[ChangeKind, Callable[[Change], _Facts]]] = {
    ChangeKind.REMOVED: _removed,
    ChangeKind.ADDED: _added,
    ChangeKind.RENAMED: _renamed,
    ChangeKind.RETYPED: _retyped,
    ChangeKind.NULLABLE: _retyped,
    ChangeKind.NOT_NULL: _not_null,
    ChangeKind.EMPTIED: _emptied,
    ChangeKind.STATUS: _status,
    ChangeKind.MEDIA_TYPE: _media_type,
    ChangeKind.HEADER_ADDED: _header_added,
    ChangeKind.HEADER_REMOVED: _header_removed,
}


# -- losses -----------------------------------------------------------------------------------------------


def _outputs(losses: Sequence[Loss], *, name_translation: bool) -> Iterator[str]:
    together = [*_failures(losses)]
    alone = [loss for loss in losses if all(loss not in failed for failed in together)]
    lines = dict.fromkeys(_loss(loss, name_translation=name_translation) for loss in alone)
    yield from (_failure(failed) for failed in together)
    yield from list(lines)[:_MOST_OUTPUTS]
    yield from _rest(len(lines), _MOST_OUTPUTS, "output")
    yield from _silence(losses)


def _failures(losses: Sequence[Loss]) -> Iterator[list[Loss]]:
    """The outputs that one failure of a translation took, where it took several."""
    failures: dict[tuple[str, str], list[Loss]] = {}
    for loss in losses:
        if loss.after == "error":
            failures.setdefault((loss.translation, loss.detail), []).append(loss)
    return (failed for failed in failures.values() if len(failed) > 1)


def _failure(failed: Sequence[Loss]) -> str:
    outputs = list(dict.fromkeys(printable(loss.output) for loss in failed))
    more = f" and {len(outputs) - _MOST} more" if len(outputs) > _MOST else ""
    fails = "takes its failure path" if failed[0].detail.startswith(FAILURE_PATH) else "fails"
    name = printable(failed[0].translation)
    return f"{name} {fails}{_detail(failed[0])}: outputs {', '.join(outputs[:_MOST])}{more} are lost"


def _detail(loss: Loss) -> str:
    text = loss.detail.removeprefix(FAILURE_PATH)
    return f" ({printable(text, _PHRASE)})" if text else ""


def _silence(losses: Sequence[Loss]) -> Iterator[str]:
    """What nobody is told by the platform."""
    gets = sorted({_gets(loss) for loss in losses if loss.silent}, reverse=True)
    if gets:
        yield f"silent: Genesys will report success; the flow gets {' or '.join(gets)}"


def _gets(loss: Loss) -> str:
    if loss.after == DEFAULT:
        return "the default"
    return "a blank" if loss.after in _BLANK else "another type"


def _loss(loss: Loss, *, name_translation: bool) -> str:
    of = f" of {printable(loss.translation)}" if name_translation else ""
    detail = _detail(loss)
    after = printable(loss.after)
    if loss.after == DEFAULT and loss.detail.startswith(THE_DEFAULT):
        after, detail = printable(loss.detail, _PHRASE), ""
    elif loss.detail.startswith(FAILURE_PATH):
        after = FAILURE_PATH.strip(": ")
    turn = " -> ".join(filter(None, (printable(loss.before), after)))
    return f"output {printable(loss.output)}{of}: {turn}{detail}"


def _mending(changes: Sequence[Change], losses: Sequence[Loss]) -> Iterator[str]:
    """What to do where an action reads what has another name now: it is changed in Genesys Cloud, by hand."""
    if not any(loss.silent or loss.detail.startswith(FAILURE_PATH) for loss in losses):
        return
    for change in changes:
        if not change.to:
            continue
        entries = [(loss.translation, line) for loss in losses for line in _entries(loss, change)]
        lines = list(dict.fromkeys(line for _, line in entries))
        yield from lines[:_MOST]
        yield from _rest(len(lines), _MOST, "path", " of the same")
        by_entry = {translation for translation, _ in entries}
        names = list(dict.fromkeys(printable(loss.translation) for loss in losses if loss.translation not in by_entry))
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        if names:
            where = f"{' and '.join(names[:_MOST])}{more}"
            yield f"to mend it: read {change.to} instead of {change.root} in {where}"


def _entries(loss: Loss, change: Change) -> Iterator[str]:
    """The translation's own paths as they are to be from now on."""
    for where, text in loss.written:
        if new := rewritten(text, change.root, change.to):
            place, old = printable(where, _PHRASE), printable(text, _PHRASE)
            yield f'to mend it: in "{printable(loss.translation)}" {place}: {new} instead of {old}'


def _made_from(losses: Sequence[Loss]) -> Iterator[str]:
    """For losses without a cause that we know: where a person may look."""
    paths = list(dict.fromkeys(path for loss in losses for path in loss.reads))
    if paths:
        more = f" and {len(paths) - _MOST} more" if len(paths) > _MOST else ""
        yield f"made from {', '.join(paths[:_MOST])}{more}"


def _as_written(losses: Sequence[Loss]) -> Iterator[str]:
    """For an action that fails and never was seen to work (no state before): it may be its own fault."""
    for name in dict.fromkeys(loss.translation for loss in losses if fails_whole(loss) and not loss.before):
        test = f'monitor test-action "{printable(name)}" --recording RECORDING'
        yield f"there is no baseline to compare with, so it may fail as it is written: see each step with {test}"

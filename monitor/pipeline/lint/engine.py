"""What Pact's engine says of a contract, asked in judging processes.

1. Every matcher that the engine may be unable to apply is asked about once, many at a time. Where a question is not
   answered at all, one of its matchers is to blame: it is asked again by halves.
2. Every contract judges its own example. What it forbids there it forbids the vendor too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Final

from monitor.contracts.lint import Remark, Subject
from monitor.contracts.lint.asking import Doubt, doubts, malformed, own_example, question, unable
from monitor.contracts.lint.fixes import pasteable, quoted
from monitor.contracts.lint.subjects import ABSENT
from monitor.contracts.lint.written import BODY, HEADER, NO_CATEGORY
from monitor.errors import JsonError
from monitor.jsonpaths import ANY, Json, Path, Step, parse_path
from monitor.model import HEADER_ROOT, STATUS_ROOT, Interaction, Judgement, Limits, Mismatch, Outcome, Result, Vendor
from monitor.pact_engine.rules import Star, fragment
from monitor.pipeline.tools import Judges, Tools

_BATCH: Final = 200
_QUICK: Final = 10.0  # seconds for a question: each of its matchers meets one letter
_REFUSED: Final = "Pact's engine refuses"


# -- matchers ---------------------------------------------------------------------------------------------


def _unable(judges: Judges, limits: Limits, definitions: Sequence[Mapping[str, Json]]) -> Iterator[int]:
    """The numbers of those of ``definitions`` that the engine cannot apply."""
    if not definitions:
        return
    judged = judges.submit(question(definitions), limits).result()
    if judged.outcome is not Outcome.NOT_JUDGED:
        yield from unable(judged.notes)
    elif len(definitions) == 1:
        yield 0
    else:
        half = len(definitions) // 2
        yield from _unable(judges, limits, definitions[:half])
        yield from (half + number for number in _unable(judges, limits, definitions[half:]))


def _doubtful(judges: Judges, limits: Limits, found: Iterable[Doubt]) -> Iterator[Doubt]:
    """Those of ``found`` that the engine cannot apply."""
    alike: dict[str, list[Doubt]] = {}
    for doubt in found:
        alike.setdefault(pasteable(doubt.definition), []).append(doubt)
    questions = list(alike.values())
    for start in range(0, len(questions), _BATCH):
        batch = questions[start : start + _BATCH]
        for number in _unable(judges, limits, [same[0].definition for same in batch]):
            yield from batch[number]


def _remark(doubt: Doubt) -> Remark:
    if doubt.is_regex:
        at = (*doubt.matcher.at, "regex")
        what = f"Pact's engine (Oniguruma) cannot compile the regular expression {quoted(doubt.regex)}"
        fix = 'correct it, or match the type alone: {"match": "type"}'
        return doubt.subject.remark("bad-regex", at, what, fix)
    what = f"Pact's engine does not know the matcher {quoted(doubt.name)}"
    fix = f'write "match": "{doubt.near}"' if doubt.near else 'write for instance "match": "type"'
    return doubt.subject.remark("unknown-matcher", (*doubt.matcher.at, "match"), what, fix)


# -- examples ---------------------------------------------------------------------------------------------


def _unreadable_rules(subject: Subject) -> Iterator[tuple[Path, str, str]]:
    """Where the rules hold what the engine may be unable to read; what is wrong there, and the fix."""
    for rule in subject.rules:
        for matcher in rule.nested():
            if why := malformed(matcher):
                yield matcher.at, why, "correct the matcher"
        if rule.fault == NO_CATEGORY:
            yield rule.at, rule.fault, f'write it as {{"$.key": {{"matchers": [{pasteable({"match": "type"})}]}}}}'
        if rule.category == BODY and rule.path and rule.tokens is None:
            yield rule.at, "the rule's path cannot be read", "write it as $.key, $.list[*].key or $['odd key']"


def _refused(subject: Subject, judged: Judgement) -> Iterator[Remark]:
    places = tuple(_unreadable_rules(subject)) if _REFUSED in judged.reason else ()
    for at, why, fix in places:
        yield subject.remark("engine-refuses", at, f"{why}: {judged.reason}", fix)
    if not places:
        bounded = "judge_timeout" in judged.reason
        fix = "make the example smaller, or raise the limits" if bounded else "correct the response or its rules"
        yield subject.remark("engine-refuses", ("response",), judged.reason, fix)


def _stepped(value: Json, step: Step) -> tuple[str | int, Json] | None:
    """One step into the example; the first member stands for all, and for keys that are data."""
    if isinstance(value, dict) and value:
        key = next(iter(value)) if step is ANY else step
        return (key, value[key]) if isinstance(key, str) and key in value else None
    if isinstance(value, list) and value:
        index = step if isinstance(step, int) else 0
        return (index, value[index]) if index < len(value) else None
    return None


def _concrete(subject: Subject, root: str) -> Path:
    """Where the example has what a mismatch names, or the nearest above."""
    value = None if subject.body is ABSENT else subject.body
    at: list[str | int] = []
    for step in parse_path(root):
        found = _stepped(value, step)
        if found is None:
            break
        at.append(found[0])
        value = found[1]
    return (*subject.body_at, *at)


def _place(subject: Subject, mismatch: Mismatch) -> Path:
    if mismatch.root == STATUS_ROOT:
        return ("response", "status")
    if mismatch.root.startswith(HEADER_ROOT):
        folded = mismatch.root.removeprefix(HEADER_ROOT)
        name = next((name for name, _ in subject.headers if name.lower() == folded), folded)
        return ("response", "headers", name)
    try:
        return _concrete(subject, mismatch.root)
    except JsonError:
        return subject.body_at


def _explains(doubt: Doubt, mismatch: Mismatch) -> bool:
    """Whether a matcher that cannot be applied is why the example does not match."""
    root, rule = mismatch.root, doubt.rule
    if root.startswith(HEADER_ROOT):
        return rule.category == HEADER and rule.path.lower() == root.removeprefix(HEADER_ROOT)
    if not root.startswith("$"):
        return root == rule.category
    if rule.category != BODY:
        return False
    parts = tuple(Star.INDEX.value if step is ANY else fragment(str(step)) for step in parse_path(root))
    return rule.rule.weight(parts) is not None


def _broken(subject: Subject, judged: Judgement, doubtful: Sequence[Doubt]) -> Iterator[Remark]:
    if judged.outcome is Outcome.NOT_JUDGED:
        if not doubtful:
            yield from _refused(subject, judged)
    elif judged.outcome is Outcome.UNREADABLE:
        yield subject.remark("example-breaks-rule", subject.body_at, f"its own example: {judged.reason}", "correct it")
    for finding in judged.findings:
        detail = finding.detail
        if isinstance(detail, Mismatch) and not any(_explains(doubt, detail) for doubt in doubtful):
            what = f"the contract forbids its own example: expected {detail.expected}; the example: {detail.actual}"
            fix = "change the example, or the rule"
            if " matching '" in detail.expected:
                fix = f"{fix} (a regular expression must match the whole value)"
            yield subject.remark("example-breaks-rule", _place(subject, detail), what, fix)


# -- both -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Looked:
    """An interaction that the engine is asked about."""

    vendor: Vendor
    subject: Subject
    interaction: Interaction

    @property
    def key(self) -> tuple[str, str, str]:
        return self.vendor.name, self.subject.file, self.subject.pointer


def _key(doubt: Doubt) -> tuple[str, str, str]:
    return doubt.subject.vendor, doubt.subject.file, doubt.subject.pointer


def _judged(judges: Judges, looked: Iterable[Looked]) -> Iterator[tuple[Looked, Future[Judgement]]]:
    for one in looked:
        if one.interaction.contract is not None:
            case = own_example(one.subject, one.interaction.contract)
            yield one, judges.submit(case, one.vendor.limits)


def asked(tools: Tools, looked: Sequence[Looked]) -> Iterator[Remark]:
    """What the engine has against the contracts."""
    if all(one.interaction.contract is None for one in looked):
        return
    tools.listener.planned(sum(one.interaction.contract is not None for one in looked))
    with tools.judges(len(looked)) as judges:
        limits = looked[0].vendor.limits
        quick = replace(limits, judge_timeout=min(limits.judge_timeout, _QUICK))
        doubtful: dict[tuple[str, str, str], list[Doubt]] = {}
        for doubt in _doubtful(judges, quick, (doubt for one in looked for doubt in doubts(one.subject))):
            doubtful.setdefault(_key(doubt), []).append(doubt)
            yield _remark(doubt)
        for one, future in list(_judged(judges, looked)):
            judged, interaction = future.result(), one.interaction
            yield from _broken(one.subject, judged, doubtful.get(one.key, ()))
            tools.listener.done(Result(one.vendor.name, interaction.id, interaction.description, judged.outcome))

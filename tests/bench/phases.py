"""Recheck in the benchmark's own process, and where its time goes."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Final, TypeVar

from monitor.checking import contract as contracts
from monitor.checking import translations
from monitor.checking.judge import judge
from monitor.checking.structure import changes
from monitor.checking.words import told
from monitor.model import Case, Contract, Judgement, Limits, RunReport, StoredCase, Translation
from monitor.pipeline.cases import case_of, judge_stored
from monitor.pipeline.planning import plan_jobs
from monitor.pipeline.recheck import recheck
from monitor.pipeline.tools import Judges, Selection, Tools
from monitor.pipeline.verdicts import masked_judgement
from monitor.recordings.har import from_har
from monitor.reports import Options, find
from monitor.wiring import tools_of
from monitor.workers.pool import JudgePool
from tests.bench.measuring import Row, Scale, phase, quickest, timed, worked, working
from tests.bench.projects import BenchProject
from tests.bench.silent import Silent

_T = TypeVar("_T")

SOURCE: Final = '{"id": members[0].customerId, "n": $count(members)}'
TRANSLATION: Final = Translation("t", "jsonata", SOURCE, "t.jsonata")


def tools_with(made: BenchProject, judges: Callable[[], Judges], *, cache: bool = False) -> Tools:
    """The tools of a recheck, with judges of the benchmark's own."""
    tools = tools_of(made.settings(), Silent(), "recheck", cache=cache)

    @contextmanager
    def opened(cases: int) -> Iterator[Judges]:
        yield judges()

    return replace(tools, judges=opened)


def walked(made: BenchProject, tools: Tools) -> RunReport:
    """From files on disk to text; the text is not kept."""
    report = recheck(made.settings(), tools, Selection(), None, every_run=False)
    find("text").render(report, Options(color=False, recordings="recordings"))
    return report


# -- phases -----------------------------------------------------------------------------------------------


class _Noting:
    """Judges that keep what they are given, and answer through ``pool``."""

    def __init__(self, pool: Judges) -> None:
        self._pool = pool
        self.cases: list[StoredCase] = []
        self.answers: list[Future[Judgement]] = []

    def submit(self, case: Case | StoredCase, limits: Limits) -> Future[Judgement]:
        assert isinstance(case, StoredCase)
        self.cases.append(case)
        self.answers.append(self._pool.submit(case, limits))
        return self.answers[-1]


class _Knowing:
    """Judges that know every answer: what is left is the parent's own work."""

    def __init__(self, answers: Sequence[Future[Judgement]]) -> None:
        self._answers = iter(answers)

    def submit(self, case: Case | StoredCase, limits: Limits) -> Future[Judgement]:
        pickle.dumps(case)  # as the pool does
        return next(self._answers)


def _anew(stored: StoredCase, salt: int) -> StoredCase:
    """The same case as no cache within a worker knows it: each is judged once in a recheck."""
    contract = stored.terms.contract
    assert contract is not None
    other = Contract(contract.file, contract.pointer, contract.pact + b" " * salt, f"{contract.digest}{salt}")
    return replace(stored, terms=replace(stored.terms, contract=other))


def _case(stored: StoredCase) -> Case:
    assert stored.baseline is not None
    recording, baseline = from_har(stored.recording, stored.path), from_har(stored.baseline, stored.baseline_path)
    case = case_of(stored.terms, recording, None, baseline)
    assert case is not None
    return case


def _mismatches(case: Case) -> object:
    assert case.contract is not None
    return contracts.mismatches(case.contract, case.raw)


def _changes(case: Case) -> object:
    assert case.baseline is not None
    return changes(case.baseline, case.stored)


def _lost(case: Case) -> object:
    return translations.losses(TRANSLATION, replace(case, translations=(TRANSLATION,)), ())


def _over(items: Sequence[_T], work: Callable[[_T], object]) -> float:
    return worked(lambda: [work(item) for item in items])


def _workers_side(stored: Sequence[StoredCase], scale: Scale, whole: float) -> Iterator[Row]:
    salts = count(1)

    def anew() -> list[StoredCase]:
        salt = next(salts)
        return [_anew(case, salt) for case in stored]

    works = {
        "judging": lambda: _over(anew(), lambda case: judge_stored(case, judge)),
        "reading": lambda: _over(stored, _case),
        "contract": lambda: _over([_case(case) for case in anew()], _mismatches),
        "structure": lambda: _over([_case(case) for case in stored], _changes),
        "translation": lambda: _over([_case(case) for case in stored], _lost),
    }
    taken = quickest(works, scale.runs(2))
    rest = taken["judging"] - taken["reading"] - taken["contract"] - taken["structure"]
    yield phase("the worker's own work, alone", taken["judging"], whole)
    yield phase("- reading HAR: recording and baseline", taken["reading"], whole)
    yield phase("- contract: the official engine, mismatches in words", taken["contract"], whole)
    yield phase("- structure", taken["structure"], whole)
    yield phase("- what is read, tied rules, severity", max(0.0, rest), whole)
    yield phase("- (not in it: a JSONata translation, where there is one)", taken["translation"], whole)


def _parents_side(made: BenchProject, noting: _Noting, scale: Scale, whole: float) -> Iterator[Row]:
    def knowing() -> Tools:
        return tools_with(made, lambda: _Knowing(noting.answers))

    answers = [answer.result() for answer in noting.answers]
    tools, report = knowing(), walked(made, knowing())
    works = {
        "parent": working(lambda: walked(made, knowing())),
        "planning": working(lambda: plan_jobs(made.settings(), Selection())),
        "handing": lambda: _over(noting.cases, pickle.dumps),
        "words": lambda: _over(answers, lambda answer: told(masked_judgement(answer, tools.masker).findings)),
        "rendering": working(lambda: find("text").render(report, Options(color=False, recordings="recordings"))),
    }
    taken = quickest(works, scale.runs(2))
    rest = 2 * taken["parent"] - sum(taken.values())
    yield phase("the parent's own work, alone", taken["parent"], whole)
    yield phase("- settings, contracts, plan", taken["planning"], whole)
    yield phase("- reading files, building cases", max(0.0, rest), whole)
    yield phase("- handing cases over", taken["handing"], whole)
    yield phase("- masking, words", taken["words"], whole)
    yield phase("- rendering", taken["rendering"], whole)


def phases(made: BenchProject, scale: Scale, whole: float) -> Iterator[Row]:
    """Where the time of a recheck goes that takes ``whole`` seconds with one worker. Both sides work at once."""

    def start() -> None:
        with JudgePool(1) as pool:
            pool.submit(noting.cases[0], Limits()).result()

    with JudgePool(1) as pool:
        noting = _Noting(pool)
        walked(made, tools_with(made, lambda: noting))
    yield phase("starting the worker, one case", quickest({"start": timed(start)}, scale.runs(3))["start"], whole)
    yield from _workers_side(noting.cases, scale, whole)
    yield from _parents_side(made, noting, scale, whole)

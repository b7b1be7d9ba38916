"""The worker's side: a loop that judges one case at a time."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import pickle
import signal
import sys
import traceback
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from monitor.errors import MonitorError
from monitor.model import Case, Judgement, Outcome, StoredCase
from monitor.pipeline.cases import judge_stored
from monitor.pipeline.keys import is_repeatable, key_of
from monitor.workers.frames import READY, SHOW_ERRORS, Task, receive, send

_PR_SET_PDEATHSIG: Final = 1
_SELDOM: Final = (20_000, 20, 20)  # large documents make many objects and no cycles: a third of the time was gc
_FEW: Final = 50  # findings of a verdict that is kept
_REMEMBERED: Final = 500  # verdicts that a worker keeps
ALARM_GRACE: Final = 5  # seconds past the deadline after which an orphaned worker ends itself


def _bound_memory(limit: int) -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - absent on Windows

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    except (ValueError, OSError):  # macOS refuses limits below what is mapped already
        return


def _die_with_parent() -> None:
    """On Linux the kernel ends us at once when our parent is killed; elsewhere the alarm does, or the end of input."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _set_alarm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


class _Remembering:
    """Judges each response once: an answer that did not change between runs has one verdict."""

    def __init__(self, judge: Callable[[Case], Judgement]) -> None:
        self._judge = judge
        self._known: OrderedDict[bytes, Judgement] = OrderedDict()

    def __call__(self, case: Case) -> Judgement:
        if not is_repeatable(case):
            return self._judge(case)
        key = key_of(case)
        found = self._known.pop(key, None) or self._judge(case)
        if found.outcome.judged and len(found.findings) <= _FEW:
            self._known[key] = found
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found


def _judged(judge: Callable[[Case], Judgement], case: Case | StoredCase) -> Judgement:
    try:
        return judge(case) if isinstance(case, Case) else judge_stored(case, judge)
    except MonitorError as error:
        return Judgement(Outcome.NOT_JUDGED, reason=str(error))
    except MemoryError:
        return Judgement(Outcome.NOT_JUDGED, reason="judging it took more memory than judge_memory allows")
    except RecursionError:
        return Judgement(Outcome.NOT_JUDGED, reason="judging it recursed without end")
    except Exception as error:  # noqa: BLE001 - a bug of ours costs this case, and is told without the error's text
        if os.environ.get(SHOW_ERRORS) == "1":
            traceback.print_exception(error)
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119 - a name only
        return Judgement(Outcome.NOT_JUDGED, reason=f"internal error while judging: {type(error).__name__} at {place}")


def _written(judgement: Judgement) -> bytes:
    # by hand: pydantic, which reads it, takes a third of the worker's start to load
    return json.dumps(asdict(judgement)).encode("ascii")


def serve() -> None:
    """The worker's loop. Standard output is kept for answers; whatever an engine prints goes nowhere."""
    from monitor.checking.judge import judge  # noqa: PLC0415 - the parent never needs the engines

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _die_with_parent()
    remembering = _Remembering(judge)
    send(answers, READY)
    gc.set_threshold(*_SELDOM)
    while (frame := receive(sys.stdin.buffer, sys.maxsize)) is not None:
        task: Task = pickle.loads(frame)  # noqa: S301 - from our own parent
        del frame  # as large as the bodies in it
        _bound_memory(task.memory)
        _set_alarm(task.deadline + ALARM_GRACE)
        answer = _written(_judged(remembering if task.remember else judge, task.case))
        _set_alarm(0)
        send(answers, answer)

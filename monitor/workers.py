"""The pure judge in killable worker processes.

1. A worker is a fresh interpreter with an empty environment, so no secret of ours is in its reach. It takes one
   case at a time as bytes on its standard input and answers with a Judgement as JSON (never a pickle: what a
   worker says after it met hostile data is data, not code).
2. A case has a deadline that starts when a warm worker has it; start-up does not count. A worker that is late,
   too big or dead costs its own case (not_judged, with the reason) and is replaced.
3. A worker whose parent was killed ends by itself: at end of input, or by its own alarm.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Final, Self

from pydantic import TypeAdapter, ValidationError

from monitor.errors import MonitorError, NotJudgedError
from monitor.model import Case, Judgement, Outcome

_LENGTH: Final = struct.Struct(">Q")
_READY: Final = b"ready"
STARTUP_SECONDS: Final = 120.0
ALARM_GRACE: Final = 5  # seconds past the deadline after which an orphaned worker ends itself
_KEPT_ENVIRONMENT: Final = ("SYSTEMROOT",)  # Windows cannot start Python without it
_judgements: Final = TypeAdapter(Judgement)


@dataclass(frozen=True, slots=True)
class Task:
    """A case and the seconds it may take."""

    case: Case
    deadline: float


def _send(stream: IO[bytes], payload: bytes) -> None:
    stream.write(_LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    """The next frame, or None at the end of input."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    payload = stream.read(length)
    return payload if len(payload) == length else None


# -- the worker's side ------------------------------------------------------------------------------------


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


def _set_alarm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _judged(judge: Callable[[Case], Judgement], case: Case) -> Judgement:
    try:
        return judge(case)
    except MonitorError as error:
        return Judgement(Outcome.NOT_JUDGED, reason=str(error))
    except MemoryError:
        return Judgement(Outcome.NOT_JUDGED, reason="judging it took more memory than judge_memory allows")
    except RecursionError:
        return Judgement(Outcome.NOT_JUDGED, reason="judging it recursed without end")


def serve(memory: int) -> None:
    """The worker's loop. Standard output is kept for answers; whatever an engine prints goes nowhere."""
    from monitor.checking.judge import judge  # noqa: PLC0415 - the parent never needs the engines

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _bound_memory(memory)
    _send(answers, _READY)
    while (frame := _receive(sys.stdin.buffer)) is not None:
        task: Task = pickle.loads(frame)  # noqa: S301 - from our own parent
        _set_alarm(task.deadline + ALARM_GRACE)
        answer = _judgements.dump_json(_judged(judge, task.case))
        _set_alarm(0)
        _send(answers, answer)


# -- the parent's side ------------------------------------------------------------------------------------


class _Worker:
    """One process. Started at once, waited for only when it is first used."""

    def __init__(self, memory: int) -> None:
        self._ready = False
        self._late = False
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", f"from monitor.workers import serve; serve({memory:d})"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, "PACT_DO_NOT_TRACK": "true"},
        )
        assert self._process.stdin is not None  # noqa: S101 - opened with PIPE
        assert self._process.stdout is not None  # noqa: S101 - opened with PIPE
        self._tasks, self._answers = self._process.stdin, self._process.stdout

    def _answer(self, seconds: float) -> bytes | None:
        timer = threading.Timer(seconds, self._kill_late)
        timer.daemon = True
        timer.start()
        try:
            return _receive(self._answers)
        finally:
            timer.cancel()

    def _kill_late(self) -> None:
        self._late = True
        self._process.kill()

    def _wait_until_ready(self) -> None:
        if not self._ready and self._answer(STARTUP_SECONDS) != _READY:
            raise NotJudgedError("the judging process did not start", fix="run: monitor config check, then report it")
        self._ready = True

    def judge(self, frame: bytes, deadline: float) -> Judgement:
        """Raises NotJudgedError where no judgement came; the worker is then of no more use."""
        try:
            self._wait_until_ready()
            _send(self._tasks, frame)
            answer = self._answer(deadline)
        except OSError:
            answer = None
        if answer is None:
            raise NotJudgedError(self._why_dead(deadline), fix="see judge_timeout and judge_memory under limits")
        try:
            return _judgements.validate_json(answer)
        except ValidationError:
            raise NotJudgedError("the judging process answered what is no judgement") from None

    def _why_dead(self, deadline: float) -> str:
        if self._late:
            return f"judging it took longer than {deadline:g} s"
        self._process.kill()
        code = self._process.wait()
        return f"the judging process died ({signal.Signals(-code).name if code < 0 else f'exit {code}'})"

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._tasks, self._answers):
            with contextlib.suppress(OSError):  # a dead reader leaves bytes unflushed
                stream.close()


class JudgePool:
    """``size`` warm workers of at most ``memory`` bytes each.

    ``submit`` blocks once every worker has a further case waiting, so that memory stays flat.
    """

    def __init__(self, size: int, memory: int) -> None:
        self._memory = memory
        self._closing = False
        self._room = threading.BoundedSemaphore(2 * size)
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="judge")
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._busy: set[_Worker] = set()
        for _ in range(size):
            self._idle.put(_Worker(memory))

    def submit(self, case: Case, deadline: float) -> Future[Judgement]:
        """The judgement to come: always a value, not_judged with the reason where the worker failed."""
        self._room.acquire()
        future = self._threads.submit(self._run, pickle.dumps(Task(case, deadline)), deadline)
        future.add_done_callback(lambda _: self._room.release())
        return future

    def _run(self, frame: bytes, deadline: float) -> Judgement:
        worker = self._idle.get()
        self._busy.add(worker)
        try:
            judgement = worker.judge(frame, deadline)
        except NotJudgedError as error:
            worker.close()
            worker = worker if self._closing else self._replace(worker)
            judgement = Judgement(Outcome.NOT_JUDGED, reason=str(error))
        self._busy.discard(worker)
        self._idle.put(worker)
        return judgement

    def _replace(self, dead: _Worker) -> _Worker:
        self._busy.discard(dead)
        return _Worker(self._memory)

    def close(self, *, at_once: bool = False) -> None:
        """Waits for the cases in hand, or with ``at_once`` kills them."""
        self._closing = True
        if at_once:
            for worker in tuple(self._busy):
                worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        while not self._idle.empty():
            self._idle.get().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close(at_once=error is not None)

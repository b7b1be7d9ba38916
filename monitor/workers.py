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
import ctypes
import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Final, Self

from pydantic import TypeAdapter, ValidationError

from monitor.errors import MonitorError, NotJudgedError
from monitor.model import Case, Judgement, Limits, Outcome

_LENGTH: Final = struct.Struct(">Q")
_READY: Final = b"ready"
STARTUP_SECONDS: Final = 120.0
DYING_SECONDS: Final = 5.0  # from the end of its output to the end of the process
ALARM_GRACE: Final = 5  # seconds past the deadline after which an orphaned worker ends itself
_PR_SET_PDEATHSIG: Final = 1
PIECE: Final = 1 << 20  # bytes read at once
MAX_ANSWER: Final = 256_000_000  # bytes of one judgement
_SHOW_ERRORS: Final = "MONITOR_TRACEBACK"  # what a worker says on standard error is shown, not dropped
_KEPT_ENVIRONMENT: Final = ("SYSTEMROOT", _SHOW_ERRORS)  # Windows cannot start Python without the first
# the very modules of the parent, wherever they come from; nothing else of its environment
_BOOT: Final = "import sys; sys.path[:] = {path!r}; from monitor.workers import serve; serve()"
_judgements: Final = TypeAdapter(Judgement)


@dataclass(frozen=True, slots=True)
class Task:
    """A case, the seconds it may take, and the bytes of memory a worker may use for it."""

    case: Case
    deadline: float
    memory: int


def _send(stream: IO[bytes], payload: bytes) -> None:
    stream.write(_LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()


def _receive(stream: IO[bytes], limit: int) -> bytes | None:
    """The next frame; None at the end of input, or for a frame longer than ``limit``."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > limit:
        return None
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


def _die_with_parent() -> None:
    """On Linux the kernel ends us at once when our parent is killed; elsewhere the alarm does, or the end of input."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


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
    except Exception as error:  # noqa: BLE001 - a bug of ours costs this case, and is told without the error's text
        if os.environ.get(_SHOW_ERRORS) == "1":
            traceback.print_exception(error)
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119 - a name only
        return Judgement(Outcome.NOT_JUDGED, reason=f"internal error while judging: {type(error).__name__} at {place}")


def serve() -> None:
    """The worker's loop. Standard output is kept for answers; whatever an engine prints goes nowhere."""
    from monitor.checking.judge import judge  # noqa: PLC0415 - the parent never needs the engines

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _die_with_parent()
    _send(answers, _READY)
    while (frame := _receive(sys.stdin.buffer, sys.maxsize)) is not None:
        task: Task = pickle.loads(frame)  # noqa: S301 - from our own parent
        _bound_memory(task.memory)
        _set_alarm(task.deadline + ALARM_GRACE)
        answer = _judgements.dump_json(_judged(judge, task.case))
        _set_alarm(0)
        _send(answers, answer)


# -- the parent's side ------------------------------------------------------------------------------------


class _Worker:
    """One process. Started at once, waited for only when it is first used. ``spent``: it is of no more use."""

    def __init__(self) -> None:
        self._ready = False
        self._late = False
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get(_SHOW_ERRORS) == "1" else subprocess.DEVNULL,
            env={**environment, "PACT_DO_NOT_TRACK": "true"},
        )
        assert self._process.stdin is not None  # noqa: S101 - opened with PIPE
        assert self._process.stdout is not None  # noqa: S101 - opened with PIPE
        self._tasks, self._answers = self._process.stdin, self._process.stdout

    def _answer(self, seconds: float) -> bytes | None:
        if hasattr(select, "poll"):
            return self._polled(seconds)
        timer = threading.Timer(seconds, self._kill_late)  # Windows cannot wait for a pipe with a bound
        timer.daemon = True
        timer.start()
        try:
            return _receive(self._answers, MAX_ANSWER)
        finally:
            timer.cancel()

    def _polled(self, seconds: float) -> bytes | None:
        descriptor, until = self._answers.fileno(), time.monotonic() + seconds
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        frame, size = bytearray(), _LENGTH.size
        while len(frame) < size:
            if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
                self._kill_late()
                return None
            piece = os.read(descriptor, min(size - len(frame), PIECE))
            frame += piece
            if len(frame) == _LENGTH.size:
                size += _LENGTH.unpack(frame)[0]
            if not piece or size > MAX_ANSWER:
                return None
        return bytes(frame[_LENGTH.size :])

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
        try:
            code = self._process.wait(DYING_SECONDS)
        except subprocess.TimeoutExpired:
            return "the judging process answered nothing that can be read"
        names = {sign.value: sign.name for sign in signal.Signals}
        name = names.get(-code, f"exit {code}")
        return f"the judging process died ({name}{': out of memory, most likely' if name == 'SIGABRT' else ''})"

    @property
    def spent(self) -> bool:
        """Its deadline passed just after it had answered: it is dying, through no fault of the next case."""
        return self._late

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._tasks, self._answers):
            with contextlib.suppress(OSError):  # a dead reader leaves bytes unflushed
                stream.close()


class JudgePool:
    """``size`` warm workers. ``submit`` blocks once every worker has a further case waiting, so memory stays flat.

    Used and closed by the thread that makes it: on Linux a worker dies with the thread that started it.
    """

    def __init__(self, size: int) -> None:
        self._closing = False
        self._room = threading.BoundedSemaphore(2 * size)
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="judge")
        self._slots: SimpleQueue[_Worker | None] = SimpleQueue()  # None: a worker is yet to be started
        self._busy: set[_Worker] = set()
        for _ in range(size):
            self._slots.put(self._started())

    @staticmethod
    def _started() -> _Worker | None:
        try:
            return _Worker()
        except OSError:  # no process or descriptor is to be had now: tried again when a case needs it
            return None

    def submit(self, case: Case, limits: Limits) -> Future[Judgement]:
        """The judgement to come: always a value, not_judged with the reason where the worker failed."""
        frame = pickle.dumps(Task(case, limits.judge_timeout, limits.judge_memory))
        self._room.acquire()
        try:
            future = self._threads.submit(self._run, frame, limits.judge_timeout)
        except BaseException:
            self._room.release()
            raise
        future.add_done_callback(lambda _: self._room.release())
        return future

    def _run(self, frame: bytes, deadline: float) -> Judgement:
        worker = self._slots.get()
        try:
            if worker is None:
                worker = _Worker()
            self._busy.add(worker)
            judgement = worker.judge(frame, deadline)
            worker = self._checked(worker)
        except NotJudgedError as error:
            worker = self._checked(worker, failed=True)
            judgement = Judgement(Outcome.NOT_JUDGED, reason=str(error))
        except Exception as error:  # noqa: BLE001 - a slot must come back, and a case must end, whatever happens
            worker = self._checked(worker, failed=True)
            judgement = Judgement(
                Outcome.NOT_JUDGED, reason=f"no judging process is to be had ({type(error).__name__})"
            )
        finally:
            self._slots.put(worker)
        return judgement

    def _checked(self, worker: _Worker | None, *, failed: bool = False) -> _Worker | None:
        """The worker, or None where it is of no more use: it is closed, and a new one started ahead of need."""
        if worker is None:
            return None
        self._busy.discard(worker)
        if not failed and not worker.spent:
            return worker
        worker.close()
        return None if self._closing else self._started()

    def close(self, *, at_once: bool = False) -> None:
        """Waits for the cases in hand, or with ``at_once`` kills them."""
        self._closing = True
        if at_once:
            for worker in tuple(self._busy):
                worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        while not self._slots.empty():
            left = self._slots.get()
            if left is not None:
                left.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close(at_once=error is not None)

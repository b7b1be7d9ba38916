"""What a test holds in its hands: data actions, and what each does when the vendor answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn, TypeAlias
from urllib.parse import parse_qsl, quote

from monitor.contracts.actions.export import DataAction, translation_of
from monitor.contracts.building.files import file_name
from monitor.contracts.building.interactions import Asked, Readings, interaction_of
from monitor.contracts.building.requests import JSON_TYPE, request_of
from monitor.errors import MonitorError, UsageError
from monitor.jsonpaths import Json
from monitor.languages import EvaluationFault, State
from monitor.model import FAILING_STATUS, ProviderState, RequestTemplate, Response
from monitor.pipeline.building.recorded import encoded, readings_of
from monitor.pipeline.trying import Step, Trial, trial
from monitor.printable import printable
from monitor.testing.failing import failed
from monitor.testing.keeping import Kept
from monitor.testing.subjects import Named, Subject, hidden, settings_at, subject_of
from monitor.testing.vendors import Answer, Expected, Scene, play

States: TypeAlias = str | Mapping[str, Mapping[str, Json]] | Iterable[str]
_LONGEST: Final = 600


def _fail(subject: Subject, *lines: str) -> NoReturn:
    __tracebackhide__ = True
    told = (printable(line, _LONGEST) for line in lines)
    raise failed("\n  ".join([f"data action '{printable(subject.action.name, 120)}'", *told])) from None


class Outputs(dict[str, Json]):
    """The outputs as a flow gets them, by their flat names. ``defaults`` took a default; ``missing`` were not set."""

    def __init__(self, found: Trial) -> None:
        outputs = found.outputs or {}
        super().__init__({name: value for name, value in outputs.items() if not isinstance(value, State)})
        self.defaults: frozenset[str] = found.defaults
        self.missing: tuple[str, ...] = tuple(name for name in outputs if name not in self)

    def __missing__(self, name: str) -> NoReturn:
        what = "is not set by this answer" if name in self.missing else "is no output of the action"
        raise KeyError(f"{name} {what}; set are: {', '.join(self) or 'none'}")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why Genesys Cloud takes the action's failure path: the step, and the error code and message it gives."""

    step: str
    code: str
    message: str


@dataclass(slots=True)
class ActionUnderTest:
    """One data action with its inputs, in one state of the vendor."""

    subject: Subject
    states: tuple[ProviderState, ...]
    expected: Expected
    folder: Path
    test: str
    made: list[Kept] = field(default_factory=list)

    def answers(self, body: object, *, status: int = 200, content_type: str = JSON_TYPE, keep: bool = True) -> Outputs:
        """The outputs when the vendor answers ``body`` (JSON, or bytes as they are).

        The test fails where Genesys Cloud would take the failure path, or the request is not the one expected.
        ``keep`` says whether the answer is to stand in the contract.
        """
        __tracebackhide__ = True
        ran = self._run(body, status, content_type)
        if ran.found.fault is not None:
            _fail(self.subject, *_failure_path(ran, ran.found.fault))
        if keep:
            self._keep(ran.response)
        return Outputs(ran.found)

    def fails(self, body: object, *, status: int = 200, content_type: str = JSON_TYPE, keep: bool = True) -> Failure:
        """Why the action takes its failure path when the vendor answers ``body``; the test fails where it does not.

        Only an answer with an error's status is kept: no vendor is to be held to an answer that breaks the action.
        """
        __tracebackhide__ = True
        ran = self._run(body, status, content_type)
        fault = ran.found.fault
        if fault is None:
            _fail(self.subject, "Genesys reports success, not failure", f"outputs: {json.dumps(Outputs(ran.found))}")
        if keep and status >= FAILING_STATUS:
            self._keep(ran.response)
        return Failure(ran.step, fault.code, fault.message)

    def _run(self, body: object, status: int, content_type: str) -> _Ran:
        __tracebackhide__ = True
        subject, request = self.subject, self.subject.prepared.request
        try:
            answer = Answer(status, _bytes(body), content_type)
            scene = Scene(subject.consumer, subject.vendor, subject.action.name, self.states, self.expected, answer)
            met = play(scene, request)
            if met.differences or met.response is None:
                _fail(subject, "its request is not the one that is expected", *met.differences, _sent(request))
            return _ran(subject.action, met.response)
        except MonitorError as error:
            _fail(subject, str(error))

    def _keep(self, response: Response) -> None:
        __tracebackhide__ = True
        subject = self.subject
        try:
            request = request_of(encoded(subject.prepared.request), hidden)
            asked = Asked(subject.action.name, request, self.states, self.test)
            read = readings_of(translation_of(subject.action, "")) if response.status < FAILING_STATUS else Readings(())
            built = interaction_of(asked, response, read)
        except MonitorError as error:
            _fail(subject, str(error))
        path = self.folder / subject.vendor / file_name(subject.domain, subject.consumer, subject.consumers)
        self.made.append(Kept(path, subject.consumer, subject.vendor, built.interaction, response))


@dataclass(frozen=True, slots=True)
class _Ran:
    """An answer taken through the action; ``step`` is where it failed, if it did."""

    found: Trial
    response: Response
    step: str


def _ran(action: DataAction, response: Response) -> _Ran:
    found = trial(action, response.status, response.body)
    return _Ran(found, response, _step(found))


class DataActions:
    """What the fixture ``data_action`` is."""

    def __init__(self, root: Path, folder: Path, test: str) -> None:
        self._root, self._folder, self._test = root, folder, test
        self._made: list[Kept] = []

    @property
    def state_dir(self) -> Path:
        settings = settings_at(self._root)
        return Path(settings.state_dir) if settings else self._root / ".monitor"

    def kept(self) -> tuple[Kept, ...]:
        return tuple(self._made)

    def __call__(  # noqa: PLR0913 - what a test may say of an action
        self,
        file: str | Path,
        *,
        inputs: Mapping[str, Json] | None = None,
        given: States = (),
        domain: str = "",
        vendor: str = "",
        integration: str = "",
        sends: str = "",
        body: object = None,
    ) -> ActionUnderTest:
        """The exported action in ``file`` (from pytest's root folder), called with ``inputs``.

        ``given`` names the state, or states, of the vendor (with parameters: ``{"A customer exists": {"id": 1}}``).
        What monitor.yaml says of the action need not be said: its vendor, domain, integration and inputs. ``sends``
        is the request that the test expects, ``"GET /customers?phone=1555"``, and ``body`` the JSON sent with it.
        """
        __tracebackhide__ = True
        try:
            subject = subject_of(self._root, Named(str(file), vendor, domain, integration, inputs))
            expected = _expected(sends, body, encoded(subject.prepared.request))
        except MonitorError as error:
            raise failed(str(error)) from None
        if subject.prepared.refusal:
            _fail(subject, f"it cannot be called: {subject.prepared.refusal}")
        return ActionUnderTest(subject, _states(given), expected, self._folder, self._test, self._made)


def _states(given: States) -> tuple[ProviderState, ...]:
    if isinstance(given, str):
        return (ProviderState(given),)
    if isinstance(given, Mapping):
        return tuple(ProviderState(name, params) for name, params in given.items())
    return tuple(map(ProviderState, given))


def _expected(sends: str, body: object, request: RequestTemplate) -> Expected:
    """What the test says; else what the action makes of its inputs."""
    if not sends:
        return Expected(request.method, request.path, request.query, body)
    method, _, target = sends.strip().partition(" ")
    path, _, query = target.strip().partition("?")
    if not path.startswith("/"):
        raise UsageError(f"'{printable(sends)}' is no request", fix='write sends="GET /customers/lookup?phone=1555"')
    return Expected(
        method.upper(), quote(path, safe="/%:@!$&'()*+,;=-._~"), tuple(parse_qsl(query, keep_blank_values=True)), body
    )


def _bytes(body: object) -> bytes:
    if isinstance(body, bytes):
        return body
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    except (TypeError, ValueError):
        raise UsageError("what the vendor is to answer is no JSON", fix="give JSON, or bytes") from None


def _sent(request: RequestTemplate) -> str:
    query = "&".join(f"{name}={value}" for name, value in request.query)
    return f"it sends: {request.method} {request.path}{'?' if query else ''}{query}"


def _step(found: Trial) -> str:
    if not isinstance(found.result, State):
        return "the success schema"
    if found.reached is Step.RESPONSE:
        return "the response's status" if found.status >= FAILING_STATUS else "the response's body"
    return "the JSON that the success template makes" if found.rendered else "the success template"


def _failure_path(ran: _Ran, fault: EvaluationFault) -> tuple[str, ...]:
    unset = [f"{one.name} <- {one.path}: {one.origin} ({one.detail})" for one in ran.found.extracted if one.detail]
    return (
        f"Genesys takes the failure path at {ran.step}",
        f"and says {fault.code}: {fault.message}",
        *(f"not found: {line}" for line in unset),
    )

"""test-action: a data action on a body, step by step."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

from monitor.cli.console import ConfigOption, recording_path, write
from monitor.cli.deadline import within
from monitor.cli.looking import LookFormat, LookFormatOption, settings_or_none, store_of
from monitor.errors import UsageError
from monitor.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from monitor.contracts.actions.request import Prepared
    from monitor.jsonpaths import Json
    from monitor.languages.data_action.steps import Extracted
    from monitor.model import Settings
    from monitor.pipeline.trying import FoundAction, Trial
    from monitor.recordings.masking import Masker

_LONGEST: Final = 2_000
EXIT_FAILED: Final = 1
_NOT_REACHED: Final = "  not reached"


# -- for people -------------------------------------------------------------------------------------------


def _request(prepared: Prepared, masker: Masker) -> Iterator[str]:
    yield "1 request"
    if prepared.refusal:
        yield f"  not sent: {printable(masker.text(prepared.refusal), _LONGEST)}"
        if " inputs: {" in prepared.refusal:
            yield "  or give them here: --input NAME=VALUE"
        return
    request = prepared.request
    query = "&".join(f"{name}={value}" for name, value in request.query)
    url = masker.text(f"{request.path}?{query}" if query else request.path)
    yield f"  {request.method} {printable(url, _LONGEST)}"
    yield from (f"  {printable(name)}: {printable(masker.text(value), 200)}" for name, value in request.headers)
    if request.body:
        yield f"  {printable(masker.text(request.body.decode('utf-8', 'backslashreplace')), _LONGEST)}"


def _extracted(one: Extracted, shown: Callable[[str], str]) -> str:
    path = f" <- {printable(one.path, 300)}" if one.path else ""
    text = f" {shown(one.text)}" if one.origin != "unset" else ""
    detail = f" ({printable(one.detail, 300)})" if one.detail else ""
    return f"  {printable(one.name)}{path}: {one.origin}{text}{detail}"


def _steps(trial: Trial, shown: Callable[[str], str]) -> Iterator[str]:
    from monitor.languages import State
    from monitor.pipeline.trying import Step

    parsed = [] if isinstance(trial.result, State) else [f"  {shown(_text(trial.result))}"]
    if trial.reached is Step.OUTPUTS:
        parsed.append("  it conforms")
    told = {
        Step.RESPONSE: ("response", [f"  status {trial.status}, {trial.size:,} bytes"]),
        Step.EXTRACTED: (
            "extracted by the translation map",
            [_extracted(one, shown) for one in trial.extracted] or ["  nothing: the map is empty"],
        ),
        Step.RENDERED: ("rendered by the success template", [f"  {shown(trial.rendered)}"] if trial.rendered else []),
        Step.PARSED: ("parsed, and held against the success schema", parsed),
        Step.OUTPUTS: ("outputs, as a flow gets them", [*_outputs(trial, shown)]),
    }
    for step, (title, lines) in told.items():
        yield f"{step.value} {title}"
        yield from lines if step <= trial.reached else [_NOT_REACHED]
        if trial.fault is not None and step == trial.reached:
            yield f"  failed: {shown(trial.fault.message)}"
            yield f"  Genesys Cloud takes the failure path, with details.errorCode {trial.fault.code}"


def _outputs(trial: Trial, shown: Callable[[str], str]) -> Iterator[str]:
    for name, value in (trial.outputs or {}).items():
        default = "  (default taken)" if name in trial.defaults else ""
        yield f"  {printable(name)} = {shown(_text(value))}{default}"


def _text(value: object) -> str:
    from monitor.languages import State

    return "(blank)" if isinstance(value, State) else json.dumps(value, ensure_ascii=False)


# -- for machines -----------------------------------------------------------------------------------------


def _request_as_json(prepared: Prepared, masker: Masker) -> Json:
    request = prepared.request
    if prepared.refusal:
        return {"refusal": masker.text(prepared.refusal)}
    return {
        "method": request.method,
        "path": masker.text(request.path),
        "query": [[name, masker.text(value)] for name, value in request.query],
        "headers": [[name, masker.text(value)] for name, value in request.headers],
        "body": masker.text(request.body.decode("utf-8", "replace")) if request.body else None,
    }


def _as_json(trial: Trial, prepared: Prepared, masker: Masker) -> Json:
    from monitor.languages import State

    outputs = trial.outputs or {}
    return {
        "action": trial.action,
        "request": _request_as_json(prepared, masker),
        "response": {"status": trial.status, "size": trial.size},
        "reached": trial.reached.name.lower(),
        "extracted": [
            {
                "name": one.name,
                "path": one.path,
                "origin": one.origin.value,
                "text": masker.text(one.text),
                "detail": one.detail,
            }
            for one in trial.extracted
        ],
        "rendered": masker.text(trial.rendered),
        "result": None if isinstance(trial.result, State) else masker.json(trial.result),
        "outputs": {name: masker.json(value) for name, value in outputs.items() if not isinstance(value, State)},
        "blank": [name for name, value in outputs.items() if isinstance(value, State)],
        "defaults": [*sorted(trial.defaults)],
        "fault": {"code": trial.fault.code, "message": masker.text(trial.fault.message)} if trial.fault else None,
        "notes": list(trial.notes),
    }


# -- what is given ----------------------------------------------------------------------------------------


def _inputs(pairs: Sequence[str]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"'{printable(pair, 80)}' is no input", fix="write --input phone=15555551234")
        found[name] = value
    return found


def _read(stream: BinaryIO, where: str) -> bytes:
    from monitor.pipeline.trying import MAX_BODY

    data = stream.read(MAX_BODY + 1)
    if len(data) > MAX_BODY:
        raise UsageError(f"it has more than {MAX_BODY:,} bytes", where=where, fix="give a smaller body")
    return data


def _body(path: Path) -> bytes:
    if str(path) == "-":
        return _read(sys.stdin.buffer, "standard input")
    try:
        with path.open("rb") as file:
            return _read(file, str(path))
    except OSError as error:
        raise UsageError(f"it cannot be read: {error.strerror}", where=str(path), fix="name a file") from None


def _response(settings: Settings | None, body: Path | None, recording: str | None, status: int) -> tuple[int, bytes]:
    if body is not None and recording is None:
        return status, _body(body)
    if recording is None or body is not None:
        raise UsageError("one body is needed", fix="give --body FILE (- for standard input), or --recording R")
    store = store_of(settings)
    kept = store.read(recording_path(recording, str(store.root)))
    if kept.exchange.response is None:
        raise UsageError("nothing came back in that recording", where=recording, fix="choose another one")
    return kept.exchange.response.status, kept.exchange.response.body


def _masker(settings: Settings | None, found: FoundAction) -> Masker:
    from monitor.pipeline.trying import secrets_in
    from monitor.recordings.masking import Masker

    return Masker((*(settings.secrets if settings else ()), *secrets_in(found.action)))


def _printed(result: Trial, request: Prepared, masker: Masker) -> str:
    def shown(text: str) -> str:
        return printable(masker.text(text), _LONGEST)

    lines = [printable(result.action), *_request(request, masker), *_steps(result, shown)]
    return "\n".join([*lines, *(f"note: {note}" for note in result.notes)]) + "\n"


def try_action(  # noqa: PLR0913, PLR0917 the command's options
    name: Annotated[str, typer.Argument(help="The data action: its name or id, or the file of an export.")],
    inputs: Annotated[list[str] | None, typer.Option("--input", help="An input, name=value; may be repeated.")] = None,
    body: Annotated[Path | None, typer.Option("--body", help="A file with the response's body; - for stdin.")] = None,
    recording: Annotated[str | None, typer.Option("--recording", "-r", help="A recording instead of a body.")] = None,
    status: Annotated[int, typer.Option("--status", min=100, max=599, help="The response's status.")] = 200,
    format: LookFormatOption = LookFormat.TEXT,  # noqa: A002
    config: ConfigOption = None,
) -> int:
    """Run a data action on a body as Genesys Cloud does, and show every step. Nothing is called.

    Values are shown, secrets are not. Exit code 1: Genesys Cloud takes the failure path.

    Examples:

      monitor test-action "Get customer by phone" --input phone=15555551234 --body answer.json

      monitor test-action contracts/crm/actions/get-customer.json --recording recordings/baseline/crm/....har
    """
    from dataclasses import replace

    from monitor.model import Limits
    from monitor.pipeline.trying import found_action, request_notes, request_of_action, trial

    settings = settings_or_none(config)
    found = found_action(settings, name)
    seconds = (found.vendor.limits if found.vendor else Limits()).judge_timeout
    with within(seconds, "trying it", "write its paths and templates without endless loops, or raise judge_timeout"):
        request = request_of_action(found, _inputs(inputs or ()))
        result = trial(found.action, *_response(settings, body, recording, status), found.file)
        result = replace(result, notes=(*request_notes(request), *result.notes))
        masker = _masker(settings, found)
        if format is LookFormat.JSON:
            text = json.dumps(_as_json(result, request, masker), indent=2, ensure_ascii=False) + "\n"
        else:
            text = _printed(result, request, masker)
    write(text)
    return EXIT_FAILED if result.fault else 0


def register(app: typer.Typer) -> None:
    app.command("test-action")(try_action)

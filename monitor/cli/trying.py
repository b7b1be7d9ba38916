"""test-action: a data action on a body, step by step."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli.console import ConfigOption, recording_path, settings_of, write
from monitor.cli.looking import LookFormat, LookFormatOption, store_of
from monitor.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from monitor.contracts.actions.request import Prepared
    from monitor.jsonpaths import Json
    from monitor.model import Settings
    from monitor.pipeline.trying import Trial
    from monitor.recordings.masking import Masker

_LONGEST: Final = 2_000
EXIT_FAILED: Final = 1


def _request(prepared: Prepared, masker: Masker) -> Iterator[str]:
    yield "1 request"
    if prepared.refusal:
        yield f"  not sent: {printable(masker.text(prepared.refusal), _LONGEST)}"
        return
    request = prepared.request
    query = "&".join(f"{name}={value}" for name, value in request.query)
    url = masker.text(f"{request.path}?{query}" if query else request.path)
    yield f"  {request.method} {printable(url, _LONGEST)}"
    yield from (f"  {printable(name)}: {printable(masker.text(value), 200)}" for name, value in request.headers)
    if request.body:
        yield f"  {printable(masker.text(request.body.decode('utf-8', 'backslashreplace')), _LONGEST)}"


def _steps(trial: Trial, shown: Callable[[str], str]) -> Iterator[str]:
    yield "2 extracted by the translation map"
    for one in trial.extracted:
        path = f" <- {printable(one.path, 300)}" if one.path else ""
        detail = f" ({printable(one.detail, 300)})" if one.detail else ""
        text = f" {shown(one.text)}" if one.origin != "unset" else ""
        yield f"  {printable(one.name)}{path}: {one.origin}{text}{detail}"
    if not trial.extracted:
        yield "  nothing: the map is empty"
    yield "3 rendered by the success template"
    yield f"  {shown(trial.rendered)}" if trial.rendered else "  nothing"
    yield "4 parsed, and held against the success schema"
    if trial.outputs is not None and trial.fault is None:
        yield "  it conforms"
    yield from _ending(trial, shown)


def _ending(trial: Trial, shown: Callable[[str], str]) -> Iterator[str]:
    if trial.fault is not None:
        yield f"  {printable(trial.fault.code)}: {printable(trial.fault.message, 600)}"
        yield "5 outputs: none, Genesys takes the failure path"
        return
    yield "5 outputs, as a flow gets them"
    for name, value in (trial.outputs or {}).items():
        default = "  (default taken)" if name in trial.defaults else ""
        yield f"  {printable(name)} = {shown(_text(value))}{default}"


def _text(value: object) -> str:
    from monitor.languages import State

    return "(missing)" if isinstance(value, State) else json.dumps(value, ensure_ascii=False)


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

    def plain(value: object) -> Json:
        return None if isinstance(value, State) else json.loads(masker.text(json.dumps(value)))

    outputs = trial.outputs or {}
    return {
        "action": trial.action,
        "request": _request_as_json(prepared, masker),
        "extracted": [
            {"name": one.name, "path": one.path, "origin": one.origin.value, "text": masker.text(one.text)}
            for one in trial.extracted
        ],
        "rendered": masker.text(trial.rendered),
        "result": plain(trial.result),
        "outputs": {name: plain(value) for name, value in outputs.items() if trial.fault is None},
        "missing": [name for name, value in outputs.items() if isinstance(value, State)],
        "defaults": [*sorted(trial.defaults)],
        "fault": {"code": trial.fault.code, "message": trial.fault.message} if trial.fault else None,
        "notes": list(trial.notes),
    }


def _inputs(pairs: Sequence[str]) -> dict[str, Json]:
    from monitor.errors import UsageError

    found: dict[str, Json] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"'{printable(pair, 80)}' is no input", fix="write --input phone=15555551234")
        found[name] = value
    return found


def _response(settings: Settings, body: Path | None, recording: str | None, status: int) -> tuple[int, bytes]:
    from monitor.errors import UsageError

    if (body is None) == (recording is None):
        raise UsageError("a body is needed", fix="give --body FILE (- for standard input), or --recording R")
    if recording is not None:
        store = store_of(settings)
        kept = store.read(recording_path(recording, str(store.root)))
        if kept.exchange.response is None:
            raise UsageError("nothing came back in that recording", where=recording, fix="choose another one")
        return kept.exchange.response.status, kept.exchange.response.body
    assert body is not None  # noqa: S101
    try:
        return status, sys.stdin.buffer.read() if str(body) == "-" else body.read_bytes()
    except OSError as error:
        raise UsageError(f"it cannot be read: {error.strerror}", where=str(body), fix="name a file") from None


def try_action(  # noqa: PLR0913, PLR0917 the command's options
    name: Annotated[str, typer.Argument(help="The data action: its name, or the file of an export.")],
    inputs: Annotated[list[str] | None, typer.Option("--input", help="An input, name=value; may be repeated.")] = None,
    body: Annotated[Path | None, typer.Option("--body", help="A file with the response's body; - for stdin.")] = None,
    recording: Annotated[str | None, typer.Option("--recording", "-r", help="A recording instead of a body.")] = None,
    status: Annotated[int, typer.Option("--status", min=100, max=599, help="The response's status.")] = 200,
    format: LookFormatOption = LookFormat.TEXT,  # noqa: A002
    config: ConfigOption = None,
) -> int:
    """Run a data action on a body as Genesys Cloud does, and show every step. Nothing is called.

    Exit code 1: Genesys takes the failure path.

    Examples:

      monitor test-action "Get customer by phone" --input phone=15555551234 --body answer.json

      monitor test-action contracts/crm/actions/get-customer.json --recording recordings/baseline/crm/....har
    """
    from monitor.pipeline.trying import found_action, request_of_action, trial
    from monitor.recordings.masking import Masker

    settings = settings_of(config, offline=True)
    masker = Masker(settings.secrets)
    found = found_action(settings, name)
    request = request_of_action(found, _inputs(inputs or ()))
    result = trial(found.action, *_response(settings, body, recording, status))
    if format is LookFormat.JSON:
        write(json.dumps(_as_json(result, request, masker), indent=2, ensure_ascii=False) + "\n")
    else:

        def shown(text: str) -> str:
            return printable(masker.text(text), _LONGEST)

        lines = [printable(result.action), *_request(request, masker), *_steps(result, shown)]
        write("\n".join([*lines, *(f"note: {note}" for note in result.notes)]) + "\n")
    return EXIT_FAILED if result.fault else 0


def register(app: typer.Typer) -> None:
    app.command("test-action")(try_action)

"""show, vendors, contracts list, config check: look at what is there; nothing is called."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import completing
from monitor.cli.console import (
    ConfigOption,
    InteractionOption,
    VendorsOption,
    note,
    recording_path,
    report_error,
    settings_of,
    shown_path,
    write,
)
from monitor.cli.groups import CONFIG, CONTRACTS
from monitor.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sized

    from monitor.checking.shape import Shape
    from monitor.jsonpaths import Path as JsonPath
    from monitor.model import Recording, Response, Settings, Vendor
    from monitor.pipeline.planning import Job
    from monitor.recordings.masking import Masker
    from monitor.recordings.store import Store

RecordingArgument = Annotated[
    str,
    typer.Argument(
        help="A recording: a .har file, or its path below the recordings folder.",
        autocompletion=completing.recordings,
    ),
]


class LookFormat(StrEnum):
    """For people or for machines."""

    TEXT = "text"
    JSON = "json"


LookFormatOption = Annotated[LookFormat, typer.Option("--format", "-f", help="For people, or for machines.")]


def settings_or_none(config: Path | None) -> Settings | None:
    """Settings, if there are any: a recording can be looked at without a monitor.yaml."""
    from monitor.errors import UsageError

    try:
        return settings_of(config, offline=True)
    except UsageError:
        if config is not None:
            raise
        return None


def store_of(settings: Settings | None) -> Store:
    from monitor.recordings.store import Store

    return Store(Path(settings.recordings_dir) if settings else Path("recordings").absolute())


def _read(settings: Settings | None, name: str) -> Recording:
    store = store_of(settings)
    return store.read(recording_path(name, str(store.root)))


def _outline(shape: Shape, path: JsonPath) -> Iterator[str]:
    from monitor.checking.shape import type_names
    from monitor.jsonpaths import ANY, format_path

    yield f"  {format_path(path)}  {type_names(shape)}"
    for key, child in shape.keys.items():
        yield from _outline(child, (*path, key))
    if shape.items is not None:
        yield from _outline(shape.items, (*path, ANY))


def outline_of(response: Response) -> Iterator[str]:
    """Status, header names, and the body's paths and types, array members merged; no value."""
    from monitor.checking.shape import learn
    from monitor.errors import JsonError
    from monitor.jsonpaths import read_json

    yield f"status {response.status} {printable(response.reason)}".rstrip()
    yield "headers: " + ", ".join(printable(name) for name, _ in response.headers)
    if not response.body:
        yield "  no body"
        return
    try:
        yield from _outline(learn(read_json(response.body).value), ())
    except JsonError as error:
        yield f"  {len(response.body):,} bytes that are not JSON ({error.what})"


def when_kept(recording: Recording, taken: str = "") -> str:
    """When it was recorded, or where and when it was captured; ``taken``: how long it took, in words."""
    exchange, captured = recording.exchange, recording.exchange.captured
    if captured is None:
        return f"recorded {exchange.started:%Y-%m-%d %H:%M:%S} UTC{taken}"
    when = f"captured {captured.at:%Y-%m-%d %H:%M:%S} UTC{taken}" if captured.at else "captured nobody knows when"
    return f"{when}, taken from entry {captured.entry} of {printable(captured.file)}"


def _head(recording: Recording) -> Iterator[str]:
    exchange = recording.exchange
    yield f"{recording.vendor}: {printable(recording.description)}"
    yield f"{exchange.request.method} {printable(exchange.request.url, 500)}"
    yield f"{when_kept(recording, f' in {exchange.elapsed * 1000:.0f} ms')}, run {recording.run_id}"
    if recording.approval is not None:
        approval = recording.approval
        why = f": {printable(approval.note)}" if approval.note else ""
        yield f"approved {approval.at:%Y-%m-%d %H:%M:%S} UTC by {printable(approval.by)}{why}"
    if recording.masks:
        yield "masked: " + ", ".join(f"{mask.name} in {mask.where}" for mask in recording.masks)
    if exchange.fault is not None:
        yield f"{exchange.fault.outcome.value}: {printable(exchange.fault.what, 400)}"


def show(
    recording: RecordingArgument,
    raw: Annotated[bool, typer.Option("--raw", help="Print the header and body values too.")] = False,
    config: ConfigOption = None,
) -> int:
    """Show one recording: what was asked, and what the answer is made of (types only, unless --raw).

    Examples:

      monitor show recordings/baseline/crm/a-get-request-to-look-up-customer-by-phone-1a2b3c4d.har
    """
    kept = _read(settings_or_none(config), recording)
    lines = [*_head(kept)]
    response = kept.exchange.response
    if response is not None and raw:
        lines.append(f"status {response.status} {printable(response.reason)}".rstrip())
        lines += [f"  {printable(name)}: {printable(value, 1000)}" for name, value in response.headers]
        text = response.body.decode("utf-8", "backslashreplace")
        lines += [printable(line, 10_000) for line in text.splitlines()]
    elif response is not None:
        lines += outline_of(response)
    write("\n".join(lines) + "\n")
    return 0


def vendors(config: ConfigOption = None) -> int:
    """List the vendors of monitor.yaml."""
    from monitor.recordings.masking import Masker

    settings = settings_of(config, offline=True)
    masker = Masker(settings.secrets)
    for vendor in settings.vendors.values():
        counted = [
            f"{len(vendor.contracts)} contract file{'s'[: len(vendor.contracts) != 1]}",
            f"{len(vendor.translations)} translation(s)",
            *(f"{len(found)} {noun}" for found, noun in _more(vendor) if found),
        ]
        write(f"{vendor.name}  {masker.text(vendor.base_url) or '(no base_url)'}  {', '.join(counted)}\n")
    return 0


def _more(vendor: Vendor) -> tuple[tuple[Sized, str], ...]:
    return (vendor.data_actions, "data action(s)"), (vendor.flows, "flow(s)"), (vendor.domains, "domain(s)")


def _interaction(job: Job, masker: Masker) -> Iterator[str]:
    interaction = job.interaction
    yield f"{job.vendor.name}: {printable(interaction.description)}"
    yield f"  id        {interaction.id}"
    yield f"  request   {interaction.request.method} {printable(masker.text(interaction.request.path))}"
    if interaction.contract:
        yield f"  contract  {interaction.contract.file} {interaction.contract.pointer}"
    yield from (f"  {t.kind}   {printable(t.name)} ({shown_path(t.file)})" for t in interaction.translations)
    flows = dict.fromkeys(use.flow for use in interaction.uses)
    yield from (f"  flow      {printable(flow)}" for flow in flows)
    if job.refusal:
        yield f"  not run   {printable(masker.text(job.refusal), 400)}"


def contracts_list(
    vendor: VendorsOption = None, interaction: InteractionOption = None, config: ConfigOption = None
) -> int:
    """List the interactions of the contracts, and what cannot be sent and why."""
    from monitor.cli.checking import selection_of
    from monitor.pipeline.planning import masked_skips, plan_jobs
    from monitor.recordings.masking import Masker

    settings = settings_of(config, offline=True)
    masker = Masker(settings.secrets)
    jobs = plan_jobs(settings, selection_of(vendor, interaction))
    for job in jobs.jobs:
        write("\n".join(_interaction(job, masker)) + "\n")
    for skipped in masked_skips(jobs.skipped, masker):
        write(f"{skipped.vendor}: {printable(skipped.description)}\n  not run   {printable(skipped.reason)}\n")
        write(f"  contract  {skipped.file} {skipped.pointer}\n")
    return 0


def config_check(config: ConfigOption = None) -> int:
    """Check monitor.yaml, the contracts and the translations it names; tell their faults, each with its place."""
    from monitor.cli.checking import selection_of
    from monitor.errors import UsageError
    from monitor.pipeline.planning import plan_jobs

    settings = settings_of(config)
    jobs = plan_jobs(settings, selection_of(None, None))
    for job in jobs.jobs:
        if job.refusal:
            report_error(f"{job.vendor.name}: {printable(job.interaction.description)} will not run: {job.refusal}")
    if not any(vendor.contracts or vendor.data_actions for vendor in jobs.vendors):
        fix = f"add to a vendor: contracts: [contracts/{jobs.vendors[0].name}/*.json], or data_actions:"
        raise UsageError("there is nothing to call", where=shown_path(settings.file), fix=fix)
    write(f"{shown_path(settings.file)}: ok, {len(jobs.vendors)} vendor(s), {len(jobs.jobs)} interaction(s)\n")
    if settings.alerts.enabled and not settings.alerts.channels:
        from monitor.cli.alerting import NO_CHANNEL

        note(f"warning: alerts are enabled, and nobody is told: {NO_CHANNEL}")
    note("to look deeper: monitor contracts lint, monitor doctor")
    return 0


def register(app: typer.Typer) -> None:
    app.command()(show)
    app.command()(vendors)
    CONTRACTS.command("list")(contracts_list)
    CONFIG.command("check")(config_check)

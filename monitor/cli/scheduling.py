"""schedule: when vendors are checked, and the files with which cron, systemd or Kubernetes do it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli.console import ConfigOption, VendorsOption, note, settings_of, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Settings
    from monitor.reports.schedule import Place, SchedulePlan, Written

_MODE: Final = 0o644  # nothing in them is secret, and systemd wants to read its units
IMAGE: Final = "registry.example/vendor-drift:latest"
IN_IMAGE: Final = "/srv/vendor-drift"  # as in cron/Dockerfile
STATE_IN_IMAGE: Final = "/var/lib/monitor"


def _program() -> str:
    """The command monitor that this is."""
    own = Path(sys.argv[0])
    if own.name == "monitor" and own.is_file():
        return str(own.absolute())
    return str(Path(sys.executable).parent / "monitor")


def _moved(path: str, root: str, folder: str) -> str:
    """``path`` as it will be where what is in ``root`` is in ``folder``."""
    below = Path(path)
    return str(PurePosixPath(folder) / below.relative_to(root).as_posix()) if below.is_relative_to(root) else path


def _place(settings: Settings, form: str, folder: str, program: str, image: str) -> Place:
    from monitor.reports.schedule import Place

    in_image = form == "k8s"
    where = folder or (IN_IMAGE if in_image else settings.root)
    name = Path(settings.file).name
    return Place(
        folder=where,
        program=program or _program(),
        recordings=_moved(settings.recordings_dir, settings.root, where),
        state=STATE_IN_IMAGE if in_image else _moved(settings.state_dir, settings.root, where),
        config="" if name == "monitor.yaml" else name,
        image=image,
    )


def _plan(settings: Settings, vendors: Sequence[str], place: Place, count: int) -> SchedulePlan:
    from monitor.pipeline.planning import chosen_vendors
    from monitor.reports.schedule import Scheduled, SchedulePlan

    chosen = chosen_vendors(settings, tuple(vendors))
    return SchedulePlan(
        scheduled=tuple(Scheduled(vendor.name, vendor.schedule) for vendor in chosen if vendor.schedule),
        unscheduled=tuple(vendor.name for vendor in chosen if vendor.schedule is None),
        place=place,
        now=datetime.now(UTC),  # noqa: TID251 - the clock of this command
        count=count,
    )


def _shown(files: Sequence[Written]) -> str:
    """All files as one text; each says where it begins, unless it is the only one."""
    if len(files) == 1:
        return files[0].text
    return "\n".join(f"# ---- {file.name}\n{file.text}" for file in files)


def _save(folder: Path, files: Sequence[Written]) -> None:
    from monitor.recordings.files import replace

    for file in files:
        replace(folder / file.name, file.text.encode("utf-8", "backslashreplace"), _MODE)
        note(f"wrote {folder / file.name}")


def schedule(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
    vendor: VendorsOption = None,
    form: Annotated[str, typer.Option("--format", "-f", help="text, crontab, systemd or k8s.")] = "text",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1000, help="How many times of each vendor.")] = 3,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the files into this folder.", show_default=False)
    ] = None,
    folder: Annotated[
        str, typer.Option("--folder", help="Where monitor.yaml will be when they are used; here by default.")
    ] = "",
    program: Annotated[str, typer.Option("--program", help="The command monitor there; this one by default.")] = "",
    image: Annotated[str, typer.Option("--image", help="The container image, for k8s.")] = IMAGE,
    config: ConfigOption = None,
) -> int:
    """Tell when vendors are checked next, or print the files with which cron, systemd or Kubernetes check them.

    Examples:

      monitor schedule

      monitor schedule --format crontab > crontab

      monitor schedule --format systemd --folder /srv/vendor-drift --output /etc/systemd/system
    """
    from monitor.errors import UsageError
    from monitor.reports.schedule import find

    format_ = find(form)
    if output is not None and not output.is_dir():
        raise UsageError("it is no folder", where=str(output), fix="make it first, or name another")
    settings = settings_of(config, offline=True)
    plan = _plan(settings, vendor or (), _place(settings, form, folder, program, image), count)
    files = format_.render(plan)
    if output is None:
        write(_shown(files))
    else:
        _save(output, files)
    if form != "text" and plan.unscheduled:
        note(f"without a schedule: {', '.join(plan.unscheduled)}")
    return 0


def register(app: typer.Typer) -> None:
    app.command()(schedule)

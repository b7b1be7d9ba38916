"""How long, or until when, as people type it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import typer

from monitor.printable import printable

if TYPE_CHECKING:
    from monitor.model import Settings

ForOption = Annotated[str | None, typer.Option("--for", help="How long: 90m, 12h, 3d or 2w.", show_default=False)]
UntilOption = Annotated[
    str | None,
    typer.Option("--until", help="Until this day begins, or this moment (2026-12-31T18:00).", show_default=False),
]
_LONGEST: Final = timedelta(days=3_650)


def moment_to_come(settings: Settings, duration: str | None, until: str | None, now: datetime) -> datetime:
    """What exactly one of the two says; days and moments are those of alerts.timezone.

    Raises UsageError where that is no moment to come.
    """
    from monitor.config.accepted import moment_of
    from monitor.config.times import parse_duration
    from monitor.errors import UsageError

    if duration is not None and until is not None:
        raise UsageError("both --for and --until are given", fix="give one of them, not both")
    if duration is None and until is None:
        raise UsageError("say how long: --for or --until", fix="for instance --for 3d, or --until 2026-12-31")
    if duration is not None:
        seconds = parse_duration(duration)
        if not seconds or seconds > _LONGEST.total_seconds():
            what = f"'{printable(duration, 40)}' is no duration of at most ten years"
            raise UsageError(what, fix="write 90m, 12h, 3d or 2w")
        return now + timedelta(seconds=seconds)
    shown = printable(until or "", 40)
    moment = moment_of(until or "", ZoneInfo(settings.alerts.timezone))
    if moment is None:
        fix = "write for instance 2026-12-31, or 2026-12-31T18:00"
        raise UsageError(f"'{shown}' is neither a day nor a moment", fix=fix)
    if moment <= now:
        raise UsageError(f"{shown} is over", fix="name a day to come")
    return moment

"""Moments in words, and as machines take them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


def day(moment: datetime) -> str:
    """``2 Dec 2026`` in the moment's own time zone, with the time where it is not midnight."""
    text = f"{moment.day} {moment:%b %Y}"
    return text if (moment.hour, moment.minute) == (0, 0) else f"{text} {moment:%H:%M %Z}"


def shown(moment: datetime, zone: tzinfo) -> str:
    """``Mon 23 Nov 2026, 05:17 CET``: as people in ``zone`` read it."""
    return f"{moment.astimezone(zone):%a %d %b %Y, %H:%M %Z}"


def stamp(moment: datetime) -> str:
    """``2026-11-23T04:17:00Z``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

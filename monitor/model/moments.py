"""Moments as sentences hold them."""

from __future__ import annotations

from datetime import datetime


def day(moment: datetime) -> str:
    """``2 Dec 2026`` in the moment's own time zone, with the time where it is not midnight."""
    text = f"{moment.day} {moment:%b %Y}"
    return text if (moment.hour, moment.minute) == (0, 0) else f"{text} {moment:%H:%M %Z}"

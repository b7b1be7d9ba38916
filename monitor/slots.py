"""When a schedule's times are: cron's five fields in a time zone."""

from __future__ import annotations

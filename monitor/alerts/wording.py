"""The words of a message: titles, ages, what to paste. PURE.

Titles are one line, and vendor text in them is escaped: they become headers of mails.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from shlex import quote
from typing import Final

from monitor.model import Command, Links, Reason, Severity, Subject, Topic
from monitor.printable import printable

ACCEPTED: Final = "accepted"  # how an outcome begins that accepted.yaml makes
_LONGEST: Final = 80  # characters of a description in a title
_REQUEST: Final = re.compile(r"^an? [A-Z]+ request to ")  # how pact tools begin a description

_TROUBLES: Final[Mapping[Subject, tuple[str, str]]] = {
    # what is so                                          what is so no more; one that begins with "is" follows the name
    Subject.VENDOR_DOWN: ("is down", "is up again"),
    Subject.AUTH_FAILED: ("login fails", "login works again"),
    Subject.RATE_LIMITED: ("is rate limited", "is no longer rate limited"),
    Subject.UNREADABLE: ("responses cannot be read", "responses can be read again"),
    Subject.NOT_JUDGED: ("responses could not be judged", "responses are judged again"),
    Subject.NOT_RUN: ("requests were not sent", "requests are sent again"),
    Subject.MISSED_RUN: ("a scheduled run did not happen", "a scheduled run happened again"),
    Subject.CONFIG: ("monitor.yaml cannot be used", "monitor.yaml can be used again"),
}

_LEADS: Final[Mapping[Reason, str]] = {
    Reason.FIRST_DRIFT: "",
    Reason.WORSE: "worse: ",
    Reason.REOPENED: "again ",
    Reason.FLAPPING: "comes and goes: ",
    Reason.ADOPTED: "",
    Reason.REMINDER_DUE: "still ",
}

_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def age(span: timedelta) -> str:
    """``6 days``; empty below a minute, and where the clock went back."""
    seconds = int(span.total_seconds())
    return next((plural(seconds // size, unit) for size, unit in _UNITS if seconds >= size), "")


# -- titles -----------------------------------------------------------------------------------------------


def title_of(vendor: str, topics: Sequence[Topic]) -> str:
    """``crm: 1 breaking drift in look up customer by phone``, ``crm is down``."""
    parts = [*_troubles(topics), *_drifts(topics), *_closed(topics)] or ["nothing new"]
    if not vendor:
        return "; ".join(parts)
    if len(parts) == 1 and parts[0].startswith("is "):
        return f"{vendor} {parts[0]}"
    return f"{vendor}: {'; '.join(part.removeprefix('is ') for part in parts)}"


def _troubles(topics: Sequence[Topic]) -> Iterator[str]:
    for topic in topics:
        if topic.subject is not Subject.DRIFT and not topic.over:
            told, lead = _TROUBLES[topic.subject][0], _LEADS[topic.reason]
            if told.startswith("is ") and not lead.endswith(": "):
                yield f"is {lead}{told.removeprefix('is ')}"
            else:
                aside = lead.strip(": ")
                yield f"{told.removeprefix('is ')} ({aside})" if aside else told


def _drifts(topics: Sequence[Topic]) -> Iterator[str]:
    for reason, lead in _LEADS.items():
        group = [t for t in topics if t.subject is Subject.DRIFT and t.reason is reason]
        if group:
            yield f"{lead}{counted(topic.severity for topic in group)}{_where(group)}"


def _closed(topics: Sequence[Topic]) -> Iterator[str]:
    over = [topic for topic in topics if topic.over]
    yield from (_TROUBLES[topic.subject][1] for topic in over if topic.subject is not Subject.DRIFT)
    drifts = [topic for topic in over if topic.subject is Subject.DRIFT]
    if drifts:
        ways = {_way(topic) for topic in drifts}
        way = printable(ways.pop(), _LONGEST) if len(ways) == 1 else "closed"
        yield f"{way}: {plural(len(drifts), 'drift')}{_where(drifts)}"


def _way(topic: Topic) -> str:
    """How it ended, as a title says it: until when and why it is accepted stands below."""
    return ACCEPTED if topic.outcome.startswith(ACCEPTED) else topic.outcome or "recovered"


def counted(severities: Iterable[Severity]) -> str:
    """``2 breaking and 1 info drifts``, the worst first."""
    counts = Counter(severities)
    told = [f"{counts[severity]} {severity.value}" for severity in Severity if counts[severity]]
    listed = f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else "".join(told)
    return f"{listed} drift{'' if counts.total() == 1 else 's'}"


def _where(topics: Iterable[Topic]) -> str:
    names = list(dict.fromkeys(name for topic in topics for name in topic.interactions))
    if not names:
        return ""
    return f" in {short(names[0])}" if len(names) == 1 else f" in {len(names)} interactions"


def short(description: str) -> str:
    """A description as a title names it."""
    return printable(_REQUEST.sub("", description), _LONGEST)


# -- commands ---------------------------------------------------------------------------------------------


def command(label: str, words: Sequence[str], links: Links, tail: str = "") -> Command:
    """``monitor`` and ``words``, each quoted for a shell, as it is to be pasted; ``tail`` is our own text."""
    line = " ".join(("monitor", *(quote(word) for word in words)))
    prefix = links.command_prefix.strip()
    space = "" if not prefix or prefix.endswith("/") else " "
    return Command(label, f"{prefix}{space}{line}{f' {tail}' if tail else ''}")


_UNRESERVED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def filled(url: str, run_id: str, vendor: str) -> str:
    """A link with ``{run}`` and ``{vendor}`` filled; empty where it names one that this message has not."""
    for name, value in (("{run}", run_id), ("{vendor}", vendor)):
        if name in url and not value:
            return ""
        url = url.replace(name, _encoded(value))
    return url


def _encoded(text: str) -> str:
    return "".join(chr(b) if b in _UNRESERVED else f"%{b:02X}" for b in text.encode("utf-8", "surrogatepass"))

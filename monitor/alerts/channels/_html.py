"""A message as HTML that mail clients stand: tables, styles in place, nothing loaded from anywhere.

Everything that comes from a Message goes through ``_text`` (one line, escaped, cut) or ``_link``. Styles stand at each
element, for many clients drop the head; what the head adds is dark colours and less padding on a narrow screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Final

from monitor.alerts.composing import RESOLVED
from monitor.alerts.plain import more, names, state_of
from monitor.model import Command, Message, MessageKind, Severity, Subject, Topic
from monitor.printable import printable

_LINE: Final = 300  # characters of one line
_LINES: Final = 20  # of one topic; some clients cut a mail of more than 100 kB
_UNBROKEN: Final = 24  # characters of a word in a command that stays on one line
_LABELS: Final = ("Expected: ", "Actual: ")
_PREHEADER: Final = 120

_SANS: Final = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_MONO: Final = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'Courier New',monospace"
_TABLE: Final = 'role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'
_WRAP: Final = "overflow-wrap:anywhere;word-break:break-word"  # inherited by all that stands in the box
_GOOD: Final = "good"
_COLORS: Final[Mapping[str, str]] = {  # dark enough for white text upon them
    Severity.BREAKING: "#b3261e",
    Severity.WARNING: "#9a5b00",
    Severity.INFO: "#2f5d9e",
    _GOOD: "#1f6f43",
    MessageKind.DRILL: "#5b3fa0",
}
_BANNERS: Final = {
    MessageKind.DRILL: "DRILL: this is practice. Nothing is wrong with the vendor.",
    MessageKind.TEST: "TEST: somebody tries this channel. Nothing is wrong.",
}

_HEAD: Final = """\
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (max-width: 480px) {
  .out { padding: 0 !important; }
  .box { border-radius: 0 !important; border-left: 0 !important; border-right: 0 !important; }
  .in { padding-left: 16px !important; padding-right: 16px !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background: #15171a !important; }
  .box { background: #1f2226 !important; border-color: #383d44 !important; }
  .ink { color: #e8eaed !important; }
  .dim { color: #a3abb5 !important; }
  .code { background: #2a2e34 !important; color: #e8eaed !important; border-color: #383d44 !important; }
  .rule { border-color: #383d44 !important; }
  .link { color: #8ab4f8 !important; }
}
</style>
"""


def _text(text: str, limit: int = _LINE) -> str:
    return escape(printable(text, limit))


def _link(url: str, label: str) -> str:
    """A link where ``url`` is one of the web; what it says else is only shown."""
    if not url.lower().startswith(("https://", "http://")):
        return f"{label}: {_text(url)}"
    style = f"color:#1a56b0;text-decoration:underline;{_SANS}"
    return f'<a class="link" href="{_text(url, 2000)}" style="{style}">{label}</a>'


def _row(inner: str, padding: str, style: str = "") -> str:
    return f'<tr><td class="in" style="padding:{padding};{style}">{inner}</td></tr>\n'


def _color(message: Message) -> str:
    if message.kind in (MessageKind.DRILL, MessageKind.TEST):
        return _COLORS[MessageKind.DRILL]
    over = bool(message.topics) and all(topic.over for topic in message.topics) and not _open(message.more)
    return _COLORS[_GOOD if over else message.severity]


def _open(more: Mapping[str, int]) -> int:
    return sum(count for name, count in more.items() if name != RESOLVED)


def _badge(text: str, color: str) -> str:
    style = f"background:{color};color:#ffffff;font-size:12px;font-weight:700;line-height:16px;padding:2px 8px"
    return f'<span style="display:inline-block;{style};border-radius:3px;{_SANS}">{_text(text)}</span>'


def _paragraph(inner: str, css: str, style: str) -> str:
    return f'<div class="{css}" style="{_SANS};{style}">{inner}</div>\n'


def _code(text: str) -> str:
    style = "background:#f3f4f6;color:#1f2328;border:1px solid #d9dde2;border-radius:4px;padding:6px 8px"
    wrap = "font-size:13px;line-height:18px"
    words = (escape(word) for word in printable(text, 2000).split(" "))  # not broken at the hyphens of an option
    told = " ".join(
        f'<span style="white-space:nowrap">{w}</span>' if "-" in w[:2] and len(w) <= _UNBROKEN else w for w in words
    )
    return f'<div class="code" style="{_MONO};{style};{wrap};margin:2px 0 8px 0">{told}</div>\n'


def _commands(commands: Iterable[Command]) -> Iterator[str]:
    for command in commands:
        yield _paragraph(_text(command.label), "dim", "font-size:12px;line-height:16px;color:#5b6470")
        yield _code(command.text)


def _line(line: str) -> str:
    label = next((label for label in _LABELS if line.startswith(label)), "")
    return f"{f'<b>{label}</b>' if label else ''}{_text(line.removeprefix(label))}"


def _stacked(lines: Sequence[str], noun: str) -> str:
    more = len(lines) - _LINES
    return "<br>".join((*map(_line, lines[:_LINES]), *([f"and {more} more {noun}"] if more > 0 else ())))


def _names(topic: Topic, message: Message) -> Sequence[str]:
    """The interactions, of a trouble only how many; the vendor too where a message is of several."""
    told = topic.interactions if topic.subject is Subject.DRIFT else tuple(filter(None, (names(topic),)))
    if not topic.vendor or topic.vendor == message.vendor:
        return told
    return tuple(f"{topic.vendor}: {name}" for name in told) or (topic.vendor,)


def _lines(topic: Topic, message: Message) -> Iterator[str]:
    style = "font-size:14px;line-height:20px;color:#1f2328"
    if told := _names(topic, message):
        yield _paragraph(_stacked(told, "interactions"), "ink", f"{style};font-weight:700;margin:6px 0 6px 0")
    if topic.lines:
        yield _paragraph(_stacked(topic.lines, "lines"), "ink", style)


def _label(topic: Topic) -> str:
    badge, why = state_of(topic)
    root = f'<span class="ink" style="{_MONO};font-size:14px;color:#1f2328">{_text(topic.root)}</span>'
    reason = f'<span class="dim" style="{_SANS};font-size:13px;color:#5b6470">{_text(why)}</span>'
    shown = (_badge(badge, _shade(topic)), root if topic.root else "", reason if why else "")
    return " &nbsp;".join(filter(None, shown))


def _shade(topic: Topic) -> str:
    return _COLORS[_GOOD if topic.over else topic.severity]


def _topic(topic: Topic, message: Message) -> str:
    dim = "font-size:13px;line-height:18px;color:#5b6470;margin:6px 0 0 0"
    facts = [topic.since, f"evidence: {topic.evidence}" if topic.evidence else ""]
    if topic.incidents:
        facts.append(f"incident {', '.join(topic.incidents)}")
    told = "<br>".join(_text(fact) for fact in facts if fact)
    inner = "".join(
        (
            f'<div style="line-height:22px">{_label(topic)}</div>\n',
            *_lines(topic, message),
            _paragraph(told, "dim", dim) if told else "",
            '<div style="height:8px;line-height:8px">&nbsp;</div>\n' if topic.commands else "",
            *_commands(topic.commands),
        )
    )
    cell = f'<td style="border-left:4px solid {_shade(topic)};padding:0 0 0 12px">{inner}</td>'
    table = f'<table {_TABLE} style="table-layout:fixed"><tr>{cell}</tr></table>'
    return _row(table, "20px 24px 0 24px")


def _notes(lines: Sequence[str]) -> str:
    style = "font-size:14px;line-height:20px;color:#1f2328;margin:0 0 4px 0"
    return _row("".join(_paragraph(_text(line), "ink", style) for line in lines), "16px 24px 0 24px") if lines else ""


def _rest(message: Message) -> Iterator[str]:
    """What is not spelled out, and what to paste for the whole."""
    yield _notes((more(message.more),) if message.more else ())
    if message.commands:
        yield _row("".join(_commands(message.commands)), "20px 24px 0 24px")


def _foot(message: Message) -> str:
    links = [_link(message.run_url, "the run"), _link(message.runbook, "the runbook")]
    shown = [link for link, url in zip(links, (message.run_url, message.runbook), strict=True) if url]
    run = f"run {_text(message.run_id)}" if message.run_id else ""
    inner = " &nbsp;&middot;&nbsp; ".join(filter(None, (*shown, run, "sent by monitor")))
    style = "font-size:12px;line-height:18px;color:#5b6470"
    rule = '<div class="rule" style="border-top:1px solid #d9dde2;font-size:0;line-height:0;height:12px">&nbsp;</div>'
    return _row(rule + _paragraph(inner, "dim", style), "20px 24px 20px 24px")


def _top(message: Message) -> Iterator[str]:
    color = _color(message)
    if banner := _BANNERS.get(message.kind):
        style = f"background:{color};color:#ffffff;{_SANS};font-size:14px;font-weight:700;line-height:20px"
        yield _row(banner, "10px 24px 10px 24px", style=style)
    else:
        yield f'<tr><td style="background:{color};font-size:0;line-height:0;height:6px">&nbsp;</td></tr>\n'
    title = "font-size:20px;line-height:26px;font-weight:700;color:#1f2328;margin:0"
    facts = " &middot; ".join(_text(fact) for fact in (message.vendor, message.when) if fact)
    dim = "font-size:13px;line-height:18px;color:#5b6470;margin:4px 0 0 0"
    inner = f'<h1 class="ink" style="{_SANS};{title}">{_text(message.title)}</h1>\n'
    yield _row(inner + (_paragraph(facts, "dim", dim) if facts else ""), "20px 24px 0 24px")


def _preheader(message: Message) -> str:
    """What a list of mails shows after the subject; the rest keeps the body's beginning out of it."""
    first = next((line for topic in message.topics for line in topic.lines), "") or next(iter(message.notes), "")
    hidden = (
        "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all"
    )
    return f'<div style="{hidden}">{_text(first, _PREHEADER)}{"&#847;&zwnj;&nbsp;" * 40}</div>\n'


def html(message: Message) -> str:
    """A whole page of at most 640 pixels' width, readable on 360, light and dark."""
    rows = "".join(
        (
            *_top(message),
            _notes(message.notes),
            *(_topic(topic, message) for topic in message.topics),
            *_rest(message),
            _foot(message),
        )
    )
    box = f"background:#ffffff;border:1px solid #d9dde2;border-radius:8px;max-width:640px;table-layout:fixed;{_WRAP}"
    page = f'{_TABLE} class="page" style="background:#f0f2f4"'
    mso = '<!--[if mso]><table role="presentation" width="640" align="center"><tr><td><![endif]-->'
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{_HEAD}<title>{_text(message.title)}</title>\n</head>\n'
        f'<body class="page" style="margin:0;padding:0;background:#f0f2f4;-webkit-text-size-adjust:100%">\n'
        f"{_preheader(message)}"
        f'<table {page}><tr><td class="out" align="center" style="padding:24px 12px">\n{mso}\n'
        f'<table {_TABLE} class="box" align="center" style="{box};margin:0 auto;text-align:left">\n{rows}</table>\n'
        f"<!--[if mso]></td></tr></table><![endif]-->\n</td></tr></table>\n</body>\n</html>\n"
    )

"""A message as the JSON that a webhook carries. ``webhook.schema.json`` beside this file is its JSON Schema.

1. What is there in version 1 stays as it is; more may come. A receiver ignores what it does not know.
2. Texts are as people read them elsewhere. They may hold a vendor's words: a receiver escapes them for where it shows
   them.
3. ``text`` is the whole message in plain lines, for receivers that show what is called so (chats, mostly).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from monitor.alerts.plain import plain
from monitor.jsonpaths import Json
from monitor.model import Command, Message, Topic
from monitor.model.moments import stamp
from monitor.printable import printable

_NAMES: Final = 100  # interactions of a topic: a receiver takes no endless body
_NAME: Final = 300  # characters


def schema() -> str:
    """The JSON Schema (2020-12) of the body, as text."""
    return (files(__package__) / "webhook.schema.json").read_text("utf-8")


def body(message: Message, key: str) -> bytes:
    """ASCII, whatever a vendor's words hold: lone surrogates too."""
    return json.dumps(payload(message, key), ensure_ascii=True, separators=(",", ":")).encode("ascii")


def payload(message: Message, key: str) -> dict[str, Json]:
    return {
        "version": message.version,
        "key": key,
        "kind": message.kind.value,
        "vendor": message.vendor,
        "title": message.title,
        "severity": message.severity.value,
        "created": stamp(message.created),
        "when": message.when,
        "run_id": message.run_id,
        "topics": [_topic(topic) for topic in message.topics],
        "more": dict(message.more),
        "notes": [*message.notes],
        "commands": _commands(message.commands),
        "run_url": message.run_url,
        "runbook": message.runbook,
        "incidents": [*message.incidents],
        "continues": [*message.threads],
        "text": plain(message),
    }


def _topic(topic: Topic) -> Json:
    return {
        "vendor": topic.vendor,
        "reason": topic.reason.value,
        "subject": topic.subject.value,
        "severity": topic.severity.value,
        "resolved": topic.over,
        "root": topic.root,
        "interactions": [printable(name, _NAME) for name in topic.interactions[:_NAMES]],
        "lines": [*topic.lines],
        "since": topic.since,
        "outcome": topic.outcome,
        "evidence": topic.evidence,
        "incidents": [*topic.incidents],
        "commands": _commands(topic.commands),
    }


def _commands(commands: Iterable[Command]) -> list[Json]:
    return [{"label": command.label, "text": command.text} for command in commands]

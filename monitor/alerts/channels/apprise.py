"""``kind: apprise``: one of the hundred services that Apprise speaks to (Teams, PagerDuty, Discord, Telegram ...).

    url      an Apprise URL; it holds the secret

1. One channel is one URL: each place is tried again by itself, and none hears twice because another could not be
   reached.
2. Apprise says yes or no, and not why. No is taken as passing: whether a service is down or a token wrong it does not
   tell. What it logs may hold URLs, so nobody gets to see it.
3. What is too long for a service is split, unless the URL says otherwise: refused for its length, it would never come.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from monitor.alerts.channels import Context
from monitor.alerts.channels._slack import within
from monitor.alerts.plain import plain
from monitor.errors import UsageError
from monitor.model import Answer, Message, MessageKind, PassingFault, Sent, Severity
from monitor.printable import printable

Notify = Callable[[str, str, str], bool]  # title, body, the name of Apprise's type

_LOGS: Final = ("apprise", "urllib3")
_NOTHING: Final = logging.CRITICAL + 1
_TITLE: Final = 160  # characters
_MISSING: Final = "pip install 'provider-drift-monitor[apprise]'"
_EXAMPLE: Final = "write one as its wiki has it, for instance discord://WEBHOOK_ID/WEBHOOK_TOKEN"
_URL: Final = re.compile(r"\s*[a-z0-9]{1,32}://.*", re.ASCII | re.IGNORECASE | re.DOTALL)  # as Apprise has it
_TYPES: Final[Mapping[Severity, str]] = {
    Severity.BREAKING: "FAILURE",
    Severity.WARNING: "WARNING",
    Severity.INFO: "INFO",
}


class Settings(BaseModel):
    """Whatever Apprise speaks to."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: SecretStr = Field(
        min_length=4, description="An Apprise URL; for several places make several channels.", examples=["${TEAMS_URL}"]
    )

    @field_validator("url")
    @classmethod
    def _is_url(cls, value: SecretStr) -> SecretStr:
        if not _URL.fullmatch(value.get_secret_value()):
            raise ValueError(f"is no Apprise URL; {_EXAMPLE}")
        return value


@dataclass(frozen=True, slots=True)
class Apprise:
    """Sends messages to one service. ``notify`` gives title, body and type to Apprise."""

    notify: Notify = field(repr=False)
    timeout: float

    def send(self, message: Message, key: str, thread: Mapping[str, str] | None) -> Answer:  # noqa: ARG002
        """``answer`` is empty: most services have no threads that Apprise knew of, nor keys."""
        title = printable(message.title, _TITLE)
        body = plain(message).partition("\n")[2] or plain(message)  # its first line is the title
        done = within(self.timeout, lambda: self.notify(title, body, _type(message)))
        if isinstance(done, PassingFault):
            return done
        if done:
            return Sent()
        return PassingFault("Apprise could not hand it over, and does not say why; try the URL with: apprise -vv")


def _type(message: Message) -> str:
    if message.kind in (MessageKind.DRILL, MessageKind.TEST):
        return "INFO"
    over = bool(message.topics) and all(topic.over for topic in message.topics)
    return "SUCCESS" if over else _TYPES[message.severity]


def _quiet() -> None:
    """Apprise and what it speaks through have one logger each for the whole process, and write URLs into them."""
    for name in _LOGS:
        logging.getLogger(name).setLevel(_NOTHING)


def build(settings: Settings, context: Context) -> Apprise:
    """Raises UsageError where Apprise is not installed, or takes the URL for none."""
    try:
        import apprise  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if error.name != "apprise":  # what it needs itself
            raise
        raise UsageError("the kind apprise needs the package apprise", fix=_MISSING) from None
    _quiet()
    url = settings.url.get_secret_value()
    asset = apprise.AppriseAsset(
        app_id="monitor", app_desc="Drift monitor", app_url="", image_url_mask="", async_mode=False, plugin_paths=[]
    )
    service = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if not isinstance(service, apprise.NotifyBase):
        raise UsageError("url is no Apprise URL", fix=_EXAMPLE)
    if "overflow=" not in url.lower():
        service.overflow_mode = apprise.OverflowMode.SPLIT
    sender = apprise.Apprise(asset=asset)
    sender.add(service)

    def notify(title: str, body: str, kind: str) -> bool:
        taken = sender.notify(
            body=body, title=title, notify_type=getattr(apprise.NotifyType, kind), body_format=apprise.NotifyFormat.TEXT
        )
        return bool(taken)

    return Apprise(notify, context.timeout)

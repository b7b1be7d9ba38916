"""``kind: email``: one message over SMTP, as text and as HTML.

    host, port, security    starttls (default, port 587), tls (465), none (25; this machine, or allow_plaintext)
    username, password      sent over TLS, or to this machine, only
    from, to, reply_to      "Name <name@example.com>" or the bare address
    ca                      file of the CA that signed the server's certificate, where the system does not know it

1. The Message-ID comes of the intent's key, so that it is the same at every try: who gets it twice keeps it once.
2. What belongs under an earlier message names it in References and In-Reply-To. The subject stays what is true now.
3. Whatever reaches a header was checked (addresses) or escaped and cut (the subject): no line breaks, no controls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from monitor.alerts.channels import Context
from monitor.alerts.channels._html import html
from monitor.alerts.channels._smtp import Letter, Server, hand_in
from monitor.alerts.channels._wire import check_ca, is_loopback, tls_context, token
from monitor.alerts.plain import plain
from monitor.model import Answer, Message, Sent
from monitor.printable import printable

SUBJECT: Final = 160  # characters
_LINE: Final = 200  # characters of a header's line
_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_NAMED: Final = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<bare>[^<>]*)>\s*")
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HOST: Final = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_-]{1,63})*\.?")
_MESSAGE_ID: Final = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")


def _domain(text: str) -> str:
    """A host name as it goes over the wire: ASCII."""
    try:
        name = text.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("its domain is no host name; write for instance ops@example.com") from None
    if not _HOST.fullmatch(name):
        raise ValueError("its domain is no host name; write for instance ops@example.com")
    return name


def address(text: object) -> Address:
    """``name@example.com`` or ``Name <name@example.com>``. Raises ValueError, which repeats nothing of it."""
    if not isinstance(text, str):
        raise ValueError("is no address; write for instance ops@example.com")
    named = _NAMED.fullmatch(text)
    name, bare = (named["name"].strip('"'), named["bare"]) if named else ("", text.strip())
    local, at, domain = bare.rpartition("@")
    if not name.isprintable() or not at:
        raise ValueError("is no address; write for instance ops@example.com, or Ops <ops@example.com>")
    if not local.isascii():
        raise ValueError(
            "has letters before the @ that are not ASCII, which few servers take; use the mailbox's ASCII address"
        )
    if not _LOCAL.fullmatch(local) or len(local) > 64:
        raise ValueError("is no address; write for instance ops@example.com, or Ops <ops@example.com>")
    return Address(name, local, _domain(domain))


def _addresses(given: object) -> object:
    return (given,) if isinstance(given, str) else given


_Address: TypeAlias = Annotated[Address, BeforeValidator(address), WithJsonSchema({"type": "string"})]
_ONE_OR_MORE: Final = {"type": ["string", "array"], "items": {"type": "string"}}


class Settings(BaseModel):
    """Mail over SMTP."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True, populate_by_name=True
    )

    host: str = Field(min_length=1, max_length=253, description="The SMTP server.", examples=["smtp.example.com"])
    port: int = Field(0, ge=1, le=65535, description="Default: 587, with security: tls 465, with none 25.")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="How the connection is encrypted.")
    allow_plaintext: bool = Field(
        False, description="Allows security: none to another machine. No password goes there."
    )
    username: SecretStr = Field(SecretStr(""), description="For the login, with password.")
    password: SecretStr = Field(SecretStr(""), description="Best from ${secret:...}.")
    sender: Annotated[_Address, Field(alias="from", description="Who sends it.")]
    to: Annotated[
        tuple[_Address, ...],
        BeforeValidator(_addresses),
        WithJsonSchema(_ONE_OR_MORE),
        Field(min_length=1, max_length=50, description="Who gets it: an address, or a list."),
    ]
    reply_to: _Address | None = Field(None, description="Where answers go, if not to from.")
    ca: Annotated[str, AfterValidator(check_ca)] = Field(
        "", description="Absolute path of the CA that signed the server's certificate (PEM)."
    )

    @field_validator("port", mode="before")
    @classmethod
    def _is_port(cls, port: object) -> object:
        if isinstance(port, bool):  # which Python counts as 0 and 1
            raise ValueError("is no port; write a number from 1 to 65535")
        return port

    @field_validator("host")
    @classmethod
    def _is_host(cls, host: str) -> str:
        if ":" in host and is_loopback(host):  # ::1
            return host
        try:
            return _domain(host)
        except ValueError:
            raise ValueError("is no host name; write for instance smtp.example.com, the port under port") from None

    @model_validator(mode="after")
    def _keeps_secrets(self) -> Self:
        here, named = is_loopback(self.host), bool(self.username.get_secret_value())
        if self.security == "none" and not here and not self.allow_plaintext:
            raise ValueError(
                "security: none would send alerts unencrypted; use starttls or tls (or allow_plaintext: true)"
            )
        if self.security == "none" and not here and named:
            raise ValueError("a password is never sent unencrypted; use security: starttls or tls")
        if self.port == 465 and self.security != "tls" and not here:
            raise ValueError("port 465 speaks TLS from the start; use security: tls (or port 587)")
        if named != bool(self.password.get_secret_value()):
            raise ValueError("username and password go together; give both or neither")
        if not (self.username.get_secret_value() + self.password.get_secret_value()).isascii():
            raise ValueError("username or password has letters that SMTP's logins cannot carry; use ASCII ones")
        return self


@dataclass(frozen=True, slots=True)
class Email:
    """Sends messages through one server. Opens a connection for each: alerts are rare."""

    server: Server
    sender: Address
    to: tuple[Address, ...]
    reply_to: Address | None = None

    def send(self, message: Message, key: str, thread: Mapping[str, str] | None) -> Answer:
        """``answer`` is ``message_id``, and ``note`` where only some recipients were accepted."""
        letter = self.letter(message, key, thread)
        recipients = tuple(dict.fromkeys(one.addr_spec for one in self.to))
        answer = hand_in(self.server, Letter(self.sender.addr_spec, recipients, as_sent(letter)))
        if isinstance(answer, Sent):
            return Sent({"message_id": letter["Message-ID"], **answer.answer})
        return answer

    def letter(self, message: Message, key: str, thread: Mapping[str, str] | None) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["From"] = self.sender
        letter["To"] = self.to
        if self.reply_to is not None:
            letter["Reply-To"] = self.reply_to
        letter["Subject"] = printable(" ".join(message.title.split()), SUBJECT) or "monitor"
        letter["Date"] = format_datetime(message.created)
        letter["Message-ID"] = f"<monitor.{token(key)}@{self.sender.domain}>"
        first = (thread or {}).get("message_id", "")
        if _MESSAGE_ID.fullmatch(first):
            letter["In-Reply-To"] = letter["References"] = first
        letter["Auto-Submitted"] = "auto-generated"
        letter["X-Auto-Response-Suppress"] = "All"  # what Exchange goes by
        letter.set_content(plain(message), charset="utf-8", cte="quoted-printable")
        letter.add_alternative(html(message), subtype="html", charset="utf-8", cte="quoted-printable")
        return letter


def as_sent(letter: EmailMessage) -> bytes:
    """ASCII headers are not folded unless they are long: the standard library may fold right behind ``Subject:``.

    Others are: an encoded word has at most 75 characters.
    """
    plain_words = all(str(value).isascii() for value in letter.values())
    return letter.as_bytes(policy=SMTP.clone(max_line_length=_LINE if plain_words else 78))


def build(settings: Settings, context: Context) -> Email:
    """Raises UsageError for a ``ca`` that cannot be used."""
    server = Server(
        host=settings.host,
        port=settings.port or _PORTS[settings.security],
        security=settings.security,
        name=settings.sender.domain,
        username=settings.username.get_secret_value(),
        password=settings.password.get_secret_value(),
        tls=None if settings.security == "none" else tls_context(settings.ca),
        timeout=context.timeout,
    )
    return Email(server, settings.sender, settings.to, settings.reply_to)

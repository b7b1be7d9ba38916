from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from syrupy.assertion import SnapshotAssertion

from monitor.alerts.channels import Context
from monitor.alerts.channels._html import html
from monitor.alerts.channels.email import SUBJECT, Email, Settings, as_sent, build
from monitor.errors import UsageError
from monitor.jsonpaths import Json
from monitor.model import FinalFault, MessageKind, PassingFault, Sent
from monitor.printable import printable
from tests.alerts.channels.conftest import Certificate, Listener, Script, StartOffice
from tests.alerts.channels.examples import DRIFT, EMPTY, EXAMPLES, HOSTILE, KEY

CONTEXT = Context("email-team", "1.0", timeout=10.0)
PASSWORD = "hunter2-hunter2"
LOGIN: Mapping[str, Json] = {"username": "monitor", "password": PASSWORD}
FIRST = f"<monitor.{KEY}@mail.example>"


def channel(port: int, options: Mapping[str, Json] | None = None, timeout: float = 10.0) -> Email:
    given: dict[str, Json] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "from": "Drift monitor <monitor@mail.example>",
        "to": ["Team <team@example.org>", "oncall@example.org"],
        **(options or {}),
    }
    return build(Settings.model_validate(given), replace(CONTEXT, timeout=timeout))


def parsed(data: bytes) -> EmailMessage:
    letter = message_from_bytes(data, policy=default)
    assert isinstance(letter, EmailMessage)
    return letter


# -- a real server ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_it_arrives_encrypted_and_logged_in(
    security: str, post: StartOffice, certificate: Callable[[str], Certificate]
) -> None:
    made = certificate("IP:127.0.0.1")
    office = post(login=True, **{security: made.server})
    answer = channel(office.port, {"security": security, "ca": made.file, **LOGIN}).send(DRIFT, KEY, None)
    assert answer == Sent({"message_id": FIRST})
    (envelope,) = office.received
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "monitor@mail.example",
        ["team@example.org", "oncall@example.org"],
    )
    assert office.logins == [("monitor", PASSWORD)]
    assert set(office.names) == {"mail.example"}  # this machine's own name is nobody's business
    assert office.secure == [True]


def test_what_arrives(post: StartOffice, snapshot: SnapshotAssertion) -> None:
    office = post()
    answer = channel(office.port, {"reply_to": "help@example.org"}).send(DRIFT, KEY, None)
    assert answer == Sent({"message_id": FIRST})
    letter = parsed(office.letters[0])
    assert [f"{name}: {value}" for name, value in letter.items() if name != "Content-Type"] == snapshot
    text, page = letter.iter_parts()
    assert (text.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    assert page.get_content().splitlines() == html(DRIFT).splitlines()
    assert max(map(len, office.letters[0].split(b"\r\n"))) <= 998


def test_a_later_message_stands_under_the_first(post: StartOffice) -> None:
    office = post()
    channel(office.port).send(DRIFT, "other", {"message_id": FIRST})
    letter = parsed(office.letters[0])
    assert (letter["In-Reply-To"], letter["References"]) == (FIRST, FIRST)
    assert letter["Message-ID"] == "<monitor.other@mail.example>"


REPLIES = [
    ("AUTH", "454 4.7.0 Temporary authentication failure"),
    ("AUTH", "534 5.7.9 Please log in with your web browser"),
    ("AUTH", f"535 5.7.8 not accepted: {PASSWORD}"),
    ("MAIL", "451 4.3.0 try later"),
    ("MAIL", "421 4.3.2 shutting down"),
    ("MAIL", "530 5.7.0 Authentication Required"),
    ("MAIL", "550 5.7.60 Client does not have permissions to send as this sender"),
    ("MAIL", "552 5.3.4 too big"),
    ("MAIL", "553 5.7.1 Sender address rejected"),
    ("RCPT", "450 4.2.0 greylisted"),
    ("RCPT", "452 4.5.3 too many recipients"),
    ("RCPT", "550 5.1.1 no such user \x1b[2J"),
    ("RCPT", "552 5.2.2 mailbox full"),
    ("RCPT", "554 5.7.1 Relay access denied"),
    ("DATA", "452 4.3.1 no room"),
    ("DATA", "552 5.3.4 too big"),
    ("DATA", "554 5.7.1 looks like spam"),
    ("DATA", f"550 you said {PASSWORD}"),
]


def test_4xx_is_tried_again_and_5xx_wants_a_person(post: StartOffice, snapshot: SnapshotAssertion) -> None:
    told = []
    for command, reply in REPLIES:
        office = post(login=True, replies={command: reply})
        answer = channel(office.port, LOGIN).send(DRIFT, KEY, None)
        assert isinstance(answer, PassingFault if reply.startswith("4") else FinalFault), (command, reply, answer)
        assert PASSWORD not in repr(answer)
        assert not office.received
        fix = answer.fix if isinstance(answer, FinalFault) else "(tried again)"
        told.append(f"{answer.what}\n    {fix}".replace(str(office.port), "PORT"))
    assert "\n".join(told) == snapshot


@pytest.mark.parametrize("reply", ["550 5.1.1 no such user", "450 4.2.0 greylisted"])
def test_who_is_refused_while_others_are_not_is_named(reply: str, post: StartOffice) -> None:
    office = post(replies={"oncall@example.org": reply})
    answer = channel(office.port).send(DRIFT, KEY, None)
    note = f"1 of 2 recipients took it; refused: oncall@example.org ({reply})"
    assert answer == Sent({"message_id": FIRST, "note": note})
    assert office.received[0].rcpt_tos == ["team@example.org"]


@pytest.mark.parametrize(("one", "other", "kind"), [("450 x", "550 y", PassingFault), ("551 x", "550 y", FinalFault)])
def test_all_refused(one: str, other: str, kind: type[object], post: StartOffice) -> None:
    office = post(replies={"team@example.org": one, "oncall@example.org": other})
    assert isinstance(channel(office.port).send(DRIFT, KEY, None), kind)


def test_a_certificate_that_is_not_the_servers(post: StartOffice, certificate: Callable[[str], Certificate]) -> None:
    mine, other = certificate("IP:127.0.0.1"), certificate("DNS:other.example")
    office = post(login=True, starttls=mine.server)
    unknown = channel(office.port, {"security": "starttls", **LOGIN}).send(DRIFT, KEY, None)
    assert unknown == FinalFault(
        f"the certificate of 127.0.0.1:{office.port} is signed by itself",
        "if it is the right one, give its file as ca",
    )
    strange = post(login=True, tls=other.server)
    for_another = channel(strange.port, {"security": "tls", "ca": other.file, **LOGIN}).send(DRIFT, KEY, None)
    assert for_another == FinalFault(
        f"the certificate of 127.0.0.1:{strange.port} is for another address",
        "write the host as the certificate names it",
    )
    assert not office.logins
    assert not strange.logins


def test_what_a_server_does_not_offer(post: StartOffice) -> None:
    office = post()
    no_starttls = channel(office.port, {"security": "starttls", **LOGIN}).send(DRIFT, KEY, None)
    assert isinstance(no_starttls, FinalFault)
    assert "offers no STARTTLS" in no_starttls.what
    no_login = channel(office.port, LOGIN).send(DRIFT, KEY, None)
    assert isinstance(no_login, FinalFault)
    assert "offers no login" in no_login.what
    no_tls = channel(office.port, {"security": "tls"}).send(DRIFT, KEY, None)
    assert isinstance(no_tls, FinalFault)
    assert "does not speak TLS" in no_tls.what
    assert not office.received


# -- one that breaks --------------------------------------------------------------------------------------


def _reads_until(connection: socket.socket, end: bytes) -> None:
    seen = b""
    while not seen.endswith(end):
        data = connection.recv(65536)
        if not data:
            raise ConnectionError
        seen += data


def _silent(connection: socket.socket, stop: threading.Event) -> None:
    stop.wait()


def _drips(connection: socket.socket, stop: threading.Event) -> None:
    while not stop.wait(0.02):
        connection.sendall(b"2")


def _closes_at_once(connection: socket.socket, stop: threading.Event) -> None: ...


def _closes_after_data(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(b"220 mail.test\r\n")
    for reply in (b"250 mail.test\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n"):
        _reads_until(connection, b"\r\n")
        connection.sendall(reply)
    _reads_until(connection, b"\r\n.\r\n")


def _is_no_smtp(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def _has_no_end_of_line(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(b"220 " + b"x" * 20_000)
    stop.wait()


def _refuses(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(b"554 mail.test no mail from you\r\n")


BREAKING: Mapping[str, tuple[Script, type[object], str]] = {
    "silent": (_silent, PassingFault, "was not done within 0.2 s"),
    "drips": (_drips, PassingFault, "was not done within 0.2 s"),
    "closes": (_closes_at_once, PassingFault, "closed the connection at the connection"),
    "closes after data": (_closes_after_data, PassingFault, "closed the connection at the mail"),
    "no SMTP": (_is_no_smtp, PassingFault, "put the connection off: what it says is no SMTP"),
    "an endless line": (_has_no_end_of_line, PassingFault, "put the connection off: what it says is no SMTP"),
    "refuses": (_refuses, FinalFault, "refused the connection: 554 mail.test no mail from you"),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_server_that_breaks(name: str, serve: Callable[[Script], Listener]) -> None:
    script, kind, what = BREAKING[name]
    answer = channel(serve(script).port, timeout=0.2 if "0.2" in what else 10.0).send(DRIFT, KEY, None)
    assert isinstance(answer, kind)
    assert what in repr(answer)


def test_no_server(closed_port: int) -> None:
    what = f"127.0.0.1:{closed_port} refused the connection"
    assert channel(closed_port).send(DRIFT, KEY, None) == PassingFault(what)
    nowhere = channel(25, {"host": "no-such-host.invalid", "allow_plaintext": True})
    assert nowhere.send(DRIFT, KEY, None) == PassingFault("the host name of no-such-host.invalid:25 cannot be resolved")


# -- headers ----------------------------------------------------------------------------------------------


HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version"]
HEADERS += ["Content-Type"]


@settings(max_examples=40)
@given(st.text(max_size=400))
def test_a_title_is_one_subject_and_no_other_header(title: str) -> None:
    raw = message_from_bytes(as_sent(channel(25).letter(replace(EMPTY, title=title), KEY, None)))
    assert raw.keys() == HEADERS
    subject = str(make_header(decode_header(raw["Subject"].replace("\r\n", "").replace("\n", ""))))
    assert subject == (printable(" ".join(title.split()), SUBJECT) or "monitor")


def test_a_long_subject_stands_in_one_line() -> None:
    title = "DRILL (nothing is wrong): crm: 1 breaking drift in look up customer by phone and by mail, and more"
    assert f"Subject: {title}\r\n".encode() in as_sent(channel(25).letter(replace(EMPTY, title=title), KEY, None))


@pytest.mark.parametrize("key", ["a" * 500, "a\r\nBcc: eve@example.org", "<>", "ключ", ""])
def test_any_key_makes_a_message_id(key: str) -> None:
    letter = channel(25).letter(DRIFT, key, {"message_id": "<x>\r\nBcc: eve@example.org"})
    assert letter["Bcc"] is None
    assert letter["References"] is None
    assert letter["Message-ID"] == channel(25).letter(DRIFT, key, None)["Message-ID"]
    assert letter["Message-ID"].isascii()


# -- settings ---------------------------------------------------------------------------------------------

WRONG: Mapping[str, Mapping[str, Json]] = {
    "line break in from": {"from": "Monitor\r\nBcc: eve@example.org <monitor@mail.example>"},
    "line break in an address": {"to": "team@example.org\r\nBcc: eve@example.org"},
    "no address": {"to": ["team"]},
    "two in one": {"to": "a@example.org, b@example.org"},
    "not ASCII before the @": {"to": "käthe@example.org"},
    "no domain": {"to": "a@-"},
    "nobody": {"to": []},
    "plaintext elsewhere": {"host": "mail.example", "security": "none"},
    "password unencrypted": {"host": "mail.example", "security": "none", "allow_plaintext": True, **LOGIN},
    "TLS port": {"host": "mail.example", "port": 465, "security": "starttls"},
    "no password": {"username": "monitor"},
    "odd password": {"username": "monitor", "password": "pässword"},
    "a URL": {"host": "smtp://mail.example"},
    "a misspelt option": {"pasword": PASSWORD},
    "security": {"security": "ssl"},
    "a switch for a port": {"port": True},
    "no port": {"port": 0},
}


def test_what_cannot_be_is_told(snapshot: SnapshotAssertion) -> None:
    told = []
    for name, options in WRONG.items():
        with pytest.raises(ValidationError) as caught:
            channel(25, options)
        told += [f"{name}: {fault['loc']} {fault['msg']}" for fault in caught.value.errors()]
        assert PASSWORD not in str(caught.value)
        assert "eve@" not in str(caught.value)
    assert "\n".join(told) == snapshot


def test_what_can_be() -> None:
    found = Settings.model_validate({"host": "bücher.example", "from": "m@bücher.example", "to": "ops@example.org"})
    assert (found.host, found.sender.domain) == ("xn--bcher-kva.example", "xn--bcher-kva.example")
    assert [
        build(Settings.model_validate({"host": "h", "from": "m@e", "to": "o@e", "security": one}), CONTEXT).server.port
        for one in ("starttls", "tls")
    ] == [587, 465]
    assert Settings.model_validate({"host": "::1", "security": "none", "from": "m@e", "to": "o@e", "port": "2525"}).port


def test_secrets_are_in_no_repr(tmp_path: Path) -> None:
    made = channel(25, LOGIN)
    assert PASSWORD not in repr(made)
    with pytest.raises(UsageError, match="ca cannot be read as certificates"):
        channel(25, {"security": "starttls", "ca": str(tmp_path / "none.pem")})


# -- HTML -------------------------------------------------------------------------------------------------


def test_the_page(snapshot: SnapshotAssertion) -> None:
    assert html(DRIFT) == snapshot


@pytest.mark.parametrize(("name", "color"), [("drift", "#b3261e"), ("resolved", "#1f6f43"), ("drill", "#5b3fa0")])
def test_the_first_thing_seen_is_how_bad_it_is(name: str, color: str) -> None:
    box = html(EXAMPLES[name]).partition('class="box"')[2]
    assert f"background:{color}" in box[: box.index("<h1")]


def test_a_digest_of_several_vendors_names_each() -> None:
    page = html(replace(DRIFT, kind=MessageKind.DIGEST, vendor=""))
    assert "crm: a GET request to look up customer by phone" in page


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


def _tags(text: str) -> list[tuple[str, tuple[str, ...]]]:
    topic = replace(DRIFT.topics[0], root=text, interactions=(text,), lines=(text,), since=text, evidence=text)
    parser = _Tags()
    parser.feed(
        html(replace(DRIFT, title=text, vendor=text, notes=(text,), topics=(topic,), runbook=f"https://{text}"))
    )
    return parser.found


@settings(max_examples=40)
@given(st.text(alphabet=st.one_of(st.sampled_from("<>&'\"/=-! abs"), st.characters()), min_size=1, max_size=60))
def test_no_text_makes_an_element_or_an_attribute(text: str) -> None:
    assert _tags(f"x{text}") == _tags("x")


def test_hostile_text_stays_text() -> None:
    page = html(HOSTILE)
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert 'href="https://wiki.example/&quot;&gt;&lt;script' in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    for loading in ("src=", "@import", "url(", "<link", "<img"):
        assert loading not in page

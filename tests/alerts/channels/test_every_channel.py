"""What holds for every kind of channel that is discovered: one that is added is tested unasked.

It needs an entry in options.py. What is told of it and how it is sent is in the tests of its own.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from pydantic import ValidationError

from monitor.alerts.channels import Channel, Context, find, kinds
from monitor.errors import UsageError
from monitor.jsonpaths import Json
from monitor.model import Answer, PassingFault
from tests.alerts.channels.options import OPTIONS, SECRET
from tests.alerts.examples import HOSTILE, MESSAGES

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise imports it

every_kind = pytest.mark.parametrize("kind", kinds())


def options(kind: str, port: int = 9) -> dict[str, Json]:
    assert kind in OPTIONS, f"give {kind} an entry in tests/alerts/channels/options.py"
    return OPTIONS[kind](port)


def channel(kind: str, port: int, timeout: float = 20.0) -> Channel:
    module = find(kind)
    return module.build(module.Settings.model_validate(options(kind, port)), Context("name", "1.2.3", timeout))


@pytest.fixture
def closed_port() -> int:
    """A port that refuses."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@pytest.fixture
def rude_port() -> Iterator[int]:
    """A port that accepts, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):  # closed
                while True:
                    listener.accept()[0].close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_kinds_of_ours_are_found() -> None:
    assert {"slack", "slack_webhook"} <= set(kinds())
    assert not any(kind.startswith("_") for kind in kinds())
    with pytest.raises(UsageError, match=r"one of: .*slack, slack_webhook"):
        find("slak")


@every_kind
def test_an_unknown_option_is_refused(kind: str) -> None:
    with pytest.raises(ValidationError, match="tokne") as told:
        find(kind).Settings.model_validate({**options(kind), "tokne": SECRET})
    assert SECRET not in str(told.value)


@every_kind
def test_every_option_is_described(kind: str) -> None:
    settings = find(kind).Settings
    assert (settings.__doc__ or "").strip()
    assert [name for name, option in settings.model_fields.items() if not option.description] == []


@every_kind
def test_an_option_that_is_missing_is_named(kind: str) -> None:
    settings = find(kind).Settings
    for name, option in settings.model_fields.items():
        if option.is_required():
            known = option.alias or name
            with pytest.raises(ValidationError, match=rf"(?m)^{re.escape(known)}$"):
                settings.model_validate({key: value for key, value in options(kind).items() if key != known})


@every_kind
def test_no_secret_is_in_what_is_shown(kind: str) -> None:
    settings = find(kind).Settings.model_validate(options(kind))
    shown = [repr(settings), str(settings), repr(channel(kind, 9)), str(settings.model_dump())]
    assert not [text for text in shown if SECRET in text]


@every_kind
def test_no_secret_is_in_what_is_wrong(kind: str) -> None:
    """Each option in turn is what it cannot be, and holds the secret."""
    for name in options(kind):
        with pytest.raises(ValidationError) as told:
            find(kind).Settings.model_validate({**options(kind), name: {"no": [SECRET]}})
        assert SECRET not in f"{told.value!s}{told.value!r}"


def _passes(answer: Answer) -> None:
    assert isinstance(answer, PassingFault)
    assert answer.what
    assert answer.what.isprintable()
    assert SECRET not in answer.what


@every_kind
def test_one_that_refuses_is_tried_again(kind: str, closed_port: int) -> None:
    _passes(channel(kind, closed_port).send(MESSAGES["first drift"], "key-1", None))


@every_kind
def test_one_that_hangs_up_is_tried_again(kind: str, rude_port: int) -> None:
    _passes(channel(kind, rude_port).send(HOSTILE, "key-1", {"of": "another"}))


@every_kind
def test_one_that_says_nothing_is_given_up_in_time(kind: str, silent_port: int) -> None:
    _passes(channel(kind, silent_port, timeout=0.1).send(MESSAGES["first drift"], "key-1", None))

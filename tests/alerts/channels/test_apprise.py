from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from pydantic import ValidationError

from monitor.alerts.channels import Context
from monitor.alerts.channels.apprise import Apprise, Settings, build
from monitor.alerts.plain import plain
from monitor.errors import UsageError
from monitor.model import PassingFault, Sent
from tests.alerts.channels.conftest import Listener, Script
from tests.alerts.channels.examples import DRIFT, DRILL, EMPTY, HOSTILE, KEY, RESOLVED
from tests.alerts.channels.receiving import Receiver

# one of its hundred modules imports what Python 3.13 has no more
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

CONTEXT = Context("teams", "1.0", 10.0)
HIDDEN = "T0K3N-in-the-path"
Serve = Callable[[Script], Listener]


def channel(port: int, timeout: float = 10.0) -> Apprise:
    return build(
        Settings.model_validate({"url": f"json://127.0.0.1:{port}/{HIDDEN}"}), replace(CONTEXT, timeout=timeout)
    )


def test_what_arrives(serve: Serve) -> None:
    receiver = Receiver()
    made = channel(serve(receiver).port)
    for message in (DRIFT, RESOLVED, DRILL, EMPTY):
        assert made.send(message, KEY, None) == Sent()
    bodies = [json.loads(data) for data in receiver.bodies]
    assert [body["type"] for body in bodies] == ["failure", "success", "info", "info"]
    assert bodies[0]["title"] == DRIFT.title
    assert bodies[0]["message"].strip() == plain(DRIFT).partition("\n")[2].strip()
    assert receiver.lines[0] == f"POST /{HIDDEN} HTTP/1.1"


def test_what_is_too_long_is_split(serve: Serve) -> None:
    receiver = Receiver()
    assert channel(serve(receiver).port).send(HOSTILE, KEY, None) == Sent()
    assert len(receiver.bodies) > 1


def test_no_is_tried_again(
    serve: Serve, closed_port: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    refusing = channel(serve(Receiver(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")).port)
    for made in (refusing, channel(closed_port)):
        answer = made.send(DRIFT, KEY, None)
        assert isinstance(answer, PassingFault)
        assert "does not say why" in answer.what
        assert HIDDEN not in repr(answer) + repr(made)
    assert HIDDEN not in caplog.text
    assert capfd.readouterr().err == ""


def test_one_that_hangs_is_given_up(serve: Serve) -> None:
    def silent(connection: socket.socket, stop: threading.Event) -> None:
        stop.wait()

    assert channel(serve(silent).port, timeout=0.2).send(DRIFT, KEY, None) == PassingFault("no answer within 0.2 s")


@pytest.mark.parametrize("url", [f"nosuch://{HIDDEN}", f"discord://{HIDDEN}", "json://"])
def test_what_is_no_url_of_apprises(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="url is no Apprise URL") as caught:
        build(Settings.model_validate({"url": url}), CONTEXT)
    assert HIDDEN not in str(caught.value)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("url", ["digest", f"{HIDDEN} {HIDDEN}"])
def test_a_word_is_no_url(url: str) -> None:
    with pytest.raises(ValidationError, match="is no Apprise URL") as caught:
        Settings.model_validate({"url": url})
    assert url not in str(caught.value)


def test_without_apprise_it_says_how_to_get_it() -> None:
    code = (
        "import sys; sys.modules['apprise'] = None\n"
        "from monitor.alerts.channels import Context, apprise\n"
        "from monitor.errors import UsageError\n"
        "try: apprise.build(apprise.Settings(url='json://x'), Context('a', '1'))\n"
        "except UsageError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == (
        "the kind apprise needs the package apprise; pip install 'provider-drift-monitor[apprise]'"
    )

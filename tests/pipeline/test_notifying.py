"""What a check does once its report is there: who counts as told, what may be deleted, when the heartbeat is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Never

import pytest

from monitor.alerts.composing import Voice
from monitor.errors import LedgerError, MonitorError
from monitor.ledger.database import open_database
from monitor.ledger.ledger import Ledger
from monitor.model import Alerts, Answer, ChannelSource, Message, Result, Schedule, Sent, Settings, Vendor
from monitor.pipeline.alerting import Post, Postman
from monitor.pipeline.notifying import LedgerBook, run_check
from monitor.pipeline.tools import Selection, Tools
from monitor.recordings.masking import Masker
from monitor.recordings.store import Store
from tests.ledger.made import START, report, result
from tests.road.scripted import serving

CHANNEL = {"team": ChannelSource("team", "slack", {})}


class Quiet:
    def planned(self, count: int) -> None: ...

    def done(self, result: Result) -> None: ...


def unused(*_: object) -> Never:
    raise AssertionError("nothing is called here")


def settings_of(folder: Path, heartbeat: str = "") -> Settings:
    vendor = Vendor("crm", "https://crm.example", schedule=Schedule("17 5 * * 1", heartbeat=heartbeat))
    return Settings(
        file=str(folder / "monitor.yaml"),
        root=str(folder),
        vendors={"crm": vendor},
        recordings_dir=str(folder / "recordings"),
        state_dir=str(folder / "state"),
        ledger=f"sqlite:///{folder}/ledger.db",
        alerts=Alerts(channels=CHANNEL),
    )


def tools_of(settings: Settings) -> Tools:
    store, lock = Store(Path(settings.recordings_dir)), lambda _: nullcontext()
    return Tools(store, Masker(()), lambda: START, bytes, unused, unused, lock, lock, Quiet())


def book_of(settings: Settings, open_ledger: Callable[[], Ledger] | None = None) -> LedgerBook:
    voice = Voice(settings.alerts, str)
    opened = open_ledger or (lambda: Ledger(open_database(settings.ledger, START), "host"))
    return LedgerBook(settings, tools_of(settings), opened, voice)


def gone() -> Never:
    raise LedgerError("it is gone")


def test_without_a_channel_nothing_counts_as_told(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    with book_of(replace(settings, alerts=Alerts())) as book:
        book.keep(report(0, result("$.customerId")))
        (known,) = book.opened().incidents()
        assert (book.fault, known.open, known.said) == (None, True, None)
    with book_of(settings) as book:
        book.keep(report(1, result("$.customerId")))
        (intent,) = book.opened().intents()
        assert intent.channel == "team"


def test_a_ledger_that_cannot_tell_what_is_evidence_lets_nothing_be_deleted(tmp_path: Path) -> None:
    with book_of(settings_of(tmp_path), gone) as book:
        assert book.held() is None
        assert book.notes == ["old runs were not deleted: it is gone"]
    with book_of(settings_of(tmp_path), gone) as book:
        book.keep(report(0))
        assert (str(book.fault), book.held(), book.notes) == ("it is gone", None, [])


class Channel:
    """Takes everything."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def send(self, message: Message, key: str, thread: Mapping[str, str] | None) -> Answer:
        self.messages.append(message)
        return Sent()


def postman_of(settings: Settings, channel: Channel) -> Postman:
    post = Post({"team": channel}, Voice(settings.alerts, str), lambda: START, lambda: 0.0, lambda: 0.0, lambda: "me")
    return Postman(settings, post)


def test_without_its_ledger_a_run_tells_what_it_found_all_the_same(tmp_path: Path) -> None:
    settings, channel = settings_of(tmp_path), Channel()
    with book_of(settings, gone) as book:
        book.keep(report(0, result("$.customerId")))
        found = book.unkept(report(0, result("$.customerId")), LedgerError("it is gone"))
        nothing = book.unkept(report(0), LedgerError("it is gone"))
    postman = postman_of(settings, channel)
    assert postman.unkept((*found, *nothing)).sent == 2
    first, second = channel.messages
    assert (first.title, len(first.topics)) == ("crm: 1 breaking drift in a lookup", 1)
    assert first.notes[0].startswith("The ledger cannot be used: it is gone. Until it can, each run tells all")
    assert second.title == "monitor cannot use its ledger; it found nothing new to tell of crm"


@pytest.mark.parametrize(
    ("open_ledger", "notify", "beats", "why"),
    [
        (None, True, 1, ""),
        (None, False, 0, ""),
        (gone, True, 0, "the run is not in the ledger: it is gone"),
    ],
)
def test_the_heartbeat_says_that_people_would_be_told(
    tmp_path: Path,
    open_ledger: Callable[[], Ledger] | None,
    notify: bool,
    beats: int,
    why: str,
) -> None:
    with serving() as server:
        server.answers["/beat"] = lambda: (200, {}, b"")
        settings = settings_of(tmp_path, f"{server.url}/beat")
        book = book_of(settings, open_ledger)
        postman = postman_of(settings, Channel())
        done = run_check(settings, tools_of(settings), book, Selection(notify=notify), postman)
        assert len(server.seen) == beats
    assert isinstance(done.fault, MonitorError) is bool(why)
    assert why in ("", done.report.exit_reasons[0])
    assert done.report.exit_code == (70 if why else 3)  # it has no interaction

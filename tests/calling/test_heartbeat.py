"""The heartbeat: what is called, how often, and what is said where it fails."""

from __future__ import annotations

import socket

import pytest

from monitor.calling.heartbeat import ping
from tests.road.scripted import ScriptedVendor, json_answer, serving

SECRET = "0b5e7a1c-canary"


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ([200], ""),
        ([204], ""),
        ([503, 200], ""),  # once more
        ([503, 503], "the heartbeat was not taken: it answered 503"),
        ([404, 404], "the heartbeat was not taken: it answered 404"),
        ([302, 302], "the heartbeat was not taken: it answered 302"),
    ],
)
def test_it_is_called_until_it_is_taken_and_twice_at_most(statuses: list[int], said: str) -> None:
    with serving() as server:
        left = iter(statuses)
        server.answers[f"/{SECRET}"] = lambda: (next(left), {"Location": f"{server.url}/elsewhere"}, b"")
        assert ping(f"{server.url}/{SECRET}") == said
        assert server.seen == [f"/{SECRET}"] * len(statuses)  # and nothing was followed


def closed() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/{SECRET}"


@pytest.mark.parametrize("url", ["", f"ftp://127.0.0.1/{SECRET}", f"http://[{SECRET}", SECRET, "closed"])
def test_where_nobody_is_a_note_is_made_without_the_url(url: str) -> None:
    said = ping(closed() if url == "closed" else url)
    assert said.startswith("the heartbeat was not taken: ")
    assert SECRET not in said


def test_what_it_answers_is_not_read() -> None:
    vendor: ScriptedVendor
    with serving() as vendor:
        vendor.answers["/b"] = json_answer(["x" * 1000] * 1000)
        assert ping(f"{vendor.url}/b", "monitor/0") == ""

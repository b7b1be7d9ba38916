"""A Slack on this machine: it answers chat.postMessage and incoming webhooks as Slack does, well or badly.

    with serving() as slack:
        slack.next("ratelimited", "ok")        # the next two answers; then ok again
        slack.api_url, slack.webhook_url       # what goes into a channel's options
        slack.posts                            # what came

``python -m tests.alerts.slack_server [ANSWER ...]`` runs it until Ctrl-C and prints each message as people read it.

Answers: ok, ratelimited (429, Retry-After: 7), a status (500; 302 leads elsewhere), hang (says nothing), close, garbage
(no HTTP), page (a proxy's HTML with 200), list (JSON, but no object), null, bare (an ok that names no message), flood
(an ok behind 150 KB of blanks), or any of Slack's words (invalid_auth). A webhook answers a word with its own status.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from monitor.jsonpaths import Json

TOKEN: Final = "xoxb-1234-5678-SECRETSECRET"
HOOK: Final = "/services/T0SECRET/B0SECRET/SECRETSECRET"
RETRY_AFTER: Final = 7
CHANNEL: Final = "C0123456789"  # what #names are resolved to

_WEBHOOK_STATUS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("no_service", "no_team", "channel_not_found", "user_not_found"), 404),
    **dict.fromkeys(("action_prohibited", "posting_to_general_channel_denied", "invalid_token"), 403),
    "channel_is_archived": 410,
}
_RAW: Final = {
    "page": b"<!DOCTYPE html><h1>Sign in to the guest network</h1>",
    "list": b"[1]",
    "null": b"null",
    "bare": b'{"ok":true}',
}


@dataclass(frozen=True, slots=True)
class Post:
    """One request that came."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Json]
    answer: str

    @property
    def text(self) -> str:
        return as_text(self.body)


@dataclass(slots=True)
class Slack:
    port: int = 0
    posts: list[Post] = field(default_factory=list)
    script: deque[str] = field(default_factory=deque)
    over: threading.Event = field(default_factory=threading.Event)
    loud: bool = False  # prints what comes

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    @property
    def webhook_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{HOOK}"

    def next(self, *answers: str) -> None:
        self.script.extend(answers)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # what a redirect that is followed becomes
        assert isinstance(self.server, _Server)
        self.server.slack.posts.append(Post(self.path, dict(self.headers.items()), {}, "ok"))
        self._send(200, b"ok")

    def do_POST(self) -> None:
        assert isinstance(self.server, _Server)
        slack = self.server.slack
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = slack.script.popleft() if slack.script else "ok"
        slack.posts.append(Post(self.path, dict(self.headers.items()), body, answer))
        if slack.loud:
            sys.stdout.write(f"--- {self.path}: {answer}\n{as_text(body)}\n")
            sys.stdout.flush()
        if answer == "hang":
            slack.over.wait()
        elif answer == "garbage":
            self.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        elif answer != "close":
            self._answer(answer, body, f"1764303429.{len(slack.posts):06d}")

    def _answer(self, answer: str, body: Mapping[str, Json], ts: str) -> None:
        hook = self.path.startswith("/services/")
        if answer in _RAW:
            self._send(200, _RAW[answer])
        elif answer == "flood":
            self._send(200, b" " * 150_000 + (b"ok" if hook else _json("ok", body, ts)))
        elif answer.isdigit():
            leads = {"Location": "/elsewhere"} if answer < "400" else None
            self._send(int(answer), b"<h1>an error page</h1>", leads)
        elif answer == "ratelimited":
            told = b"rate_limited" if hook else b'{"ok":false,"error":"ratelimited"}'
            self._send(429, told, {"Retry-After": str(RETRY_AFTER)})
        elif hook:
            self._send(200 if answer == "ok" else _WEBHOOK_STATUS.get(answer, 400), answer.encode())
        else:
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            self._send(200, _json("invalid_auth" if answer == "ok" and not known else answer, body, ts))

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
        pass


def _json(word: str, body: Mapping[str, Json], ts: str) -> bytes:
    channel = body.get("channel")
    named = isinstance(channel, str) and channel.startswith("#")
    good = {"ok": True, "channel": CHANNEL if named else channel, "ts": ts, "message": {}}
    return json.dumps(good if word == "ok" else {"ok": False, "error": word}).encode()


@contextmanager
def serving(*answers: str, loud: bool = False) -> Iterator[Slack]:
    """A Slack for as long as the block lasts; ``answers`` are its first."""
    slack = Slack(script=deque(answers), loud=loud)
    server = _Server(slack)
    slack.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield slack
    finally:
        slack.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


# -- as people read it ------------------------------------------------------------------------------------


def as_text(body: Mapping[str, Json]) -> str:
    """The blocks of a message, roughly as Slack shows them."""
    listed = body.get("blocks")
    place = f"[reply to {body['thread_ts']}]\n" if "thread_ts" in body else ""
    return place + "\n".join(_block(block) for block in (listed if isinstance(listed, list) else []))


def _block(block: Json) -> str:
    if not isinstance(block, dict):
        return "?"
    kind = block["type"]
    if kind == "divider":
        return "-" * 40
    if kind == "header":
        return f"# {_leaf(block['text'])}"
    elements = block.get("elements")
    texts = [
        _block(one) if _has_elements(one) else _leaf(one) for one in (elements if isinstance(elements, list) else [])
    ]
    if kind == "rich_text_preformatted":
        return "\n".join(f"    | {line}" for line in "".join(texts).split("\n"))
    return ("\n" if kind == "rich_text" else "").join(texts)


def _has_elements(one: Json) -> bool:
    return isinstance(one, dict) and "elements" in one


def _leaf(one: Json) -> str:
    if not isinstance(one, dict):
        return "?"
    text = str(one["text"])
    if one["type"] == "link":
        return f"[{text}]({one['url']})"
    if one["type"] == "text":
        return f"**{text}**" if one.get("style") else text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt), serving(*sys.argv[1:], loud=True) as running:
        sys.stdout.write(f"token: {TOKEN}\napi_url: {running.api_url}\nurl: {running.webhook_url}\n")
        sys.stdout.flush()
        threading.Event().wait()

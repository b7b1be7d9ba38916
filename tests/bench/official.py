"""The official ``pact.Verifier`` over a loopback replay, as fast as it goes: what recheck is compared with.

``python -m tests.bench.official FOLDER BATCH [--one-certificate] [--url URL]`` verifies FOLDER/pact.json, whose
interaction i is answered with line i of FOLDER/bodies.jsonl, or by the server at URL, in pact files of BATCH
interactions each (it takes longer by the interaction where a file holds very many). One line of JSON is printed:
{"seconds", "cpu", "failed": [numbers]}.

It builds a TLS client for every interaction and reads all CA certificates of the machine for it, which is most of its
time. With ``--one-certificate`` there is one to be read; that is nobody's setting, but shows what the rest takes.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from tests.bench.processes import Spent, python

BATCH: Final = 20  # interactions in a pact file; the quickest of 1, 5, 20, 100, 250 and 1,000
ONE_CERTIFICATE: Final = "--one-certificate"
GUARDS: Final = {"PACT_DO_NOT_TRACK": "true", "NO_PROXY": "127.0.0.1,localhost"}


def prepare(folder: Path, pact: bytes, bodies: Sequence[bytes]) -> None:
    """The folder that this program reads."""
    folder.mkdir()
    (folder / "pact.json").write_bytes(pact)
    (folder / "bodies.jsonl").write_bytes(b"\n".join(bodies))


@dataclass(frozen=True, slots=True)
class Verified:
    """``seconds`` and CPU seconds of verifying alone, the interactions that failed; what the whole process took."""

    seconds: float
    cpu: float
    failed: frozenset[int]
    spent: Spent


def verified(folder: Path, batch: int, *options: str) -> Verified:
    """Verifies what ``prepare`` wrote, in another process."""
    spent = python("-m", "tests.bench.official", str(folder), str(batch), *options, more=GUARDS)
    told = json.loads(spent.output)
    return Verified(told["seconds"], told["cpu"], frozenset(told["failed"]), spent)


# -- the program ------------------------------------------------------------------------------------------


def _rewritten(pact: Mapping[str, object], interactions: Sequence[tuple[int, Mapping[str, object]]]) -> bytes:
    kept = [
        {**interaction, "request": {"method": "GET", "path": f"/r/{number}"}, "_id": f"r{number}"}
        for number, interaction in interactions
    ]
    return json.dumps({**pact, "interactions": kept}).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True


@contextmanager
def _replaying(bodies: Sequence[bytes]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = bodies[int(self.path.removeprefix("/r/"))]
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server wants
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _verify(file: Path, url: str) -> Iterator[tuple[int, bool]]:
    """(number, whether it passed) of each interaction of the file."""
    from pact import Verifier  # noqa: PLC0415 - the bench itself never loads it

    verifier = Verifier("crm", "127.0.0.1").add_transport(url=url).add_source(file)
    failed = False
    try:
        verifier.verify()
    except RuntimeError:
        failed = True
    found = verifier.results["interactionResults"]
    told = {int(one["interactionId"].removeprefix("r")): one["result"] == "OK" for one in found}
    assert failed != all(told.values()), "the official verifier contradicts itself"
    yield from told.items()


def _one_certificate(folder: Path) -> None:
    import certifi  # noqa: PLC0415

    end = "-----END CERTIFICATE-----\n"
    first = Path(certifi.where()).read_text(encoding="ascii").partition(end)[0] + end
    (folder / "one.pem").write_text(first, encoding="ascii")
    (folder / "none").mkdir()
    os.environ.update(SSL_CERT_FILE=str(folder / "one.pem"), SSL_CERT_DIR=str(folder / "none"))


def _run(folder: Path, scratch: Path, batch: int, url: str) -> Mapping[str, object]:
    pact = json.loads((folder / "pact.json").read_bytes())
    numbered = list(enumerate(pact["interactions"]))
    files = []
    for start in range(0, len(numbered), batch):
        files.append(scratch / f"{start}.json")
        files[-1].write_bytes(_rewritten(pact, numbered[start : start + batch]))
    bodies = (folder / "bodies.jsonl").read_bytes().split(b"\n")
    with nullcontext(url) if url else _replaying(bodies) as server:
        begun, worked = time.perf_counter(), time.process_time()
        verdicts = dict(one for file in files for one in _verify(file, server))
        taken, used = time.perf_counter() - begun, time.process_time() - worked
    assert len(verdicts) == len(numbered), "the official verifier judged only some interactions"
    failed = sorted(number for number, passed in verdicts.items() if not passed)
    return {"seconds": taken, "cpu": used, "failed": failed}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("batch", type=int)
    parser.add_argument(ONE_CERTIFICATE, action="store_true")
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the verifier prints
    with tempfile.TemporaryDirectory() as name:
        if options.one_certificate:
            _one_certificate(Path(name))
        json.dump(_run(options.folder, Path(name), options.batch, options.url), answer)
    answer.close()


if __name__ == "__main__":
    main()

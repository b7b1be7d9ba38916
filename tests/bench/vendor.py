"""A vendor that answers every GET after a pause: ``python -m tests.bench.vendor SECONDS`` prints its URL and serves.

A process of its own, on asyncio, so that it truly serves many answers at once while the benchmark works.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio import StreamReader, StreamWriter

from tests.bench.bodies import members

_BODY = json.dumps({"members": members(4)}).encode()
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)


async def _serve(reader: StreamReader, writer: StreamWriter, pause: float) -> None:
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(pause)
            writer.write(_ANSWER)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _main(pause: float) -> None:
    server = await asyncio.start_server(lambda r, w: _serve(r, w, pause), "127.0.0.1", 0, backlog=200)
    host, port = server.sockets[0].getsockname()
    print(f"http://{host}:{port}", flush=True)
    async with server:
        await server.serve_forever()


async def ask(url: str, count: int, at_once: int) -> None:
    """``count`` GETs over ``at_once`` connections, as bare as can be: what the vendor itself takes."""
    host, _, port = url.removeprefix("http://").partition(":")
    left = iter(range(count))

    async def one() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for _ in left:
            writer.write(b"GET / HTTP/1.1\r\nHost: vendor\r\n\r\n")
            await reader.readexactly(len(_ANSWER))
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(one() for _ in range(at_once)))


if __name__ == "__main__":
    try:
        asyncio.run(_main(float(sys.argv[1])))
    except KeyboardInterrupt:
        sys.exit(0)

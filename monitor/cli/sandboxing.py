"""sandbox: an embedded demo CRM, to try everything on."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.console import note


def sandbox(
    host: Annotated[str, typer.Option("--host", help="A loopback address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8765,
    version: Annotated[
        int, typer.Option("--version", min=1, max=2, help="2 has customerId renamed to customer_id.")
    ] = 1,
) -> None:
    """Serve the demo CRM on loopback until Ctrl-C.

    Examples:

      monitor sandbox

      monitor sandbox --version 2
    """
    from monitor.sandbox.server import serve

    serve(host, port, version, lambda url: note(f"sandbox CRM, version {version}, at {url} (Ctrl-C ends it)"))


def register(app: typer.Typer) -> None:
    app.command()(sandbox)

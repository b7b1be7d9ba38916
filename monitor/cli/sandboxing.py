"""sandbox: an embedded demo CRM, to try everything on."""

from __future__ import annotations

import contextlib
from typing import Annotated

import typer

from monitor.cli.console import note


def sandbox(
    host: Annotated[str, typer.Option("--host", help="A loopback address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8765,
    version: Annotated[
        int, typer.Option("--version", min=1, max=2, help="2 has customerId renamed to customer_id.")
    ] = 1,
    slack_port: Annotated[
        int | None,
        typer.Option("--slack-port", min=0, max=65535, help="Stand in for Slack there too, and print what it gets."),
    ] = None,
) -> None:
    """Serve the demo CRM on loopback until Ctrl-C, and with --slack-port a Slack that prints the alerts it gets.

    Examples:

      monitor sandbox

      monitor sandbox --version 2 --slack-port 8791
    """
    from monitor.sandbox.server import serve
    from monitor.sandbox.slack import listening

    with contextlib.ExitStack() as others:
        if slack_port is not None:
            note(f"sandbox Slack at {others.enter_context(listening(slack_port, note))} (any token xoxb-... will do)")
        serve(host, port, version, lambda url: note(f"sandbox CRM, version {version}, at {url} (Ctrl-C ends it)"))


def register(app: typer.Typer) -> None:
    app.command()(sandbox)

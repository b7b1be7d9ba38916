"""doctor, config schema: is everything there that a check needs, and what may monitor.yaml say?"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli.console import ConfigOption, VendorsOption, check_output, note, save, wants_color, write
from monitor.cli.groups import CONFIG

if TYPE_CHECKING:
    from monitor.pipeline.doctor import Check, World


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"


_LABELS: Final = {"ok": ("ok", "32"), "warning": ("warn", "33;1"), "failed": ("FAIL", "31;1"), "skipped": ("skip", "2")}


def _world(config: Path | None) -> World:
    from monitor.calling.client import Caller
    from monitor.pipeline.doctor import World
    from monitor.recordings.masking import Masker
    from monitor.wiring import known_secrets, now
    from monitor.workers.pool import JudgePool

    return World(
        config=config,
        folder=Path.cwd(),
        environ=os.environ,
        clock=now,
        judges=lambda: JudgePool(1),
        caller=lambda vendor: Caller(vendor, now),
        masker=lambda settings: Masker(known_secrets(settings)),
    )


def _line(check: Check, color: bool) -> str:
    label, code = _LABELS[check.state.value]
    padded = f"{label:4}"
    shown = f"\x1b[{code}m{padded}\x1b[0m" if color else padded
    fix = f"\n        {check.fix}" if check.fix else ""
    return f"{shown}  {check.name}: {check.what}{fix}\n"


def _told(checks: Iterable[Check], color: bool) -> Iterator[Check]:
    """The checks, each written as soon as it is made: a vendor that does not answer takes its time."""
    for check in checks:
        write(_line(check, color))
        yield check


def _as_json(checks: Iterable[Check], code: Callable[[Iterable[Check]], int]) -> str:
    import json

    found = list(checks)
    listed = [{"name": c.name, "state": c.state.value, "what": c.what, "fix": c.fix} for c in found]
    return json.dumps({"version": 1, "exit_code": code(found), "checks": listed}, indent=2) + "\n"


def doctor(
    vendor: VendorsOption = None,
    form: Annotated[Form, typer.Option("--format", "-f", help="How to print it.")] = Form.TEXT,
    config: ConfigOption = None,
) -> int:
    """Look at everything that a check needs, and say what is wrong and how to mend it.

    Python, the engines, monitor.yaml, contracts, folders, locks, secrets, proxies; one call to each vendor, which is
    not recorded. Exits 2 where the configuration is wrong, 3 where only something else is, else 0.

    Examples:

      monitor doctor

      monitor doctor --vendor crm --format json
    """
    try:
        from monitor.pipeline.doctor import examine, exit_of

        world = _world(config)
    except ImportError as error:  # a broken installation is what doctor is asked about
        module = error.name or "a module"
        write(f"FAIL  packages: {module} cannot be loaded\n        install provider-drift-monitor anew\n")
        return 3
    checks = examine(world, tuple(vendor or ()))
    if form is Form.JSON:
        found = list(checks)
        write(_as_json(found, exit_of))
        return exit_of(found)
    return exit_of(list(_told(checks, wants_color(sys.stdout))))


def config_schema(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this file.")] = None,
) -> int:
    """Print the JSON Schema of monitor.yaml, with which editors complete and check it.

    Examples:

      monitor config schema --output monitor.schema.json
    """
    from monitor.config.schema import json_schema
    from monitor.pipeline.channel_kinds import channel_kinds

    check_output(output)
    if output is None:
        write(json_schema(channel_kinds()))
        return 0
    save(output, json_schema(channel_kinds()))
    note(f"wrote {output}; begin monitor.yaml with: # yaml-language-server: $schema=./{output.name}")
    return 0


def register(app: typer.Typer) -> None:
    app.command()(doctor)
    CONFIG.command("schema")(config_schema)

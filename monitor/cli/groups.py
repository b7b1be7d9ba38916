"""The command groups: each command's own file adds itself to one."""

from __future__ import annotations

import typer


def _group(name: str, text: str) -> typer.Typer:
    group = typer.Typer(name=name, help=text, no_args_is_help=True, rich_markup_mode=None)
    group.callback()(lambda: None)  # a group of one command stays a group
    return group


CONTRACTS = _group("contracts", "Look at the contracts.")
CONFIG = _group("config", "Look at monitor.yaml.")
RECORDINGS = _group("recordings", "Look after the recordings.")
BASELINE = _group("baseline", "Look after the baselines.")
IMPORT = _group("import", "Bring in what was exported elsewhere.")
EXPORT = _group("export", "Hand out what was imported.")
LEDGER = _group("ledger", "Look after the ledger.")
GROUPS = (CONTRACTS, CONFIG, RECORDINGS, BASELINE, IMPORT, EXPORT, LEDGER)

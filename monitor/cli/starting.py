"""init: make the user's own repository: monitor.yaml, contracts/, recordings/, a CI job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from monitor.cli.console import note, write
from monitor.errors import StorageError, UsageError

GITIGNORE: Final = (
    "# state of this machine, and runs: only baselines are committed\n.monitor/\nrecordings/runs/\n.tmp-*\n"
    "# what the files of monitor schedule read secrets from\nsecrets.env\n"
)
RECORDINGS_GITIGNORE: Final = "runs/\n.tmp-*\n"
CI_JOB: Final = """\
# Calls the vendor once a week (GitHub's times are UTC) and fails when its API has drifted.
# Alerts remember what was said: for them let a machine that stays check, by monitor schedule --format systemd.
# Add the secrets that monitor.yaml names under Settings > Secrets, and list them under env below.
name: vendor drift
on:
  schedule: [{cron: "17 5 * * 1"}]
  workflow_dispatch:
permissions: {contents: read}
jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: "3.12"}
      - run: pip install provider-drift-monitor  # from wherever you publish it: name your index and a version
      - run: monitor check
        # env: {@KEY@: "${{ secrets.@KEY@ }}"}
      - uses: actions/upload-artifact@v4
        if: always()
        with: {name: recordings, path: recordings/runs, if-no-files-found: ignore}
"""


def _states(entries: tuple[object, ...]) -> tuple[str, ...]:
    from monitor.contracts.pact import PactInteraction

    names = (state.name for entry in entries if isinstance(entry, PactInteraction) for state in entry.states)
    return tuple(dict.fromkeys(names))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")[:60] or "vendor"


def _from_pact(pact: Path) -> tuple[bytes, str, tuple[str, ...]]:
    """The file's bytes, the provider's name as a vendor name, and the provider states. Raises UsageError."""
    from monitor.contracts.pact import parse_pact
    from monitor.errors import ContractError, JsonError
    from monitor.jsonpaths import read_json

    try:
        if not pact.is_file():
            raise UsageError("there is no such file", where=str(pact))
        data = pact.read_bytes()
        entries, errors = parse_pact(data, str(pact))
        provider = read_json(data, max_depth=200).value
    except OSError as error:
        raise UsageError(f"it cannot be read: {error.strerror}", where=str(pact)) from None
    except (ContractError, JsonError) as error:
        raise UsageError(error.what, where=f"{pact} {error.where}".rstrip(), fix=error.fix) from None
    if errors:
        raise UsageError(errors[0].what, where=f"{pact} {errors[0].where}", fix=errors[0].fix)
    named = provider.get("provider") if isinstance(provider, dict) else None
    name = named.get("name") if isinstance(named, dict) else None
    return data, _slug(name) if isinstance(name, str) else "vendor", _states(entries)


def _write_all(files: Mapping[Path, bytes]) -> None:
    taken = [path for path in files if path.exists()]
    if taken:
        raise UsageError(
            f"{taken[0]} already exists", fix="run monitor init in a folder of its own; nothing was written"
        )
    for path, data in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            raise StorageError(f"it cannot be written: {error.strerror}", where=str(path)) from None
        write(f"wrote {path}\n")


def keep_out_of_git(folder: Path) -> None:
    """What must not be committed, told to git in a new repository; files that are there stay. Raises StorageError."""
    files = {folder / ".gitignore": GITIGNORE, folder / "recordings" / ".gitignore": RECORDINGS_GITIGNORE}
    _write_all({path: text.encode() for path, text in files.items() if not path.exists()})


def init(
    folder: Annotated[Path, typer.Argument(help="Where; made if need be.")] = Path(),
    pact: Annotated[Path | None, typer.Option("--pact", help="A Pact file to begin with; it is copied.")] = None,
    vendor: Annotated[str, typer.Option("--vendor", help="The vendor's name; the Pact's provider by default.")] = "",
    base_url: Annotated[str, typer.Option("--base-url", help="The vendor's staging address.")] = "",
) -> int:
    """Make a repository of your own: monitor.yaml, contracts/, recordings/, a CI job.

    Examples:

      monitor init --pact crm-pact.json --base-url https://staging.crm.example

      monitor init ../crm-watch --vendor crm --base-url https://staging.crm.example
    """
    from monitor.config.template import key_variable, starter

    data, provider, states = _from_pact(pact) if pact else (b"", "vendor", ())
    name = _slug(vendor or provider)
    files = {
        folder / "monitor.yaml": starter(
            name, base_url or f"https://staging.{name}.example", states, has_contracts=pact is not None
        ).encode(),
        folder / ".gitignore": GITIGNORE.encode(),
        folder / "recordings" / ".gitignore": RECORDINGS_GITIGNORE.encode(),
        folder / ".github" / "workflows" / "vendor-drift.yml": CI_JOB.replace("@KEY@", key_variable(name)).encode(),
    }
    if pact is not None:
        files[folder / "contracts" / name / pact.name] = data
    else:
        files[folder / "contracts" / name / ".gitkeep"] = b""
    _write_all(files)
    if pact is None:
        note(f"next: put a Pact file into {folder / 'contracts' / name}, and uncomment contracts: in monitor.yaml")
        note(f"  or, for an export of Genesys Cloud: monitor import data-action FILE --vendor {name}")
    begin = "then" if pact is None else "next"
    note(f"{begin}: monitor config check; monitor record --vendor {name} --approve; monitor check")
    return 0


def register(app: typer.Typer) -> None:
    app.command()(init)

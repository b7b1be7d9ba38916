"""What a shell offers at TAB: names out of monitor.yaml, the contracts and the recordings folder.

1. Completing is quick, says nothing of what goes wrong, and reads no secret: of monitor.yaml only the paths that are
   needed are expanded, and none of them if it names a secret.
2. Shells evaluate what they are offered, zsh the help texts as well. A value that is not plain is not offered, and of a
   help text only plain characters are left.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from monitor.config.tree import Tree
    from monitor.contracts.pact import PactInteraction

Offer = tuple[str, str]  # the value, and a help text
Completer = Callable[[typer.Context, str], list[Offer]]

MOST: Final = 200  # offers
MOST_FILES: Final = 200
MOST_ENTRIES: Final = 5_000  # of folders, looked at
MAX_CONFIG: Final = 256 * 1024  # bytes; YAML is read slowly
MAX_PACTS: Final = 10_000_000  # bytes, together
_PLAIN: Final = re.compile(r"[\w./@%+=,-]+")
_QUOTED: Final = re.compile(r"[\w ./@%+=,-]+")  # where a blank was typed: it stands in quotes
_NOT_PLAIN: Final = re.compile(r"[^\w .,/()-]")


def _quiet(find: Callable[[typer.Context, str], Iterable[Offer]]) -> Completer:
    """``find``'s plain offers, in order, bounded; none where anything goes wrong, and nothing on standard error."""

    @functools.wraps(find)
    def complete(ctx: typer.Context, incomplete: str) -> list[Offer]:
        try:
            plain = _QUOTED if " " in incomplete else _PLAIN
            with contextlib.redirect_stderr(io.StringIO()):
                found = ((value, text) for value, text in find(ctx, incomplete) if plain.fullmatch(value))
                return [(value, _NOT_PLAIN.sub(" ", text)[:80].strip()) for value, text in islice(found, MOST)]
        except Exception:  # noqa: BLE001 - a person is typing: the command itself will say what is wrong
            return []

    return complete


# -- monitor.yaml -----------------------------------------------------------------------------------------


def _config(ctx: typer.Context) -> Path:
    named = ctx.params.get("config")
    return Path.cwd() / (named if isinstance(named, str | Path) else "monitor.yaml")


def _tree(file: Path) -> dict[str, Tree]:
    """monitor.yaml as it is written, unexpanded and unchecked; empty where it cannot be read."""
    from monitor.config.expansion import AsWritten
    from monitor.config.reading import decode, read_bounded
    from monitor.config.yamlfile import parse

    data = read_bounded(file, MAX_CONFIG)
    text = decode(data) if isinstance(data, bytes) else None
    if not isinstance(text, str):
        return {}
    return parse(text, "", AsWritten()).tree or {}


def _below(tree: Tree | None, *keys: str) -> Tree | None:
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def _path(tree: Tree | None, root: Path) -> str:
    """The path that a leaf means; empty where it is none, or would need a secret."""
    from monitor.config.expansion import Expander, SecretsMode
    from monitor.config.secrets import SecretPlace
    from monitor.config.tree import Scalar

    if not isinstance(tree, Scalar) or "${secret:" in tree.written:
        return ""
    expansion = Expander(SecretPlace(os.environ, root), SecretsMode.DEFER).expand(tree.written)
    return str(root / expansion.text) if expansion.known and expansion.text else ""


def _vendors(ctx: typer.Context) -> dict[str, Tree]:
    found = _below(_tree(_config(ctx)), "vendors")
    return found if isinstance(found, dict) else {}


@_quiet
def vendors(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    yield from ((name, "") for name in _vendors(ctx) if name.startswith(incomplete))


@_quiet
def channels(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    found = _below(_tree(_config(ctx)), "alerts", "channels")
    names = found if isinstance(found, dict) else {}
    yield from ((name, "") for name in names if name.startswith(incomplete))


# -- contracts --------------------------------------------------------------------------------------------


def _chosen(ctx: typer.Context) -> dict[str, Tree]:
    named = ctx.params.get("vendor") or ()
    names = (named,) if isinstance(named, str) else tuple(named)
    return {name: tree for name, tree in _vendors(ctx).items() if not names or name in names}


def _pact_files(ctx: typer.Context) -> Iterator[str]:
    import glob

    root = _config(ctx).parent
    for vendor in _chosen(ctx).values():
        listed = _below(vendor, "contracts")
        patterns = listed if isinstance(listed, list) else []
        for pattern in filter(None, (_path(leaf, root) for leaf in patterns)):
            yield from sorted(islice(glob.iglob(pattern, recursive=True), MOST_FILES))  # noqa: PTH207 - absolute


def _entries(ctx: typer.Context) -> Iterator[PactInteraction]:
    from monitor.contracts.pact import PactInteraction, parse_pact
    from monitor.errors import MonitorError

    room = MAX_PACTS
    for name in islice(dict.fromkeys(_pact_files(ctx)), MOST_FILES):
        try:
            room -= Path(name).stat().st_size
            if room < 0:
                return
            entries, _ = parse_pact(Path(name).read_bytes(), name)
        except (MonitorError, OSError):  # a schema beside the contracts, or a contract half written
            continue
        yield from (entry for entry in entries if isinstance(entry, PactInteraction))


@_quiet
def interactions(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """Ids, with the descriptions as help; a description only to who has typed the beginning of one."""
    for entry in _entries(ctx):
        if entry.id.startswith(incomplete):
            yield entry.id, entry.description
        elif entry.description.startswith(incomplete):
            yield entry.description, entry.id


# -- recordings -------------------------------------------------------------------------------------------


def _recordings(ctx: typer.Context) -> Path:
    file = _config(ctx)
    return Path(_path(_below(_tree(file), "recordings", "dir"), file.parent) or file.parent / "recordings")


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in islice(entries, MOST_ENTRIES))
    except OSError:
        return []


def _run_ids(recordings: Path) -> list[str]:
    """The newest first."""
    from monitor.recordings.names import is_run_id

    return [name for name in reversed(_names(recordings / "runs")) if is_run_id(name)]


@_quiet
def runs(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    yield from ((name, "") for name in _run_ids(_recordings(ctx)) if name.startswith(incomplete))


def _hars(recordings: Path) -> Iterator[str]:
    """Paths below the recordings folder: the baselines, then the runs, the newest first."""
    for top in ("baseline", *(f"runs/{run_id}" for run_id in _run_ids(recordings))):
        for vendor in _names(recordings / top):
            folder = f"{top}/{vendor}"
            yield from (f"{folder}/{name}" for name in _names(recordings / folder) if name.endswith(".har"))


@_quiet
def recordings(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:
    """As paths from here, or below the recordings folder where what was typed begins so."""
    folder = _recordings(ctx)
    short = incomplete.startswith(("runs/", "baseline/"))
    shown = "" if short else f"{os.path.relpath(folder)}/"
    found = (f"{shown}{path}" for path in islice(_hars(folder), MOST_ENTRIES))
    yield from ((path, "") for path in found if path.startswith(incomplete))


# -- formats ----------------------------------------------------------------------------------------------


@_quiet
def formats(ctx: typer.Context, incomplete: str) -> Iterator[Offer]:  # noqa: ARG001 - one signature for all
    from monitor.reports import formats as known

    yield from ((name, "") for name in known() if name.startswith(incomplete))

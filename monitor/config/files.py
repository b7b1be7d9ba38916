"""Leaves that name files: globs of contracts, sources of translations, JSON Schemas, CA bundles, folders."""

from __future__ import annotations

import contextlib
import difflib
import glob
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from monitor.config.channels import NO_CHANNELS, ChannelKinds
from monitor.config.leaves import fail, scalar_of, switch, text, text_in, wrong
from monitor.config.reading import decode, is_file, is_folder, mark_at, read_bounded
from monitor.config.routes import UNNAMED, Named
from monitor.config.tree import Kind, Mark, Problem, Scalar
from monitor.errors import JsonError
from monitor.jsonpaths import Json, read_json
from monitor.printable import printable

MAX_MATCHES = 10_000
_NEAR_ENOUGH_TO_LIST = 2_000
_PLACE = re.compile(r"line (\d+), column (\d+)")


@dataclass(frozen=True, slots=True)
class Context:
    """What the leaves need to know of the world: the config file's folder, and the languages that there are.

    ``unbuilt``: globs of contracts may match nothing, for what they are to match is only about to be made.
    ``channels`` are the kinds of channels that there are, ``named`` the channels that the file itself names.
    """

    root: Path
    kinds: Collection[str]
    unbuilt: bool = False
    channels: ChannelKinds = NO_CHANNELS
    named: Named = UNNAMED


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A text file that monitor.yaml names. ``path`` is absolute."""

    path: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoadedSchema:
    path: str
    schema: Json = field(repr=False)


def shown_file(path: Path) -> str:
    """``path`` as people would type it: relative to the working folder where it lies below it."""
    with contextlib.suppress(ValueError, OSError):  # another drive, a working folder that is gone
        relative = os.path.relpath(path)
        return printable(str(path) if relative.startswith("..") else relative, 300)
    return printable(str(path), 300)


def absolute(root: Path, value: str) -> Path:
    """``value`` below ``root`` without ``..``; links are followed only where ``..`` would mislead."""
    path = root / value
    if ".." in path.parts:
        with contextlib.suppress(OSError, RuntimeError):  # a loop of links: reading it will say so
            return path.resolve()
    return Path(os.path.normpath(path))


def _known_text(tree: object) -> Scalar:
    """The scalar of a path. Paths must be known offline too: a file left out would change the verdict."""
    scalar = scalar_of(tree)
    text(tree)
    if not scalar.known:
        raise fail("a path must be known, also offline", "set the variable, or give it a default with ${NAME:-default}")
    if "\0" in text_in(scalar):
        raise fail("holds a NUL character", "remove it")
    return scalar


def folder(tree: object, root: Path) -> str:
    """The absolute path of a folder that need not exist yet."""
    path = absolute(root, text_in(_known_text(tree)))
    if is_file(path):
        raise fail("is not a folder", "name a folder")
    return str(path)


# -- contracts ---------------------------------------------------------------------------------------------


def _below(top: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(top):
        folders[:] = sorted(name for name in folders if not name.startswith("."))[:100]
        ours = sorted(name for name in files if not name.startswith("."))
        yield from (os.path.join(parent, name) for name in ours)  # noqa: PTH118 - many, and only text


def _nearest_files(pattern: str, root: Path, count: int) -> str:
    """The existing files whose paths are most like ``pattern``, relative to ``root``."""
    full = os.path.normpath(root / pattern)
    top = Path(full).parent
    while not is_folder(top) and top != top.parent:
        top = top.parent
    near_root = top == root or root in top.parents
    if not near_root:
        return ""
    files = [os.path.relpath(name, root) for name in islice(_below(top), _NEAR_ENOUGH_TO_LIST)]
    close = difflib.get_close_matches(os.path.relpath(full, root), files, n=count, cutoff=0.6)
    return ", ".join(printable(name, 120) for name in close)


def contract_files(tree: object, root: Path, *, unbuilt: bool = False) -> tuple[str, ...]:
    """The files, absolute and sorted, that a glob relative to ``root`` finds (``**`` crosses folders).

    That is none only for a glob of what is ``unbuilt``.
    """
    scalar = _known_text(tree)
    pattern = text_in(scalar)
    full = str(root / pattern)
    if not Path(pattern).is_absolute():
        full = f"{glob.escape(str(root))}/{pattern}"
    names = glob.iglob(full, recursive=True)  # noqa: PTH207 - Path.glob takes neither .. nor absolute patterns
    found = list(islice((name for name in names if is_file(Path(name))), MAX_MATCHES + 1))
    if len(found) > MAX_MATCHES:
        raise fail(f"matches more than {MAX_MATCHES:,} files", "narrow it")
    if found or (unbuilt and glob.has_magic(pattern)):
        return tuple(sorted({str(absolute(root, name)) for name in found}))
    if scalar.expanded:
        raise fail("matches no file")
    if is_folder(Path(full)):
        raise fail("is a folder", f"write {printable(pattern.rstrip('/'), 120)}/*.json for the files in it")
    near = _nearest_files(pattern, root, 3)
    fix = f"did you mean {near}?" if near else "put the contract there, or correct the pattern"
    raise fail(f"'{printable(pattern, 120)}' matches no file", fix)


# -- single files ------------------------------------------------------------------------------------------


def _named(scalar: Scalar) -> str:
    return "the file" if scalar.expanded else f"'{printable(text_in(scalar), 120)}'"


def _loaded(tree: object, root: Path) -> tuple[Path, str, str]:
    """Its absolute path, the name that may be shown, and its text."""
    scalar = _known_text(tree)
    path = absolute(root, text_in(scalar))
    shown = printable(scalar.written, 120) if scalar.expanded else shown_file(path)
    data = read_bounded(path)
    if isinstance(data, Problem):
        near = "" if scalar.expanded or is_folder(path) else _nearest_files(text_in(scalar), root, 1)
        raise wrong(Problem(f"{_named(scalar)}: {data.what}", f"did you mean {near}?" if near else data.fix))
    decoded = decode(data)
    if isinstance(decoded, str):
        return path, shown, decoded
    raise wrong(Problem(decoded[0].what, decoded[0].fix, file=shown, mark=decoded[1]))


def text_file(tree: object, root: Path) -> LoadedFile:
    path, _, content = _loaded(tree, root)
    return LoadedFile(str(path), content)


def _json_mark(error: JsonError) -> Mark | None:
    match = _PLACE.fullmatch(error.where)
    return Mark(int(match[1]), int(match[2])) if match else None


def schema_file(tree: object, root: Path) -> LoadedSchema:
    """A JSON Schema. It must be JSON; whether it is a schema is for those who use it to say."""
    path, shown, content = _loaded(tree, root)
    try:
        document = read_json(content, exact=False)
    except JsonError as error:
        problem = Problem(error.what, error.fix or "correct the file", file=shown, mark=_json_mark(error))
    else:
        if not document.duplicates and isinstance(document.value, dict | bool):
            return LoadedSchema(str(path), document.value)
        what = "it is not a JSON Schema: it must be an object"
        if document.duplicates:
            what = f"one object has the key '{printable(document.duplicates[0], 60)}' twice"
        problem = Problem(what, "correct the file", file=shown, mark=mark_at(content, 0))
    raise wrong(problem)


def verification(tree: object, root: Path) -> bool | str:
    """true, false, or the absolute path of a CA bundle."""
    if not isinstance(tree, Scalar) or tree.kind is not Kind.STRING:
        return switch(tree)
    if not tree.known or (tree.expanded and text_in(tree).strip().lower() in ("true", "false")):
        return switch(tree)
    path = absolute(root, text_in(_known_text(tree)))
    data = read_bounded(path, 16 * 1024 * 1024)
    if isinstance(data, Problem):
        fix = data.fix or "name a PEM file of certificates, or write true or false without quotes"
        raise wrong(Problem(f"{_named(tree)}: {data.what}", fix))
    return str(path)

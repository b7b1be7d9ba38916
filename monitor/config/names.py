"""Leaves that name something of ours: versions, vendors, severities, translations, the ledger."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote

from monitor.config.files import LoadedFile
from monitor.config.leaves import fail, nearest, scalar_of, text, whole, wrong
from monitor.config.tree import Problem
from monitor.model import ChangeKind
from monitor.printable import printable

VERSION: Final = 1
_VENDOR: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
# Windows takes these names for devices, whatever follows a dot
_DEVICES: Final = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})
_KINDS: Final = (*(str(kind) for kind in ChangeKind), "mismatch", "loss")
_SEVERITY_KEYS: Final = frozenset(f"{kind}{read}" for kind in _KINDS for read in ("", " read", " unread"))
_URL: Final = re.compile(r"(?P<dialect>[a-z][a-z0-9_]*)(?P<driver>\+[a-z0-9_]+)?://(?P<rest>.*)", re.DOTALL)
_TIMEOUT: Final = re.compile(r"timeout=[0-9]{1,5}(\.[0-9]{1,3})?", re.ASCII)


class Source(Protocol):
    """The part of a translation that its name comes from."""

    @property
    def interaction(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def file(self) -> LoadedFile | None: ...
    @property
    def name(self) -> str | None: ...


def version(tree: object) -> int:
    found = whole(tree, -(10**9), 10**9)
    if found > VERSION:
        raise fail(f"version {found} is made for a newer monitor", "upgrade monitor")
    if found != VERSION:
        raise fail(f"must be {VERSION}, is {found}", f"write version: {VERSION}")
    return found


def vendor_name_problem(name: str) -> Problem | None:
    """Why ``name`` cannot be a vendor's: it becomes the name of a folder, on any system."""
    if not _VENDOR.fullmatch(name):
        fix = "use 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit"
        return Problem(f"'{printable(name, 70)}' is no vendor name", fix)
    if name.partition(".")[0] in _DEVICES or name.endswith("."):
        return Problem(f"'{name}' cannot be the name of a folder everywhere", "choose another name")
    return None


def vendor_name(name: str) -> str:
    problem = vendor_name_problem(name)
    if problem:
        raise wrong(problem)
    return name


def domain_name(name: str) -> str:
    if problem := vendor_name_problem(name):  # it becomes a part of a file's name as well
        raise wrong(replace(problem, what=problem.what.replace("vendor name", "name of a domain")))
    return name


def severity_key(key: str) -> str:
    if key not in _SEVERITY_KEYS:
        kind = key.partition(" ")[0]
        hint = "write read or unread after it" if kind in _KINDS else nearest(kind, _KINDS)
        raise fail(f"'{printable(key, 60)}' is no kind of finding", hint)
    return key


def translation_names(translations: Sequence[Source]) -> tuple[str, ...]:
    """Each translation's own name, or its file's stem, or ``<kind>-<n>`` by its place in the list (from 1)."""
    return tuple(
        source.name or (Path(source.file.path).stem if source.file else f"{source.kind}-{index}")
        for index, source in enumerate(translations, start=1)
    )


def distinct_names(translations: Sequence[Source]) -> Sequence[Source]:
    seen: set[tuple[str, str]] = set()
    problems: list[Problem] = []
    for index, (source, name) in enumerate(zip(translations, translation_names(translations), strict=True)):
        if (source.interaction, name) in seen:
            what = f"another translation of this interaction is named '{printable(name, 60)}'"
            problems.append(Problem(what, "give it a name: of its own", (index,)))
        seen.add((source.interaction, name))
    if problems:
        raise wrong(*problems)
    return translations


def ledger_url(tree: object, root: Path) -> str:
    """A database URL of SQLite or PostgreSQL; ``sqlite:///relative`` becomes absolute."""
    scalar = scalar_of(tree)
    value = text(tree)
    if not scalar.known:
        return value
    match = _URL.fullmatch(value)
    if not match:
        raise fail("is not a database URL", "write for instance sqlite:///.monitor/ledger.db")
    dialect = match["dialect"] + (match["driver"] or "")
    if dialect in ("postgresql", "postgresql+psycopg"):
        return value
    if dialect not in ("sqlite", "sqlite+pysqlite"):
        fix = "write sqlite:///.monitor/ledger.db or postgresql://user:password@host/database"
        raise fail("a ledger is on SQLite or PostgreSQL", fix)
    file, question, options = match["rest"].removeprefix("/").partition("?")
    if not match["rest"].startswith("/") or not file or file.startswith((":memory:", "file:")):
        raise fail("a ledger in memory forgets everything", "name a file: sqlite:///.monitor/ledger.db")
    if question and not _TIMEOUT.fullmatch(options):
        raise fail("an SQLite ledger has one option, timeout", "write for instance ?timeout=30 (seconds)")
    return sqlite_url(root / unquote(file)) + question + options


def sqlite_url(file: Path) -> str:
    """What would end or change a path in a URL is escaped."""
    return "sqlite:///" + str(file).replace("%", "%25").replace("?", "%3F")

"""baseline review: what a change of baselines means, for whoever reviews it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from monitor.cli.console import ConfigOption, ProgressDisplay, VendorsOption, settings_of, write
from monitor.cli.groups import BASELINE

if TYPE_CHECKING:
    from monitor.recordings.revisions import Repository, Snapshot
    from monitor.recordings.store import Store


UNKNOWN: Final = "; where it was left is not known, so its own changes are told too: git fetch --unshallow"


class ReviewFormat(StrEnum):
    """For people, for a comment on a pull request, or for machines."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


@contextmanager
def _head(repository: Repository, store: Store, name: str | None) -> Iterator[tuple[Snapshot, str]]:
    """What is reviewed, and the commit that it stands on."""
    from monitor.recordings.revisions import revision, working_tree

    commit = repository.commit(name or "HEAD")
    if name is None:
        yield working_tree(store), commit
        return
    with revision(repository, commit, f"{name} ({commit[:12]})") as snapshot:
        yield snapshot, commit


def _base(repository: Repository, name: str, head: str, *, working_tree: bool) -> tuple[str, str]:
    """The commit to review against, and how it is called. Two revisions, one older, are compared in either order."""
    commit = repository.commit(name)
    parted = repository.parting(commit, head)
    if parted in ("", commit) or (parted == head and not working_tree):
        return commit, f"{name} ({commit[:12]})" + ("" if parted else UNKNOWN)
    return parted, f"{parted[:12]}, where {name} was left"


def review(
    base: Annotated[str, typer.Option("--base", help="The revision to review against: a branch, tag or commit.")],
    head: Annotated[
        str | None, typer.Option("--head", help="The revision to review.", show_default="the working tree")
    ] = None,
    vendor: VendorsOption = None,
    form: Annotated[ReviewFormat, typer.Option("--format", "-f", help="How to tell it.")] = ReviewFormat.TEXT,
    config: ConfigOption = None,
) -> int:
    """Tell what became of the baselines since a git revision: in structure, in words, and who approved it.

    The base is where the history of --head left that of --base, as in a pull request. Exits 0 whatever changed,
    and 3 where a baseline could not be compared.

    Examples:

      monitor baseline review --base origin/main

      monitor baseline review --base origin/main --format markdown > comment.md
    """
    from monitor.pipeline.review import review as walk
    from monitor.recordings.revisions import repository_of, revision
    from monitor.reports.review import Kind, json, markdown, text
    from monitor.wiring import tools_of

    settings = settings_of(config, offline=True)
    repository = repository_of(Path(settings.recordings_dir))
    with ProgressDisplay() as progress:
        tools = tools_of(settings, progress, "baseline review")
        with _head(repository, tools.store, head) as (new, commit):
            of_base, name = _base(repository, base, commit, working_tree=head is None)
            with revision(repository, of_base, name) as old:
                found = walk(settings, tools, old, new, tuple(vendor or ()))
    renders = {ReviewFormat.TEXT: text.render, ReviewFormat.MARKDOWN: markdown.render, ReviewFormat.JSON: json.render}
    write(renders[form](found))
    return 3 if any(one.kind is Kind.NOT_COMPARED for one in found.reviewed) else 0


def register(app: typer.Typer) -> None:  # noqa: ARG001 - one signature for all; the group is in the app already
    BASELINE.command("review")(review)

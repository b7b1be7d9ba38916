"""What each output of an interaction's translations reads. Nothing is called, and nothing recorded is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.jsonpaths import format_path
from monitor.languages import CompiledTranslation, compile_translation, paths_of, platform_of
from monitor.model import Interaction, Translation


@dataclass(frozen=True, slots=True)
class ExplainedOutput:
    """``reads`` are JSON paths into the response; none: the output is a constant, or is never filled.

    ``paths``: as the translation writes them, where it does. ``default``: as the user wrote it.
    """

    name: str
    reads: tuple[str, ...]
    default: str = ""
    variables: tuple[str, ...] = ()  # of flows
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """One translation. ``unseen`` is read although no output shows it."""

    translation: str
    kind: str
    file: str
    outputs: tuple[ExplainedOutput, ...]
    unseen: tuple[str, ...] = ()


def explain(interaction: Interaction) -> tuple[Explained, ...]:
    """Every translation of ``interaction``. Raises ContractError where one does not compile."""
    return tuple(_explained(interaction, translation) for translation in interaction.translations)


def _explained(interaction: Interaction, translation: Translation) -> Explained:
    compiled = compile_translation(translation.kind, translation.source)
    platform = platform_of(compiled)
    uses: dict[str, list[str]] = {}
    for use in interaction.uses:
        if use.action == translation.name:
            uses.setdefault(use.output, []).append(f"{use.variable} in {use.flow}")
    names = dict(_named(compiled))
    outputs = tuple(
        ExplainedOutput(
            name,
            reads,
            platform.default_of(name) if platform else "",
            tuple(uses.get(name, ())),
            tuple(paths_of(compiled, name)),
        )
        for name, reads in names.items()
    )
    shown = {read for reads in names.values() for read in reads}
    every = dict.fromkeys(format_path(read) for reads in compiled.reads.values() for read in reads)
    unseen = tuple(read for read in every if read not in shown)
    return Explained(translation.name, translation.kind, translation.file, outputs, unseen)


def _named(compiled: CompiledTranslation) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The outputs, each followed by the nested ones that the translation names."""
    nested: Mapping[str, object] = compiled.reads
    for output in compiled.outputs:
        yield output, _shown(compiled, output)
        if platform_of(compiled) is None:
            below = (name for name in nested if name.startswith((f"{output}.", f"{output}[")))
            yield from ((name, tuple(map(format_path, compiled.reads[name]))) for name in below)


def _shown(compiled: CompiledTranslation, output: str) -> tuple[str, ...]:
    return tuple(map(format_path, compiled.reads_of(output)))

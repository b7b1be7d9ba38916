"""Who reads what of an interaction's response: by the contract and the translations alone, without a response. PURE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.checking.impact import is_of
from monitor.contracts.lint.subjects import ABSENT, subject_of
from monitor.errors import ContractError
from monitor.jsonpaths import ANY, Path, Touch, format_path, general, touch
from monitor.languages import compile_translation, names_lists, paths_of
from monitor.model import Interaction, Translation, Use
from monitor.printable import printable
from monitor.reports.impact import Field, Output, Reader, Traced


@dataclass(frozen=True, slots=True)
class OutputReads:
    """``reads`` as the translation has them; ``paths`` as it writes them, where it does, each with what it reads.

    ``named_arrays``: they name every array that they go through.
    """

    name: str
    reads: tuple[Path, ...]
    paths: Mapping[str, tuple[Path, ...]]
    named_arrays: bool

    def met(self, path: Path) -> tuple[Path, ...]:
        """Those of ``reads`` that ``path`` is part of, is, or leads to."""
        return tuple(read for read in self.reads if self._meets(read, path))

    def written(self, path: Path) -> tuple[str, ...]:
        """Those of ``paths`` that read it."""
        return tuple(text for text, reads in self.paths.items() if any(self._meets(read, path) for read in reads))

    def _meets(self, read: Path, path: Path) -> bool:
        return touch(read, path, named_arrays=self.named_arrays) is not Touch.NONE


@dataclass(frozen=True, slots=True)
class Reads:
    """All that is read of an interaction's responses: by the contract, and by each translation's outputs."""

    contract: tuple[Path, ...]
    translations: tuple[tuple[Translation, tuple[OutputReads, ...]], ...]

    def fields(self) -> tuple[Path, ...]:
        """What outputs read, then what only the contract names; indexes stand for any member.

        One language names the arrays that it goes through and another does not: those two paths are one field.
        """
        read = (path for _, outputs in self.translations for output in outputs for path in output.reads)
        found: dict[Path, Path] = {}
        for path in map(general, (*read, *self.contract)):
            keys = (*(step for step in path[:-1] if step is not ANY), *path[-1:])
            found[keys] = max(found.get(keys, path), path, key=len)
        return tuple(found.values())

    def paths(self) -> Iterator[Path]:
        """Those that are more than the whole body."""
        return (path for path in self.fields() if path)


def reads_of(interaction: Interaction) -> Reads:
    """Raises ContractError where a translation does not compile."""
    translations = tuple((one, tuple(_outputs(one))) for one in interaction.translations)
    return Reads(tuple(dict.fromkeys(_contract(interaction))), translations)


def _contract(interaction: Interaction) -> Iterator[Path]:
    """The leaves of the contract's example."""
    if interaction.contract is None:
        return
    try:
        body = subject_of(interaction).body
    except ContractError:  # it was read once, and is told elsewhere
        return
    if body is not ABSENT:
        yield from _leaves(body, ())


def _leaves(value: object, path: Path) -> Iterator[Path]:
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(child, (*path, key))
    elif isinstance(value, list) and value:
        for child in value:
            yield from _leaves(child, (*path, ANY))
    else:
        yield path


def _outputs(translation: Translation) -> Iterator[OutputReads]:
    """Every output, and the nested ones that the translation names."""
    compiled = compile_translation(translation.kind, translation.source)
    for name in dict.fromkeys((*compiled.outputs, *compiled.reads)):
        reads = compiled.reads_of(name) or compiled.reads.get(name, ())
        yield OutputReads(name, reads, paths_of(compiled, name), names_lists(compiled))


# -- a field ----------------------------------------------------------------------------------------------


def lineage_of(interaction: Interaction, reads: Reads, asked: Path | None) -> Traced:
    """Who reads ``asked``, or what its indexes stand for (None: each field that is read). Nothing is tried yet."""
    contract = interaction.contract
    place = f"{contract.file} {contract.pointer}" if contract else ""
    paths = reads.fields() if asked is None else (asked,)
    fields = (_field(interaction, reads, one) for one in paths)
    met = tuple(field for field in fields if field.readers or field.contract)
    return Traced(interaction.id, interaction.description, place, met)


def _field(interaction: Interaction, reads: Reads, asked: Path) -> Field:
    path = general(asked)
    named = (Touch.EXACT, Touch.THROUGH)  # a contract says nothing of what lies below what it names
    contract = tuple(format_path(read) for read in reads.contract if touch(read, path, named_arrays=True) in named)
    readers = (_reader(interaction, translation, outputs, asked) for translation, outputs in reads.translations)
    return Field(format_path(path), tuple(reader for reader in readers if reader.outputs), contract)


def _reader(interaction: Interaction, translation: Translation, outputs: Sequence[OutputReads], asked: Path) -> Reader:
    path = general(asked)
    uses = uses_of_translation(interaction, translation.name)
    found: list[Output] = []
    for output in outputs:
        met = tuple(map(format_path, output.met(path)))
        if met:
            held_by = held(uses, output.name)
            other = not output.met(asked)
            found.append(Output(output.name, met, uses=held_by, paths=output.written(path), other_member=other))
    return Reader(translation.name, translation.kind, _innermost(found), tuple(use for use in uses if not use.output))


def uses_of_translation(interaction: Interaction, translation: str) -> tuple[Use, ...]:
    return tuple(use for use in interaction.uses if use.action == translation)


def held(uses: Iterable[Use], output: str) -> tuple[Use, ...]:
    """Those that bind ``output``, or something below it."""
    return tuple(use for use in uses if use.output and is_of(use, printable(output)))


def _innermost(found: Sequence[Output]) -> tuple[Output, ...]:
    """Without an output of which a nested one is there."""
    names = [output.name for output in found]

    def nests(outer: str) -> bool:
        return any(name.startswith((f"{outer}.", f"{outer}[")) for name in names)

    return tuple(output for output in found if not nests(output.name))

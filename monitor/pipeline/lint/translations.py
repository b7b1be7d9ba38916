"""What is suspicious in translations: what they read and nobody answers, and functions that they yield."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from monitor.checking.translations.documents import reached
from monitor.contracts.actions.export import KIND, RESPONSE
from monitor.contracts.lint import Remark, Subject
from monitor.contracts.lint.fixes import nearest, quoted
from monitor.contracts.lint.subjects import ABSENT
from monitor.contracts.load import shown
from monitor.contracts.places import UNKNOWN, spot_of
from monitor.errors import JsonError, MonitorError, RecordingError
from monitor.jsonpaths import ROOT, Json, Path, format_path, read_json
from monitor.languages import CompiledTranslation, compile_translation, suspicions_of
from monitor.model import Interaction, Settings, Translation
from monitor.printable import printable
from monitor.recordings.store import Store

_OF_EXPORT: Final = format_path((*RESPONSE, "translationMap"))


class Told(Enum):
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class _Document:
    """What translations should find something in, and how it is called."""

    value: Json
    name: str


@dataclass(frozen=True, slots=True)
class _Subject:
    """A translation, where it is told of, and the interaction whose responses it reads."""

    translation: Translation
    file: str
    in_config: bool
    interaction: Subject

    def remark(self, rule: str, spot: tuple[int, int], what: str, fix: str) -> Remark:
        one, (line, column) = self.interaction, UNKNOWN if self.in_config else spot
        pointer = f"vendors.{one.vendor}.translations" if self.in_config else ""
        if self.translation.kind == KIND:  # its source is made of the export
            pointer, (line, column) = _OF_EXPORT, UNKNOWN
        text = f"translation {quoted(self.translation.name)}: {what}"
        return Remark(rule, self.file, pointer, one.vendor, text, fix, printable(one.description), line, column)

    def spot_of(self, read: Path) -> tuple[int, int]:
        """Where the source first names the last key of ``read``."""
        keys = [step for step in read if isinstance(step, str)]
        source = self.translation.source
        match = re.search(rf"(?<![\w.]){re.escape(keys[-1])}(?!\w)|{re.escape(keys[-1])}", source) if keys else None
        if match is None:
            return UNKNOWN
        before = source[: match.start()]
        return before.count("\n") + 1, match.start() - before.rfind("\n")


# -- reads ------------------------------------------------------------------------------------------------


def _cannot_tell(value: Json, read: Path) -> bool:
    """Whether ``read`` ends at a list without members or a null: what is below may well be there another time."""
    for length in range(len(read)):
        found = tuple(reached(value, read[:length]))
        if any(one is None or (isinstance(one, list) and not one) for one in found):
            return True
        if not found:
            return False
    return False


def _lacking(value: Json, read: Path) -> tuple[Path, str]:
    """The part of ``read`` that is there, and the key that may be meant by the next."""
    for length in range(len(read) - 1, -1, -1):
        found = tuple(reached(value, read[:length]))
        if found:
            step = read[length]
            members = (m for one in found for m in (one if isinstance(one, list) else [one]))
            keys = [key for one in members if isinstance(one, dict) for key in one]
            return read[:length], nearest(step, keys) if isinstance(step, str) else ""
    return ROOT, ""


def _missing(subject: _Subject, compiled: CompiledTranslation, document: _Document) -> Iterator[Remark]:
    told: dict[Path, list[str]] = {}
    for output in compiled.outputs:
        for read in compiled.reads_of(output):
            if read and not any(True for _ in reached(document.value, read)) and not _cannot_tell(document.value, read):
                told.setdefault(read, []).append(output)
    for read, outputs in told.items():
        there, near = _lacking(document.value, read)
        names = " and ".join(quoted(output) for output in outputs)
        what = f"output {names} reads {format_path(read)}, which {document.name} has not"
        corrected = f"read {format_path((*there, near))}" if near else "correct the path"
        fix = f"{corrected}, or approve a recording that has it: monitor approve --vendor {subject.interaction.vendor}"
        yield subject.remark("reads-missing", subject.spot_of(read), what, fix)


# -- functions --------------------------------------------------------------------------------------------


def _functions(subject: _Subject, compiled: CompiledTranslation) -> Iterator[Remark]:
    for one in suspicions_of(compiled):
        what = f"output {quoted(one.output)} is, or may be, {one.what}"
        yield subject.remark("function-result", spot_of(one.position) or UNKNOWN, what, one.fix)


# -- both -------------------------------------------------------------------------------------------------


def _json(body: bytes) -> Json | Told:
    try:
        return read_json(body, exact=False).value
    except JsonError:
        return Told.NOTHING


def _example(subject: Subject) -> _Document | None:
    name = "the contract's example (no baseline is approved)"
    return None if subject.body is ABSENT else _Document(subject.body, name)


def _document(store: Store, subject: Subject, interaction: Interaction) -> _Document | None:
    """The approved baseline, or else the example. Raises RecordingError where the baseline is damaged."""
    baseline = store.baseline(subject.vendor, interaction.id)
    response = baseline.exchange.response if baseline else None
    if response is None:
        return _example(subject)
    value = _json(response.body)
    return None if isinstance(value, Told) else _Document(value, "the approved baseline")


def _damaged(settings: Settings, subject: Subject, error: RecordingError) -> Remark:
    file = f"{shown(settings.recordings_dir, settings.root)}/{error.where}" if error.where else settings.recordings_dir
    fix = "restore it from version control, or approve a recording again: monitor approve"
    return Remark("damaged-baseline", file, "", subject.vendor, error.what, fix, printable(subject.description))


def of_translations(settings: Settings, store: Store, subject: Subject, interaction: Interaction) -> Iterator[Remark]:
    """What is suspicious in the translations of an interaction, and in the baseline that they are held against."""
    try:
        document = _document(store, subject, interaction)
    except RecordingError as error:
        yield _damaged(settings, subject, error)
        document = _example(subject)
        document = replace(document, name="the contract's example (the baseline is damaged)") if document else None
    for translation in interaction.translations:
        try:
            compiled = compile_translation(translation.kind, translation.source)
        except MonitorError:  # told as a fault of the translation
            continue
        file = shown(translation.file, settings.root)
        about = _Subject(translation, file, translation.file == settings.file, subject)
        yield from _functions(about, compiled)
        if document is not None:
            yield from _missing(about, compiled, document)

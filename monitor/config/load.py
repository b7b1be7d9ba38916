"""monitor.yaml and the environment as Settings, or all that is wrong with them at once.

bytes -> nodes -> tree (expanded, every leaf knows its place) -> schema -> Settings
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from pydantic import ValidationError

from monitor.config.expansion import Expander, SecretsMode
from monitor.config.faults import faults_of, nearest_spot
from monitor.config.files import Context, absolute, shown_file
from monitor.config.names import VERSION, sqlite_url, translation_names
from monitor.config.reading import is_file
from monitor.config.schema import (
    DataActionSection,
    FileSection,
    LimitsSection,
    RecordingsSection,
    RequestSection,
    TranslationSection,
    VendorSection,
)
from monitor.config.secrets import SecretPlace
from monitor.config.tree import Scalar, Tree
from monitor.config.yamlfile import Document, parse, read_document
from monitor.errors import ConfigError, ConfigFault, UsageError
from monitor.jsonpaths import Json
from monitor.jsonpaths import Path as Steps
from monitor.model import (
    ActionExample,
    ActionSource,
    Limits,
    RequestOverride,
    Retention,
    Settings,
    StateBinding,
    TranslationSource,
    Vendor,
)

__all__ = ["SecretsMode", "find", "load", "load_text"]

FILE_NAME: Final = "monitor.yaml"
STATE_DIR_VARIABLE: Final = "MONITOR_STATE_DIR"


def find(explicit: Path | None, cwd: Path) -> Path:
    """The absolute path of the monitor.yaml to use: ``--config FILE``, else the one in the working folder.

    Raises UsageError where there is none.
    """
    path = cwd / (explicit or FILE_NAME)
    if os.path.lexists(path):
        return path
    if explicit:
        raise UsageError("there is no such file", where=shown_file(path), fix="run `monitor init` to make one")
    other = cwd / "monitor.yml"
    fix = "run `monitor init` to make one, or name yours with --config FILE"
    if is_file(other):
        fix = "rename monitor.yml to monitor.yaml, or name it with --config monitor.yml"
    raise UsageError(f"there is no {FILE_NAME} in this folder", where=str(cwd), fix=fix)


def load(
    path: Path, environ: Mapping[str, str], *, secrets: SecretsMode, kinds: Collection[str], unbuilt: bool = False
) -> Settings:
    """The settings of the file at ``path``; ``kinds`` are the translation languages that there are.

    ``unbuilt``: for those who make contracts, whose globs in monitor.yaml may match nothing yet.
    Raises ConfigError with every fault of the file and of the files that it names.
    """
    expander = Expander(SecretPlace(environ, _absolute(path).parent), secrets)
    document = read_document(_absolute(path), _shown(path), expander)
    context = Context(_absolute(path).parent, kinds, unbuilt)
    return _loaded(document, path, environ, expander, context)


def load_text(
    text: str, path: Path, environ: Mapping[str, str], *, secrets: SecretsMode, kinds: Collection[str]
) -> Settings:
    """The settings that ``text`` would give as the file at ``path``. Raises ConfigError as load does."""
    expander = Expander(SecretPlace(environ, _absolute(path).parent), secrets)
    context = Context(_absolute(path).parent, kinds)
    return _loaded(parse(text, _shown(path), expander), path, environ, expander, context)


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute() keeps ..


def _shown(path: Path) -> str:
    return shown_file(path) if path.is_absolute() else str(path)


def _loaded(
    document: Document, path: Path, environ: Mapping[str, str], expander: Expander, context: Context
) -> Settings:
    read = _validated(document, _shown(path), context)
    # raised here, outside of any handler, so that no traceback carries pydantic's error and its input
    if isinstance(read, tuple):
        raise ConfigError(read)
    return _settings(read, _absolute(path), environ, expander)


def place_of(file: str, path: Steps) -> tuple[int, int]:
    """Line and column in monitor.yaml of what stands at ``path``, or of what holds it; zeros if it cannot be told."""
    place = SecretPlace({}, Path(file).parent)
    document = read_document(Path(file), file, Expander(place, SecretsMode.DEFER))
    if () not in document.spots:
        return 0, 0
    mark = nearest_spot(document, path).value
    return mark.line, mark.column


def _validated(document: Document, shown: str, context: Context) -> FileSection | tuple[ConfigFault, ...]:
    if document.tree is None:
        return document.faults
    try:
        read = FileSection.model_validate(document.tree, context=context)
    except ValidationError as error:
        faults = faults_of(error, document, shown)
    else:
        return document.faults or read
    if _is_newer(document.tree.get("version")):  # the rest follows rules that we do not know
        return tuple(fault for fault in faults if fault.path == "version")
    return faults


def _is_newer(version: Tree | None) -> bool:
    return isinstance(version, Scalar) and isinstance(version.value, int) and version.value > VERSION


# -- sections to values ------------------------------------------------------------------------------------


def _limits(section: LimitsSection) -> Limits:
    return Limits(
        concurrency=section.concurrency,
        per_second=section.per_second,
        connect_timeout=section.connect_timeout,
        read_timeout=section.read_timeout,
        total_timeout=section.total_timeout,
        max_body=section.max_body,
        judge_timeout=section.judge_timeout,
        judge_memory=section.judge_memory,
    )


def _retention(section: RecordingsSection) -> Retention:
    return Retention(
        keep_days=section.keep_days,
        keep_last=section.keep_last,
        max_size=section.max_size,
        min_free=section.min_free,
    )


def _request(section: RequestSection) -> RequestOverride:
    return RequestOverride(
        path=section.path,
        query=section.query,
        headers=section.headers,
        body=section.body,
        read_only=section.read_only,
        allow_writes=section.allow_writes,
    )


def _translation(section: TranslationSection, name: str, config: Path) -> TranslationSource:
    return TranslationSource(
        interaction=section.interaction,
        name=name,
        kind=section.kind,
        source=section.file.text if section.file else section.expression or "",
        file=section.file.path if section.file else str(config),
        schema=section.schema_file.schema if section.schema_file else None,
        schema_file=section.schema_file.path if section.schema_file else "",
    )


def _action_sources(section: DataActionSection) -> Iterator[ActionSource]:
    """An entry's files, each as a source of its own."""
    given: Mapping[str, Mapping[str, object]] = section.examples or {}
    if section.inputs is not None:
        given = {"": section.inputs}
    examples = tuple(ActionExample(name, cast("Mapping[str, Json]", inputs)) for name, inputs in given.items())
    override = RequestOverride(
        query=section.query, headers=section.headers, read_only=section.read_only, allow_writes=section.allow_writes
    )
    for file in section.files:
        yield ActionSource(
            file=file,
            integration=section.integration or "",
            examples=examples,
            credentials=section.credentials,
            auth_response=section.auth_response,
            override=override,
        )


def _vendor(name: str, section: VendorSection, config: Path) -> Vendor:
    names = translation_names(section.translations)
    # a glob over the vendor's folder also finds the schemas and expressions that lie beside the contracts
    others = {file.path for t in section.translations for file in (t.file, t.schema_file) if file}
    actions = tuple(source for entry in section.data_actions for source in _action_sources(entry))
    others |= {source.file for source in actions}
    return Vendor(
        name=name,
        base_url=section.base_url,
        contracts=tuple(sorted({file for found in section.contracts for file in found} - others)),
        headers=section.headers,
        states={
            state: StateBinding(cast("Mapping[str, Json]", binding.params)) for state, binding in section.states.items()
        },
        requests={request: _request(override) for request, override in section.requests.items()},
        skip=section.skip,
        translations=tuple(_translation(t, n, config) for t, n in zip(section.translations, names, strict=True)),
        data_actions=actions,
        flows=tuple(sorted({file for found in section.flows for file in found})),
        domains={domain: tuple(patterns) for domain, patterns in section.domains.items()},
        limits=_limits(section.limits),
        allow_writes=section.allow_writes,
        verify=section.verify,
        severity=section.severity,
    )


def _settings(read: FileSection, file: Path, environ: Mapping[str, str], expander: Expander) -> Settings:
    root = file.parent
    chosen = environ.get(STATE_DIR_VARIABLE)
    state_dir = str(absolute(root, chosen)) if chosen else read.state_dir or str(root / ".monitor")
    return Settings(
        file=str(file),
        root=str(root),
        vendors={name: _vendor(name, section, file) for name, section in read.vendors.items()},
        recordings_dir=read.recordings.dir or str(root / "recordings"),
        state_dir=state_dir,
        ledger=read.ledger or sqlite_url(Path(state_dir) / "ledger.db"),
        secrets=expander.secrets,
        retention=_retention(read.recordings),
    )

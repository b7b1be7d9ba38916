"""Pact V4 files that are made and not written: composed, read back, merged.

1. A file of ours carries, under ``metadata.monitor``, a digest of what it says; formatting is no part of it. Where the
   digest is another one, somebody edited the file.
2. An interaction that a test made carries the test's name (``comments.testname``, as Pact has it). Building anew leaves
   those alone, and makes all others anew.
3. The order is by description and states, so that the same interactions are the same bytes, whoever adds them when.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from monitor.contracts.pact import MAX_PACT_DEPTH
from monitor.errors import JsonError
from monitor.jsonpaths import Json, read_json

SUFFIX: Final = ".pact.json"
OURS: Final = "monitor"  # the key in the metadata
_DIGEST: Final = "digest"
_VERSION: Final = "4.0"

Interaction = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class PactFile:
    """What a Pact file holds, as far as merging goes. ``made``: by us; ``edited``: and by somebody else since."""

    consumer: str
    provider: str
    interactions: tuple[Interaction, ...]
    made: bool = True
    edited: bool = False

    def tested(self) -> tuple[Interaction, ...]:
        """The interactions that tests made."""
        return tuple(one for one in self.interactions if test_of(one))


def test_of(interaction: Interaction) -> str:
    """The test that made it; empty where none did."""
    comments = interaction.get("comments")
    name = comments.get("testname") if isinstance(comments, dict) else None
    return name if isinstance(name, str) else ""


def key_of(interaction: Interaction) -> tuple[str, str]:
    """What tells it from the others in its file: its description and its states with their parameters."""
    states = interaction.get("providerStates") or []
    return str(interaction.get("description", "")), json.dumps(states, sort_keys=True, ensure_ascii=False)


def file_name(domain: str, consumer: str, consumers: Iterable[str]) -> str:
    """A file is of one domain and one consumer: where the domain has several, each is named."""
    slugs = [_slug(one) for one in dict.fromkeys(consumers)]
    if len(slugs) < 2:
        return f"{domain}{SUFFIX}"
    slug = _slug(consumer)
    alike = f"-{hashlib.sha256(consumer.encode()).hexdigest()[:8]}" if slugs.count(slug) > 1 else ""
    return f"{domain}.{slug}{alike}{SUFFIX}"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "consumer"


# -- writing ----------------------------------------------------------------------------------------------


def written(file: PactFile) -> bytes:
    """The file's bytes."""
    interactions = sorted(file.interactions, key=key_of)
    told = _as_read(
        {
            "consumer": {"name": file.consumer},
            "provider": {"name": file.provider},
            "interactions": [dict(one) for one in interactions],
        }
    )
    metadata: Json = {"pactSpecification": {"version": _VERSION}, OURS: {_DIGEST: _digest(told)}}
    text = json.dumps({**told, "metadata": metadata}, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def _as_read(value: dict[str, Json]) -> dict[str, Json]:
    """``value`` as it will be read: half a character (a lone surrogate), which no engine takes, becomes "?"."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    read: dict[str, Json] = json.loads(text)
    return read


def _digest(told: Mapping[str, Json]) -> str:
    kept = [told.get(name) for name in ("consumer", "provider", "interactions")]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


# -- reading ----------------------------------------------------------------------------------------------


def opened(data: bytes) -> PactFile | None:
    """What stands in ``data``; None where it is no Pact file that can be merged with."""
    try:
        value = read_json(data, max_depth=MAX_PACT_DEPTH, exact=False).value
    except JsonError:
        return None
    if not isinstance(value, dict) or not isinstance(listed := value.get("interactions"), list):
        return None
    metadata = value.get("metadata")
    ours = metadata.get(OURS) if isinstance(metadata, dict) else None
    told = ours.get(_DIGEST) if isinstance(ours, dict) else None
    interactions = tuple(one for one in listed if isinstance(one, dict))
    names = [
        party.get("name") if isinstance(party := value.get(role), dict) else "" for role in ("consumer", "provider")
    ]
    consumer, provider = (name if isinstance(name, str) else "" for name in names)
    edited = told != _digest(value)
    return PactFile(consumer, provider, interactions, made=told is not None, edited=edited)

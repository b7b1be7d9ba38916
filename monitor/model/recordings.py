"""An exchange kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.model.exchanges import Exchange
from monitor.model.interactions import ProviderState

MASK: Final = "MASKED-"  # followed by the secret's name: what stands where a secret stood in text
MASK_HOST: Final = "://masked-"  # where it was a URL


@dataclass(frozen=True, slots=True)
class Mask:
    """One place where something was masked: ``where`` names it (request.header:Authorization, response.body)."""

    where: str
    name: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Approval:
    by: str
    at: datetime
    source: str  # the recording it was approved from
    note: str = ""
    accepted_losses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """An exchange kept, masked. ``path`` is where it lies, relative to the recordings folder."""

    path: str
    run_id: str
    vendor: str
    interaction_id: str
    description: str
    exchange: Exchange
    contract_digest: str = ""
    states: tuple[ProviderState, ...] = ()
    masks: tuple[Mask, ...] = ()
    approval: Approval | None = None
    digest: str = ""  # sha256 hex of the canonical entry without this digest

"""What makes what several runs found one incident."""

from __future__ import annotations

import hashlib
from typing import Final

from monitor.model.incidents import Subject

_TROUBLE: Final = "outcome:"  # no root of a finding begins so


def fingerprint(vendor: str, interaction_id: str, root: str) -> str:
    """What makes findings of several runs one incident: ``v1:`` and 16 hex digits. Kind and severity do not count."""
    digest = hashlib.sha256(f"{vendor}\0{interaction_id}\0{root}".encode("utf-8", "surrogatepass"))
    return f"v1:{digest.hexdigest()[:16]}"


def trouble_fingerprint(vendor: str, subject: Subject) -> str:
    """The fingerprint of a trouble of the whole vendor."""
    return fingerprint(vendor, "", f"{_TROUBLE}{subject}")

"""Which kinds of channels there are, as monitor.yaml is judged by them: where the rooms of both meet."""

from __future__ import annotations

from pydantic import BaseModel

from monitor.alerts.channels import find, kinds
from monitor.config.channels import ChannelKinds


def channel_kinds() -> ChannelKinds:
    """Those discovered. A kind is imported when its options are asked for."""
    return ChannelKinds(kinds, _options)


def _options(kind: str) -> type[BaseModel]:
    return find(kind).Settings

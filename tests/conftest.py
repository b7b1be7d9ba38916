"""One Hypothesis profile for the whole suite: no deadline, for the machines that run it are shared."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("shared", deadline=None)
settings.load_profile("shared")

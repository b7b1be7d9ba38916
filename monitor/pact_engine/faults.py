"""What the library's C interface cannot judge, told from what nobody can."""

from __future__ import annotations

from monitor.errors import NotJudgedError


class BeyondInterfaceError(NotJudgedError):
    """The C interface cannot judge this, but the official Verifier may. Never leaves ``match_response``."""

"""``${secret:env:NAME}``: a secret that stands in an environment variable."""

from __future__ import annotations

import re

from monitor.config.secrets import NoSecret, SecretPlace
from monitor.printable import printable

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def read(reference: str, place: SecretPlace) -> str | NoSecret:
    if not NAME.fullmatch(reference):
        what = "secret:env: needs the name of an environment variable (letters, digits, _)"
        return NoSecret(what, "write for instance ${secret:env:CRM_API_KEY}", malformed=True)
    value = place.environ.get(reference)
    shown = printable(reference)
    if value is None:
        return NoSecret(f"the environment variable {shown} is not set", f"set {shown} before monitor starts")
    if not value:
        return NoSecret(f"the environment variable {shown} is empty", f"set {shown} to the secret")
    return value

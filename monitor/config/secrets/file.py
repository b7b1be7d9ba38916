"""``${secret:file:PATH}``: a secret that is a file's whole text, as container platforms mount them.

A relative path starts from the folder of monitor.yaml. One trailing line break is not part of the secret.
"""

from __future__ import annotations

from monitor.config.reading import KIB, decode, read_bounded
from monitor.config.secrets import NoSecret, SecretPlace
from monitor.config.tree import Problem
from monitor.printable import printable

MAX_SECRET = 64 * KIB


def read(reference: str, place: SecretPlace) -> str | NoSecret:
    if not reference or "\0" in reference:
        what = "secret:file: needs the path of a file"
        return NoSecret(what, "write for instance ${secret:file:secrets/crm.key}", malformed=True)
    name = f"the secret file {printable(reference)}"
    data = read_bounded(place.root / reference, MAX_SECRET)
    if isinstance(data, Problem):
        return NoSecret(f"{name}: {data.what}", data.fix or "put the secret there, and nothing else")
    text = decode(data)
    if not isinstance(text, str):
        return NoSecret(f"{name}: {text[0].what}", text[0].fix)
    secret = text.removesuffix("\n").removesuffix("\r")
    return secret or NoSecret(f"{name}: it is empty", "put the secret there")

"""What a verdict rests on, as one digest: equal keys have equal judgements. PURE.

1. A live case: the contract, the translations, severities, the baseline, and of the response all that judging looks at.
   A header's value counts only where the contract speaks of it, or it is the Content-Type; else its presence does.
2. A stored case: the same terms and the files' bytes. That is more than the verdict rests on, but it needs no parsing.
3. Every part goes in with its length, so that no two cases run together.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Final

from monitor.headers import is_noise
from monitor.model import Case, Contract, Response, StoredCase, Terms, Translation

_BY_CHANCE: Final = re.compile(r"\$(now|millis|random|shuffle)\b")  # JSONata; another language may only lose time


def _translation(translation: Translation) -> str:
    told = [translation.name, translation.kind, translation.source, translation.file, translation.schema]
    return json.dumps(told, sort_keys=True, default=str)


def _terms(terms: Terms | Case) -> Iterator[bytes]:
    contract = terms.contract
    yield json.dumps([terms.vendor, terms.interaction_id, sorted(terms.severity.items()), terms.official]).encode()
    yield contract.pact if contract else b""
    yield from (_translation(translation).encode("utf-8", "surrogatepass") for translation in terms.translations)


def terms_digest(terms: Terms) -> str:
    """16 hex digits: equal where responses are judged by the same terms, in whatever folder the files lie."""
    sha = hashlib.sha256(json.dumps([sorted(terms.severity.items()), terms.expected_status]).encode())
    for part in (terms.contract.pact if terms.contract else b"", *map(_told, terms.translations)):
        sha.update(len(part).to_bytes(8, "big"))
        sha.update(part)
    return sha.hexdigest()[:16]


def _told(translation: Translation) -> bytes:
    told = [translation.name, translation.kind, translation.source, translation.schema]
    return json.dumps(told, sort_keys=True, default=str).encode("utf-8", "surrogatepass")


def _headers(response: Response, contract: Contract | None) -> str:
    spoken_of = contract.pact.lower() if contract else b""

    def matters(name: str) -> bool:
        return name == "content-type" or name.encode("utf-8", "replace") in spoken_of

    folded = [(name.lower(), value) for name, value in response.headers]
    kept = [(name, value if matters(name) else "") for name, value in folded if matters(name) or not is_noise(name)]
    return json.dumps(kept)


def _response(response: Response | None, contract: Contract | None) -> Iterator[bytes]:
    if response is None:
        yield b"none"
        return
    yield f"{response.status} {response.complete}".encode()
    yield _headers(response, contract).encode()
    yield response.body


def _case(case: Case) -> Iterator[bytes]:
    yield b"case"
    yield from _terms(case)
    yield from _response(case.raw, case.contract)
    if case.stored.body == case.raw.body and case.stored.headers == case.raw.headers:
        yield b"stored as received"
    else:
        yield from _response(case.stored, case.contract)
    yield from _response(case.baseline, case.contract)
    flags = [case.raw_masked, case.numbers_masked, case.baseline_masked]
    yield json.dumps([*flags, case.accepted_losses, case.raw_masked_headers]).encode()


def _stored(case: StoredCase) -> Iterator[bytes]:
    yield b"stored"
    yield from _terms(case.terms)
    yield str(case.terms.expected_status).encode()
    yield case.recording
    yield b"none" if case.baseline is None else b"baseline"
    yield case.baseline or b""
    yield case.damage.encode("utf-8", "surrogatepass")


def is_repeatable(case: Case | StoredCase) -> bool:
    """Whether judging again would say the same: not where a translation asks the clock, or draws lots."""
    translations = case.translations if isinstance(case, Case) else case.terms.translations
    return not any(_BY_CHANCE.search(translation.source) for translation in translations)


def key_of(case: Case | StoredCase, program: bytes = b"") -> bytes:
    """32 bytes. ``program`` stands for the version of all that judges."""
    sha = hashlib.sha256(program)
    for part in _case(case) if isinstance(case, Case) else _stored(case):
        sha.update(len(part).to_bytes(8, "big"))
        sha.update(part)
    return sha.digest()

"""What keeps a recording from being judged, and how it is mended."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.model import Exchange, Headers, Outcome, Recording, Request, Response, Secret
from monitor.pipeline.cases import fault_of
from monitor.recordings.masking import Masker

SECRETS = (Secret("CRM_URL", "https://crm.example"), Secret("CRM_KEY", "live-secret"))
UNSAID = "nothing that was sent says who is calling; add to the vendor: headers: {Authorization: "


def fix(url: str = "https://crm.example/c", headers: Headers = (), body: bytes | None = None, status: int = 401) -> str:
    """How a refusal is mended, after masking."""
    response = Response(status, "", "HTTP/1.1", (), b"")
    made = Exchange(Request("POST", url, headers, body), response, None, datetime(2026, 11, 22, tzinfo=UTC), 0.1)
    exchange, masks = Masker(SECRETS).mask(made)
    fault = fault_of(Recording("a.har", "run", "crm", "c-1", "c", exchange, masks=masks), None)
    assert fault is not None
    assert fault.outcome is Outcome.AUTH_FAILED
    return fault.fix


@pytest.mark.parametrize("status", [401, 403])
def test_nobody_said_who_is_calling(status: int) -> None:
    headers = (("Host", "crm.example"), ("Referer", "https://crm.example/app"), ("X-Kind", "a"))
    assert fix(headers=headers, status=status).startswith(UNSAID)
    assert "${secret:env:CRM_AUTHORIZATION}" in fix(headers=headers)


@pytest.mark.parametrize(
    ("url", "headers", "body"),
    [
        ("/c", (("X-Key", "live-secret"),), None),  # of ${credentials.key}: by its name nobody knows
        ("/c?k=live-secret", (), None),
        ("/live-secret/c", (), None),
        ("/c", (), b'{"k": "live-secret"}'),
        ("/c", (("Authorization", "Bearer other"),), None),
        ("/c", (("X-Session-Id", "other"),), None),
        ("/c?refresh_token=other", (), None),
    ],
)
def test_what_is_filled_with_a_secret_says_who_is_calling(url: str, headers: Headers, body: bytes | None) -> None:
    assert fix(f"https://crm.example{url}", headers, body).startswith("check the credentials under headers:")

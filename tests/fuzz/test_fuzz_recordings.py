"""Recordings, plans and reports of any kind: read whole, or refused with the place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import JsonError, RecordingError
from monitor.jsonpaths import read_json
from monitor.model import Exchange, Mask, Plan, Recording, Request, Response, RunReport, Secret
from monitor.recordings.documents import plan_from, plan_to, report_from, report_to
from monitor.recordings.har import digest_of_pretty, from_har, pretty, to_har
from monitor.recordings.masking import Masker
from monitor.reports import Options, find, formats
from tests.fuzz.damage import EDITS, Edit, damaged
from tests.fuzz.laws import cases, fits, ours
from tests.fuzz.seeds import ANSWER, HARS, NOW, PLANS, REPORTS, SECRET, text

PATH = "runs/20261122T085800Z-ab12cd/crm/x.har"


def _refused(error: RecordingError, file: str) -> bool:
    return error.where == file and bool(error.fix)


def _resealed(data: bytes) -> bytes:
    """``data`` with a digest that fits, where it can have one: as if our own tool had written it."""
    try:
        document = json.loads(data)
        entry = document["log"]["entries"][0]
        entry["_monitor"].pop("digest", None)
        canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"))
        entry["_monitor"]["digest"] = hashlib.sha256(canonical.encode()).hexdigest()
        return json.dumps(document).encode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return data


@cases(900)
@given(st.sampled_from(HARS), EDITS, st.booleans())
def test_any_bytes_are_a_recording_or_told(seed: str, edits: Sequence[Edit], sealed: bool) -> None:
    data = damaged(seed, edits)
    kept = ours(lambda: from_har(_resealed(data) if sealed else data, PATH), RecordingError)
    if isinstance(kept, RecordingError):
        assert _refused(kept, PATH)
        return
    assert fits(kept, Recording)
    again = from_har(to_har(kept), PATH)
    assert replace(again, digest="") == replace(kept, digest="")
    assert digest_of_pretty(pretty(again)[:200]) == again.digest


@cases(300)
@given(st.sampled_from(PLANS), EDITS)
def test_any_bytes_are_a_plan_or_told(seed: str, edits: Sequence[Edit]) -> None:
    plan = ours(lambda: plan_from(damaged(seed, edits), "plan.json"), RecordingError)
    if isinstance(plan, RecordingError):
        assert _refused(plan, "plan.json")
    else:
        assert fits(plan, Plan)
        assert plan_from(plan_to(plan), "plan.json") == plan


@cases(400)
@given(st.sampled_from(REPORTS), EDITS)
def test_any_bytes_are_a_report_or_told(seed: str, edits: Sequence[Edit]) -> None:
    report = ours(lambda: report_from(damaged(seed, edits), "report.json"), RecordingError)
    if isinstance(report, RecordingError):
        assert _refused(report, "report.json")
        return
    assert fits(report, RunReport)
    assert report_from(report_to(report), "report.json") == report
    for name in formats():
        assert find(name).render(report, Options()).endswith("\n")


_MASKER = Masker((Secret("CRM_KEY", SECRET), Secret("SHORT", "42")))
_HEADERS = ("Authorization", "Cookie", "Set-Cookie", "Location", "X-Echo", "Content-Type", "ETag", "\xdc")


@cases(500)
@given(EDITS, st.sampled_from(_HEADERS), st.binary(max_size=20), st.booleans())
def test_any_exchange_is_masked(edits: Sequence[Edit], name: str, value: bytes, echoed: bool) -> None:
    body = damaged(text({**ANSWER, "echo": SECRET if echoed else ""}), edits)
    headers = ((name, f"{value.decode('latin-1')}{SECRET * echoed}"),)
    request = Request("POST", f"https://h/{SECRET * echoed}?a={value.hex()}", headers, body)
    response = Response(200, SECRET * echoed, "HTTP/1.1", headers, body)
    masked, masks = _MASKER.mask(Exchange(request, response, None, NOW, 0.1))
    assert fits(masked, Exchange)
    assert fits(masks, tuple[Mask, ...])
    assert SECRET not in repr((masked, masks))
    assert masked.response is not None
    assert SECRET.encode() not in masked.response.body
    assert _MASKER.mask(masked)[0] == masked
    if not isinstance(ours(lambda: read_json(body), JsonError), JsonError):
        read_json(masked.response.body)

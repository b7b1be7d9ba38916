"""Headers mean the same in every room."""

from __future__ import annotations

import pytest

from monitor.headers import is_json, is_noise, is_passing, main_and_sub, media_type


@pytest.mark.parametrize(
    ("content_type", "told"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("text/json", True),
        ("application/hal+json", True),
        ("application/json-patch+json", True),
        ("application/vnd.api+json;v=1", True),
        ("image/x+json", True),
        ("application/json-seq", False),
        ("application/jsonlines", False),
        ("application/xml", False),
        ("text/html", False),
        ("json", False),
        ("", False),
        (None, False),
    ],
)
def test_json(content_type: str | None, told: bool) -> None:
    assert is_json(content_type) is told


@pytest.mark.parametrize(
    ("content_type", "media", "parts"),
    [
        ("Text/HTML ; charset=utf-8", "text/html", ("text", "html")),
        ("text", "text", ("text", "")),
        (";", "", ("", "")),
        (None, "", ("", "")),
    ],
)
def test_media_types(content_type: str | None, media: str, parts: tuple[str, str]) -> None:
    assert media_type(content_type) == media
    assert main_and_sub(content_type) == parts


NOISE = (
    "date server via request-id x-github-request-id x-amzn-requestid x-request-time x-now-trace x-b3-traceid "
    "cf-ray x-amz-cf-pop x-cache"
)
COUNTED = "x-ratelimit-used ratelimit ratelimit-reset x-rate-limit-limit"
NEWS = "deprecation sunset link location cache-control content-type api-version"


@pytest.mark.parametrize(
    ("header", "noise", "passing"),
    [
        (name, noise, passing)
        for names, noise, passing in [(NOISE, True, True), (COUNTED, False, True), (NEWS, False, False)]
        for name in names.split()
    ],
)
def test_noise(header: str, noise: bool, passing: bool) -> None:
    assert (is_noise(header), is_passing(header)) == (noise, passing)

"""What headers say, decided once for every room: media types, which of them are JSON, and which headers are noise."""

from __future__ import annotations

import re
from typing import Final

# Headers whose presence says nothing of the API: set by connections, proxies, caches, tracing, or per request.
_NOISE: Final = re.compile(
    r"""connection | keep-alive | transfer-encoding | trailer | upgrade | content-(length | encoding | md5)
      | date | age | expires | last-modified | etag | vary | accept-ranges | retry-after | alt-svc | server(-timing)?
      | via | set-cookie | nel | report-to | reporting-endpoints | traceparent | tracestate | p3p
      | (x-)? ((request|correlation|trace|transaction|amzn?|amz-cf) -)? (id|uuid)
      | .* -(request|correlation|trace|transaction) -?id | x-b3-.* | .* -trace | .* -(region | pop | instance | node)
      | x- (served-by | timer | runtime | request-time | varnish | cache.* | proxy.* | forwarded.* | powered-by
            | backend.* | hits)
      | cf-.* | x-amzn?-.* | x-amz-cf-.* | x-envoy-.* | x-fastly-.* | x-akamai-.* | x-azure-ref | x-cdn.*
    """,
    re.VERBOSE,
)


# That a vendor begins to limit rates is news, but the numbers are other ones in each response.
_COUNTED: Final = re.compile(r"(x-)?rate-?limit(-.*)?")


def is_noise(header: str) -> bool:
    """Whether the presence of ``header`` (lower case) says nothing about the API."""
    return _NOISE.fullmatch(header) is not None


def is_passing(header: str) -> bool:
    """Whether the value of ``header`` (lower case) says nothing about the API."""
    return is_noise(header) or _COUNTED.fullmatch(header) is not None


def media_type(content_type: str | None) -> str:
    """``text/html`` of ``Text/HTML; charset=utf-8``; empty where there is none."""
    return (content_type or "").partition(";")[0].strip().lower()


def main_and_sub(content_type: str | None) -> tuple[str, str]:
    """``text`` and ``html`` of ``text/html; charset=utf-8``; both may be empty."""
    main, _, sub = media_type(content_type).partition("/")
    return main, sub


def is_json(content_type: str | None) -> bool:
    """Whether a body of that type is one JSON text (which application/json-seq and application/jsonlines are not)."""
    main, sub = main_and_sub(content_type)
    return (main in ("application", "text") and sub == "json") or sub.endswith("+json")

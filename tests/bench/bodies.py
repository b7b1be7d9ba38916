"""Generators of bodies for benchmarks: deterministic, no data of anybody's."""

from __future__ import annotations

import json
from collections.abc import Callable

from monitor.model import Response

Body = dict[str, object]


def record(number: int) -> Body:
    return {
        "customerId": f"CUST-{10_000 + number}",
        "fullName": f"Customer {number}",
        "accountTier": ("Standard", "Premium", "VIP")[number % 3],
        "openTickets": number % 7,
        "balance": number / 4,
        "isBlacklisted": number % 11 == 0,
        "contact": {"email": f"c{number}@example.com", "phone": f"1555{number:07d}", "fax": None},
        "tags": [f"t{number % 5}", f"u{number % 3}"],
    }


def records(size: int) -> list[Body]:
    """Records of together about ``size`` bytes as JSON."""
    return [record(number) for number in range(max(1, size // len(json.dumps(record(1)))))]


def by_key(size: int) -> dict[str, Body]:
    """The same, keyed by data: every member has paths of its own."""
    return {f"key-{number}": body for number, body in enumerate(records(size))}


def renamed(body: Body) -> Body:
    return {("customer_id" if key == "customerId" else key): value for key, value in body.items()}


def response(value: object) -> Response:
    return Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), json.dumps(value).encode())


GENERATORS: dict[str, Callable[[int], object]] = {"records": records, "map keyed by data": by_key}

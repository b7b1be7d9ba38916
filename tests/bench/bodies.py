"""Generators of bodies for benchmarks: deterministic, no data of anybody's."""

from __future__ import annotations

import json

from monitor.model import Response

Body = dict[str, object]


def record(number: int) -> Body:
    """About 270 bytes as JSON: text, numbers, a flag, null, an object and a list."""
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


def members(count: int, first: int = 0) -> list[Body]:
    return [record(first + number) for number in range(count)]


def records(size: int) -> list[Body]:
    """Records of together about ``size`` bytes as JSON."""
    return members(max(1, size // len(json.dumps(record(1)))))


def by_key(size: int) -> dict[str, Body]:
    """The same, keyed by data: every member has paths of its own."""
    return {f"key-{number}": body for number, body in enumerate(records(size))}


def renamed(body: Body, key: str = "fullName", to: str = "full_name") -> Body:
    return {(to if name == key else name): value for name, value in body.items()}


def response(value: object) -> Response:
    return Response(200, "OK", "HTTP/1.1", (("Content-Type", "application/json"),), json.dumps(value).encode())


# -- drifts: what the body of the given size was before, and is now ----------------------------------------

Pair = tuple[object, object]


def _renamed_at(bodies: list[Body], number: int) -> list[Body]:
    return [renamed(body) if at == number else body for at, body in enumerate(bodies)]


def same_records(size: int) -> Pair:
    return records(size), records(size)


def one_record_renamed(size: int) -> Pair:
    before = records(size)
    return before, _renamed_at(before, len(before) // 2)


def every_record_renamed(size: int) -> Pair:
    before = records(size)
    return before, [renamed(body) for body in before]


def other_records(size: int) -> Pair:
    """In another order, every fourth with other values: no drift."""
    before = records(size)
    after = [{**body, "balance": n + 0.5, "openTickets": n} if n % 4 == 0 else body for n, body in enumerate(before)]
    return before, after[::-1]


def same_map(size: int) -> Pair:
    return by_key(size), by_key(size)


def one_member_renamed(size: int) -> Pair:
    before = by_key(size)
    return before, dict(zip(before, _renamed_at(list(before.values()), len(before) // 2), strict=True))


def every_member_renamed(size: int) -> Pair:
    before = by_key(size)
    return before, {key: renamed(body) for key, body in before.items()}

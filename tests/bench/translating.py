"""A JSONPath on a body of 1 MB, compiled before, beside json.loads of that body."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Final

from monitor.languages.jsonpath import compile_path
from tests.bench.bodies import records
from tests.bench.measuring import KILOBYTE, MEGABYTE, Row, Scale, quickest, within, working

# path, how many times as long as json.loads it may take
PATHS: Final = (
    ("$..customerId", 20.0),
    ("$..nope", 20.0),
    ("$..*", 20.0),
    ("$..[?(@.openTickets > 1)].fullName", 20.0),
    ("$.members[*].contact.email", 5.0),
    ("$.members[?(@.accountTier == 'Standard' && @.openTickets > 1)].customerId", 5.0),
    ("$.members[?(@.fullName =~ /customer 1.*/i)].customerId", 5.0),
    ("$.members[?('t1' in @.tags)].customerId", 5.0),
)


def rows(scale: Scale) -> Iterator[Row]:
    """What a path costs that looks at every record."""
    body = json.dumps({"members": records(scale.count(MEGABYTE, least=5 * KILOBYTE))})
    document = json.loads(body)
    compiled = {path: compile_path(path) for path, _ in PATHS}
    works = {path: working(partial(one.evaluate, document)) for path, one in compiled.items()}
    taken = quickest({"loads": working(partial(json.loads, body)), **works}, scale.runs(9))
    for path, at_most in PATHS:
        yield within(f"`{path}`, {len(body) / MEGABYTE:.3g} MB", taken[path], "json.loads", taken["loads"], at_most)

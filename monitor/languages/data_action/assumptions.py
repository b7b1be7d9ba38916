"""Where Genesys' documents are silent: what we take to be so, said wherever a finding rests on it.

Each is what the documented engine behind it does (Jayway JsonPath, Velocity, JSON Schema).
"""

from __future__ import annotations

from typing import Final

FIRST_OF_NOTHING: Final = "assumed: firstFromArray of [] without a default gives nothing"
NULL_IS_A_TYPE: Final = "assumed: null does not fit another type, as in JSON Schema"
EMPTY_BODY: Final = "assumed: an empty body is translated like {}"
NOT_JSON: Final = "assumed: a body that is no JSON takes the failure path"
FAILED_FUNCTION: Final = "assumed: a JSONPath function that fails counts as not found"
GAPS_ARE_NULL: Final = "assumed: in parallel lists a missing member is null"
TAIL_IS_IGNORED: Final = "assumed: what follows the first JSON value is ignored"

"""The macros that Genesys Cloud puts into a template's context, as its documents and real exports have them.

Each answers None to a null argument, and a null result prints the reference itself: such text in an output is a sign
of drift. What the documents do not say is an assumption, named in assumptions.py. ``math`` and ``esc`` are Velocity's
own MathTool and EscapeTool, the latter with more methods; ``$math.random`` is left out, for no run would repeat it.
Source: https://help.mypurecloud.com/articles/velocity-macros-data-actions/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from monitor.languages.velocity.tool import Tool
from monitor.languages.velocity.tools.escaping import ESCAPES, SIGNS, base64_of, query_param, salesforce
from monitor.languages.velocity.tools.lists import first_from_array, moved_keys, plain_json
from monitor.languages.velocity.tools.mathtool import METHODS

__all__ = ["GENESYS", "plain_json"]

GENESYS: Final[Mapping[str, object]] = {
    "esc": Tool("esc", SIGNS, ESCAPES),
    "successTemplateUtils": Tool(
        "successTemplateUtils",
        {},
        {"firstFromArray": first_from_array, "moveKeysIntoArrayOfObjects": moved_keys},
    ),
    "encoding": Tool("encoding", {}, {"base64": base64_of}),
    "salesforce": Tool("salesforce", {}, {"escReserved": salesforce}),
    "math": Tool("math", {}, METHODS),
    "urlTool": Tool("urlTool", {}, {"optionalQueryParam": query_param}),
}

"""JSONata's evaluation errors in our own words.

The engine's texts may quote the document, and a vendor's values must not reach a report: only the code of an
error is taken from the engine. Compile errors are another matter, they quote nothing but the user's own source.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "D1001": "a number is out of range",
        "D1002": "the operand of unary minus is not a number",
        "D1004": "a regular expression matches the empty string",
        "D1009": "two keys of an object come out as the same",
        "D2014": "a range is too large",
        "D3001": "a number function was given no number",
        "D3010": "$replace was given an empty pattern",
        "D3011": "the limit of $replace is negative",
        "D3012": "the replacement function of $replace gave no string",
        "D3020": "the limit of $split is negative, or a text is no number",
        "D3030": "$number was given something that is no number",
        "D3040": "the limit of $match is negative",
        "D3050": "the function given to $reduce takes fewer than two arguments",
        "D3060": "$sqrt was given a negative number",
        "D3061": "the result of $power is out of range",
        "D3070": "$sort needs an array of strings or of numbers, or a function that compares",
        "D3100": "the radix of $formatBase is not between 2 and 36",
        "D3110": "$toMillis was given no ISO 8601 timestamp",
        "D3130": "the picture of $formatInteger or $parseInteger is not supported",
        "D3131": "the picture of $formatInteger mixes digit families",
        "D3132": "a date picture has an unknown component",
        "D3133": "a date picture asks for the name of a year",
        "D3134": "a date picture's time zone is wrong",
        "D3135": "a date picture is not closed or too long",
        "D3136": "a date picture leaves parts of the timestamp open",
        "D3137": "the translation raised $error",
        "D3138": "$single matched more than one value",
        "D3139": "$single matched no value",
        "D3140": "a URL is malformed",
        "D3141": "an $assert of the translation failed",
        "T0410": "an argument of a function has the wrong type",
        "T0411": "the context value has the wrong type for a function",
        "T0412": "an argument must be an array of one type",
        "T1003": "a key of an object is no string",
        "T1005": "something that is no function is called",
        "T1006": "something that is no function is called",
        "T1007": "something that is no function is partially applied",
        "T1008": "something that is no function is partially applied",
        "T1010": "the separator of $split is neither a string nor a regular expression",
        "T2001": "the left side of an arithmetic operator is not a number",
        "T2002": "the right side of an arithmetic operator is not a number",
        "T2003": "the left side of the range operator is not an integer",
        "T2004": "the right side of the range operator is not an integer",
        "T2006": "the right side of ~> is no function",
        "T2007": "the values to sort by are of different types",
        "T2008": "the values to sort by are neither strings nor numbers",
        "T2009": "values of different types are compared",
        "T2010": "the values compared are neither strings nor numbers",
        "T2011": "the update of a transform is no object",
        "T2012": "the delete clause of a transform is neither a string nor an array of strings",
    }
)


def words(code: str) -> str:
    """What the evaluation error ``code`` means."""
    if code in WORDS:
        return WORDS[code]
    if "D3080" <= code <= "D3093":
        return "the picture of $formatNumber is wrong"
    return f"evaluation error {code}"

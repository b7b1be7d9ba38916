"""What is assumed of Genesys' macros where its documents are silent."""

from __future__ import annotations

from typing import Final

FIRST_OF_NOTHING: Final = ""  # firstFromArray of an empty list, or of what is no list, without a default
ESCAPES_SLASHES: Final = True  # jsonEncode writes / as \/
ESCAPES_BEYOND_ASCII: Final = True  # and what is not ASCII as \uXXXX
MOVED_KEY: Final = "key"  # where moveKeysIntoArrayOfObjects puts the key
MOVED_VALUE: Final = "value"  # and a value that is no object
NO_PARAM: Final = ""  # optionalQueryParam without a value

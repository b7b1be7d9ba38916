"""The version of the rules by which findings are made."""

from __future__ import annotations

from typing import Final

# Raised whenever another thing is said of the same recording than before (a new kind of change, another root): the
# next run then judges the last recordings anew, and what only the new rules see is told in one message, as no news.
RULES: Final = 1

"""One response against one contract, in words: what the contract forbids of it, and which paths the contract reads.

1. The verdict is the official engine's alone. This room only says it as people read it: every difference that the
   engine tells becomes at least one Mismatch, and nothing else does.
2. The engine prints vendor values; the words hold none. They come from a walk through the contract's example, the
   response and the matching rules to the place that the engine names.
3. Members of a list are one place (``[*]``); equal words at one place are said once.
4. After another status the rest is no news: an error's body is not what the contract describes.
"""

from monitor.checking.contract.reading import reads, tied_rules
from monitor.checking.contract.telling import mismatches

__all__ = ["mismatches", "reads", "tied_rules"]

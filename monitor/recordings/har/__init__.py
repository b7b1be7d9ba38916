"""A recording as HAR 1.2 with one entry, and back. PURE.

1. Any HAR viewer opens it: what HAR has a place for stands there. Our facts stand in the entry's ``_monitor``.
2. A body comes back byte for byte: as text where it is UTF-8, else in Base64. A request's body is absent or empty:
   that is told apart.
3. Without a response (the vendor is down) the status is 0, as browsers write it, and ``_monitor.fault`` says why.
4. ``_monitor.digest`` is the SHA-256 of the entry without it, as compact ASCII JSON with sorted keys: so a change by
   hand shows, and a change of line ends or indentation does not.
5. Times: ``startedDateTime`` is for viewers, in milliseconds; ``_monitor`` keeps what was measured.
"""

from monitor.recordings.har.pretty import digest_of_pretty, pretty
from monitor.recordings.har.reading import from_har
from monitor.recordings.har.writing import to_har

__all__ = ["digest_of_pretty", "from_har", "pretty", "to_har"]

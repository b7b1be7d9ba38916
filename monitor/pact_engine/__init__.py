"""The official Pact matcher behind one small interface: a contract and a response in, mismatches out.

Verdicts come from Pact's own Rust library, in this process and without HTTP. The official Verifier, which speaks HTTP
to a replay on loopback, judges what that way cannot (verifier.py), and tells whether both agree (oracle.py); it is
loaded only when it is asked. What neither judges raises NotJudgedError.
"""

from monitor.pact_engine.engine import expected_contents, match_response
from monitor.pact_engine.expected import ExpectedHeader, ExpectedResponse, read_expected
from monitor.pact_engine.mismatch import BODY_TYPE, HEADER_MISSING, EngineMismatch, MismatchPlace

__all__ = [
    "BODY_TYPE",
    "HEADER_MISSING",
    "EngineMismatch",
    "ExpectedHeader",
    "ExpectedResponse",
    "MismatchPlace",
    "expected_contents",
    "match_response",
    "read_expected",
]

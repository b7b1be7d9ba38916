"""Findings in words: every kind as people read it, line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.checking.words import told
from monitor.jsonpaths import ANY, format_path
from monitor.model import Change, ChangeKind, Detail, Finding, Loss, Mismatch, Severity, Told


def _lines(*details: Detail) -> list[str]:
    (one,) = told([Finding(detail.root, Severity.BREAKING, True, detail) for detail in details])
    return list(one.lines)


def _missing(name: str, root: str, path: str | None = None, kind: str = "String") -> Mismatch:
    actual = f"Key '{name}' not found in response body"
    return Mismatch(root, "body", f"{name} ({kind}) at {path or root}", actual, missing=True)


def _loss(root: str, output: str = "customerName", after: str = "missing", translation: str = "screen-pop") -> Loss:
    return Loss(root, translation, output, "String", after, reads=(root,))


ID = "$.customerId"
RENAMED = Change(ID, ChangeKind.RENAMED, "String", "String", "$.customer_id", "same value")
REMOVED = Change(ID, ChangeKind.REMOVED, "String")
CONTACT = Change("$.contact", ChangeKind.REMOVED, "Object", children=2)
RETYPED = Change("$.openTickets", ChangeKind.RETYPED, "Integer", "String")

TOLD: list[tuple[str, list[Detail], str]] = [
    (
        "a rename with all that it did",
        [RENAMED, _missing("customerId", ID), _loss(ID)],
        """
        Expected: customerId (String) at $.customerId
        Actual: Key 'customerId' not found in response body
        New key 'customer_id' found at $.customer_id
        output customerName: String -> missing
        probably renamed: same value
        """,
    ),
    (
        "a rename that no contract reads",
        [RENAMED],
        """
        Expected: customerId (String) at $.customerId
        Actual: Key 'customerId' not found in response body
        New key 'customer_id' found at $.customer_id
        probably renamed: same value
        """,
    ),
    (
        "a removed key",
        [REMOVED],
        """
        Expected: customerId (String) at $.customerId
        Actual: Key 'customerId' not found in response body
        """,
    ),
    (
        "a removed object, of which the contract reads two keys",
        [CONTACT, _missing("email", "$.contact", "$.contact.email"), _missing("phone", "$.contact", "$.contact.phone")],
        """
        Expected: contact (Object, 2 keys below it) at $.contact
        Actual: Key 'contact' not found in response body
        The contract expects email (String) at $.contact.email
        The contract expects phone (String) at $.contact.phone
        """,
    ),
    (
        "a removed object that the contract misses itself",
        [CONTACT, _missing("contact", "$.contact", kind="Object")],
        """
        Expected: contact (Object) at $.contact
        Actual: Key 'contact' not found in response body
        """,
    ),
    ("an added key", [Change("$.tier", ChangeKind.ADDED, after="String")], "New key 'tier' (String) found at $.tier"),
    (
        "an added object",
        [Change("$.links[*].self", ChangeKind.ADDED, after="Object or Null", children=1)],
        "New key 'self' (Object or Null, 1 key below it) found at $.links[*].self",
    ),
    (
        "another type",
        [RETYPED],
        """
        Expected: openTickets (Integer) at $.openTickets
        Actual: openTickets is a String
        """,
    ),
    (
        "another type, that the contract forbids",
        [
            RETYPED,
            Mismatch("$.openTickets", "body", "openTickets (Integer) at $.openTickets", "openTickets is a String"),
            Loss("$.openTickets", "screen-pop", "tickets", "Integer", "String"),
        ],
        """
        Expected: openTickets (Integer) at $.openTickets
        Actual: openTickets is a String
        output tickets: Integer -> String
        """,
    ),
    (
        "another type of members",
        [Change("$.tags[*]", ChangeKind.RETYPED, "String", "Object")],
        """
        Expected: tags[*] (String) at $.tags[*]
        Actual: tags[*] is an Object
        """,
    ),
    (
        "another type of the body",
        [Change("$", ChangeKind.RETYPED, "Object", "Array")],
        """
        Expected: the body (Object) at $
        Actual: the body is an Array
        """,
    ),
    (
        "null",
        [Change("$.fullName", ChangeKind.NULLABLE, "String", "Null")],
        """
        Expected: fullName (String) at $.fullName
        Actual: fullName is Null
        """,
    ),
    (
        "emptied",
        [Change("$.rows", ChangeKind.EMPTIED, "Array", "Array")],
        """
        Expected: members in rows (Array) at $.rows
        Actual: rows is empty, so nothing below it was compared
        """,
    ),
    (
        "null in some members",
        [Change("$[*].name", ChangeKind.NULLABLE, "String", "String or Null")],
        """
        Expected: name (String) at $[*].name
        Actual: name is a String or Null
        """,
    ),
    (
        "a value where there was none",
        [Change("$.note", ChangeKind.NOT_NULL, "Null", "Integer")],
        "note at $.note was always Null and is an Integer now",
    ),
    (
        "a renamed key that has a value now",
        [
            Change("$.userId", ChangeKind.NOT_NULL, "Null", "String"),
            Change("$.userId", ChangeKind.RENAMED, "Null", "String", "$.user_id", "same name in another spelling"),
        ],
        """
        Expected: userId (Null) at $.userId
        Actual: Key 'userId' not found in response body
        New key 'user_id' (String) found at $.user_id
        probably renamed: same name in another spelling
        """,
    ),
    (
        "a body that is gone",
        [Change("$", ChangeKind.REMOVED, "Object", children=5)],
        """
        Expected: a body (Object, 5 keys below it)
        Actual: The body is empty
        """,
    ),
    (
        "a body where there was none",
        [Change("$", ChangeKind.ADDED, after="Array")],
        "New body (Array) where there was none",
    ),
    (
        "another status, with what follows from it",
        [
            Change("status", ChangeKind.STATUS, "200", "404"),
            Mismatch("status", "status", "status 200", "status 404"),
            _missing("customerId", "status", ID),
            _loss("status"),
        ],
        """
        Expected: status 200
        Actual: status 404
        and 1 more mismatch because of it
        output customerName: String -> missing
        """,
    ),
    (
        "another status than the baseline's alone",
        [Change("status", ChangeKind.STATUS, "200", "201")],
        """
        Expected: status 200
        Actual: status 201
        """,
    ),
    (
        "another media type",
        [Change("header:content-type", ChangeKind.MEDIA_TYPE, "application/json", "text/html")],
        """
        Expected: media type application/json
        Actual: media type text/html
        """,
    ),
    ("a new header", [Change("header:sunset", ChangeKind.HEADER_ADDED)], "New header 'sunset' found"),
    (
        "a header that is gone",
        [Change("header:link", ChangeKind.HEADER_REMOVED)],
        """
        Expected: header 'link'
        Actual: Header 'link' not found in response
        """,
    ),
    (
        "a header that is gone and that the contract expects",
        [
            Change("header:link", ChangeKind.HEADER_REMOVED),
            Mismatch("header:link", "header", "header Link (String)", "header Link is not there", missing=True),
        ],
        """
        Expected: header Link (String)
        Actual: header Link is not there
        """,
    ),
    (
        "a mismatch alone",
        [Mismatch("$.tier", "body", "tier (String matching '^S') at $.tier", "a String that does not match")],
        """
        Expected: tier (String matching '^S') at $.tier
        Actual: a String that does not match
        """,
    ),
    (
        "the same mismatch in several members",
        [_missing("id", "$.rows[*].id", f"$.rows[{n}].id") for n in range(9)],
        """
        Expected: id (String) at $.rows[*].id
        Actual: Key 'id' not found in response body
        """,
    ),
    (
        "a loss whose cause is not known",
        [Loss("$.name", "screen-pop", "customerName", "String", "default", reads=("$.name", "$.first"))],
        """
        output customerName: String -> default
        made from $.name, $.first
        """,
    ),
    (
        "an error without a baseline",
        [Loss("output:screen-pop.total", "screen-pop", "total", "", "error", detail="T2001: no number")],
        "output total: error (T2001: no number)",
    ),
    (
        "losses of two translations",
        [REMOVED, _loss(ID), _loss(ID, translation="ticket", after="null")],
        """
        Expected: customerId (String) at $.customerId
        Actual: Key 'customerId' not found in response body
        output customerName of screen-pop: String -> missing
        output customerName of ticket: String -> null
        """,
    ),
]


@pytest.mark.parametrize(("details", "expected"), [pytest.param(d, text, id=name) for name, d, text in TOLD])
def test_words(details: list[Detail], expected: str) -> None:
    assert _lines(*details) == [line.strip() for line in expected.strip().splitlines()]


def test_every_kind_of_change_has_words() -> None:
    assert {d.kind for _, details, _ in TOLD for d in details if isinstance(d, Change)} == set(ChangeKind)


def test_one_root_is_told_once_and_the_worst_first() -> None:
    quiet = Change("$.a", ChangeKind.ADDED, after="String")
    findings = [
        Finding("$.a", Severity.INFO, False, quiet),
        Finding(ID, Severity.INFO, True, REMOVED),
        Finding("$.b", Severity.WARNING, True, Change("$.b", ChangeKind.NULLABLE, "String", "Null")),
        Finding(ID, Severity.BREAKING, True, _loss(ID)),
    ]
    assert [(one.root, one.severity) for one in told(findings)] == [
        (ID, Severity.BREAKING),
        ("$.b", Severity.WARNING),
        ("$.a", Severity.INFO),
    ]
    assert told([]) == ()


def test_a_flood_is_counted() -> None:
    lines = _lines(CONTACT, *(_missing(f"k{n}", "$.contact", f"$.contact.k{n}") for n in range(100)))
    assert len(lines) == 8
    assert lines[-1] == "and 95 more mismatches because of it"
    outputs = _lines(REMOVED, *(_loss(ID, output=f"o{n}") for n in range(21)))
    assert outputs[-1] == "and 1 more output"


@given(st.text(min_size=1), st.text(min_size=1), st.text())
def test_vendor_text_cannot_break_out(old: str, new: str, evil: str) -> None:
    root, to = format_path(("rows", ANY, old)), format_path(("rows", ANY, new))
    findings: list[Detail] = [
        Change(root, ChangeKind.RENAMED, "String", "String", to, "same value"),
        Change(root, ChangeKind.RETYPED, "String", "Integer"),
        Change("header:content-type", ChangeKind.MEDIA_TYPE, evil, evil),
        Loss(root, "t", evil, "String", "missing", detail=evil),
    ]
    found: tuple[Told, ...] = told([Finding(d.root, Severity.INFO, False, d) for d in findings])
    for line in (line for one in found for line in one.lines):
        assert line.isprintable(), line

"""What the demo CRM knows, and what it answers. PURE. Everybody in here is made up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

Answer: TypeAlias = "dict[str, Answer] | list[Answer] | str | int | bool | None"

VERSIONS: Final = (1, 2)


@dataclass(frozen=True, slots=True)
class Ticket:
    id: str
    subject: str
    status: str
    opened_at: str

    def answer(self) -> Answer:
        return {"id": self.id, "subject": self.subject, "status": self.status, "openedAt": self.opened_at}


@dataclass(frozen=True, slots=True)
class Customer:
    id: str
    name: str
    tier: str
    email: str
    phone: str
    channel: str
    tickets: tuple[Ticket, ...] = ()
    blacklisted: bool = False

    def answer(self, version: int) -> Answer:
        """The lookup's body. Version 2 calls customerId customer_id; all else is equal."""
        return {
            "customerId" if version == 1 else "customer_id": self.id,
            "fullName": self.name,
            "accountTier": self.tier,
            "openTickets": sum(1 for ticket in self.tickets if ticket.status != "closed"),
            "isBlacklisted": self.blacklisted,
            "contact": {"email": self.email, "phone": self.phone, "preferredChannel": self.channel},
            "recentTickets": [ticket.answer() for ticket in self.tickets],
        }


_TICKETS: Final = (
    Ticket("TCK-2001", "Invoice shows the old address", "open", "2026-11-18T09:24:00Z"),
    Ticket("TCK-1987", "Call drops after transfer", "pending", "2026-11-11T15:02:00Z"),
    Ticket("TCK-1903", "Password reset", "closed", "2026-10-02T08:40:00Z"),
    Ticket("TCK-2011", "Upgrade to the yearly plan", "open", "2026-11-20T12:00:00Z"),
)
CUSTOMERS: Final = (
    Customer("CUST-12345", "Jane Smith", "VIP", "jane.smith@example.com", "15555551234", "voice", _TICKETS[:3]),
    Customer("CUST-10100", "Ana Ortiz", "Premium", "ana.ortiz@example.com", "15555550100", "email", _TICKETS[1:4]),
    Customer("CUST-10101", "Tom Becker", "Standard", "tom.becker@example.com", "15555550101", "chat"),
    Customer(
        "CUST-10102", "Priya Nair", "Standard", "priya.nair@example.com", "15555550102", "voice", _TICKETS[2:3], True
    ),
)
_BY_PHONE: Final = {customer.phone: customer for customer in CUSTOMERS}


def find(phone: str) -> Customer | None:
    """By phone number; whatever is no digit is ignored."""
    return _BY_PHONE.get(re.sub(r"[^0-9]", "", phone))


def error(code: str, message: str) -> Answer:
    return {"error": {"code": code, "message": message}}

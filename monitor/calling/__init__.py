"""Interaction -> exchange: what is sent, the one way out to a vendor, and what went wrong there."""

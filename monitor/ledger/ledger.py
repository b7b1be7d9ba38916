"""The ledger as the pipeline uses it: each method is one transaction."""

from __future__ import annotations

"""Pact files and translations of a vendor -> interactions."""

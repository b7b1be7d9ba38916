"""Genesys Cloud data actions: exports read, requests rendered, secrets found; interactions made of them."""

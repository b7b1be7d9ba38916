"""An embedded vendor to try everything on: a small CRM on loopback, and a way to let it drift."""

"""What runs found, what lives across them, what people decided, and what is to be told: in SQLite or PostgreSQL."""

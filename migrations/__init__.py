"""The database's history: forward only, the same files for SQLite and PostgreSQL."""

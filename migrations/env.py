"""Runs the migrations: one chain for SQLite and PostgreSQL, forward only, under a lock."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import create_engine, text
from sqlalchemy.types import TypeDecorator

import app.tables  # noqa: F401 - every table must be known before they are compared
from app.db import Base
from app.settings import settings

MIGRATION_LOCK = 7_215_000


def plain_types(kind: str, item: Any, _autogenerate: AutogenContext) -> str | Literal[False]:
    """Write the types of the database into a migration, never our own, which may move."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run() -> None:
    """Upgrade the database the caller named, or the one in the settings."""
    url = context.config.attributes.get("url") or settings().url
    engine = create_engine(url)
    with engine.connect() as connection:
        postgres = connection.dialect.name == "postgresql"
        if postgres:
            connection.execute(text("SET lock_timeout = '10s'"))
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=plain_types,
            render_as_batch=False,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()

"""The triggers: the database still refuses what it must, and does nothing that nobody asked for.

A trigger that was weakened (a condition that never holds, another event, another function) has
its old name; so each is compared with what the migrations made, word for word.
"""

from collections.abc import Iterator

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from app.db import AppendOnly
from app.trail.capture import audited_mappers
from app.trail.models import AuditEntry
from app.trail.verify.entries import Found
from schemas.trail import TrailFault

BEFORE, DELETE, UPDATE, TRUNCATE = 2, 8, 16, 32
"""Bits of a trigger's type in PostgreSQL; one for each statement has no bit of its own."""

ADDED_ONLY, NEVER_DELETED = BEFORE | DELETE | UPDATE | TRUNCATE, BEFORE | DELETE | TRUNCATE

TRIGGERS_POSTGRES = """
SELECT t.tgname AS name, c.relname AS guarded,
  t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgattr = '' AND p.proname = 'passage_refuses'
  AND trim(p.prosrc) = 'BEGIN RAISE EXCEPTION ''%'', TG_ARGV[0]; END' AS armed, t.tgtype AS kind
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal
  AND c.relnamespace = CAST(CAST(current_schema() AS text) AS regnamespace)
"""
RULES_POSTGRES = """
SELECT rulename AS name, tablename AS guarded FROM pg_rules WHERE schemaname = current_schema()
"""
TRIGGERS_SQLITE = "SELECT name, tbl_name AS guarded, sql FROM sqlite_master WHERE type = 'trigger'"


def check_triggers(connection: Connection, found: Found) -> int:
    """Each trigger is there as it was made, and no other; gives back how many were looked for."""
    postgres = connection.dialect.name == "postgresql"
    expected = dict(_expected_postgres() if postgres else _expected_sqlite())
    there = dict(_there_postgres(connection) if postgres else _there_sqlite(connection))
    for (table, name), how in expected.items():
        if there.get((table, name)) != how:
            found(
                TrailFault(
                    where=f"trigger {name}",
                    says=f"missing or disarmed: the database no longer guards {table}.",
                )
            )
    for table, name in there.keys() - expected.keys():
        found(
            TrailFault(
                where=f"trigger {name}",
                says=f"put on {table} behind the trail: it could change or swallow what is "
                "written there.",
            )
        )
    return len(expected)


Named = tuple[tuple[str, str], str]
"""The table and the name of a trigger, and how it is made."""


def _guarded() -> Iterator[tuple[Mapper[object], str, bool]]:
    for mapper in (*audited_mappers(), inspect(AuditEntry)):
        yield mapper, str(mapper.local_table), issubclass(mapper.class_, AppendOnly)


def _expected_postgres() -> Iterator[Named]:
    for _, table, added_only in _guarded():
        if added_only:
            yield (table, f"{table}_stays"), str(ADDED_ONLY)
        else:
            yield (table, f"{table}_kept"), str(NEVER_DELETED)


def _there_postgres(connection: Connection) -> Iterator[Named]:
    for row in connection.execute(text(TRIGGERS_POSTGRES)):
        yield (row.guarded, row.name), str(row.kind) if row.armed else "disarmed"
    for row in connection.execute(text(RULES_POSTGRES)):
        yield (row.guarded, row.name), "a rule"


def _expected_sqlite() -> Iterator[Named]:
    for mapper, table, added_only in _guarded():
        if not added_only:
            yield _sqlite(table, "kept", "DELETE", f"{table} rows are never deleted")
            continue
        says = f"{table} is append-only: correct it with a new row"
        key = mapper.primary_key[0].name
        same_key = f"FROM {table} WHERE {key} = NEW.{key}"
        yield _sqlite(table, "stays_update", "UPDATE", says)
        yield _sqlite(table, "stays_delete", "DELETE", says)
        yield _sqlite(table, "stays_replace", "INSERT", says, f" WHEN EXISTS (SELECT 1 {same_key})")


def _sqlite(table: str, name: str, on: str, says: str, known: str = "") -> Named:
    made = (
        f"CREATE TRIGGER {table}_{name} BEFORE {on} ON {table}{known} "
        f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
    )
    return (table, f"{table}_{name}"), made


def _there_sqlite(connection: Connection) -> Iterator[Named]:
    for row in connection.execute(text(TRIGGERS_SQLITE)):
        yield (row.guarded, row.name), " ".join(str(row.sql).split())

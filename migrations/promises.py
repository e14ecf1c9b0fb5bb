"""What the database itself refuses, whoever asks (R-P11-05). Used by migrations; never changed."""

from alembic import op

ONLY_ADDED = "{table} is append-only: correct it with a new row"
NEVER_DELETED = "{table} rows are never deleted"


def _postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def prepare() -> None:
    """The functions the triggers of PostgreSQL call."""
    if _postgres():
        op.execute(
            """
            CREATE FUNCTION passage_refuses() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN RAISE EXCEPTION ''%'', TG_ARGV[0]; END'
            """
        )


def append_only(table: str, key: str = "id") -> None:
    """Rows of this table are added, and nothing else; on SQLite not even by INSERT OR REPLACE."""
    says = ONLY_ADDED.format(table=table)
    if _postgres():
        _postgres_trigger(table, "stays", "UPDATE OR DELETE OR TRUNCATE", says)
        return
    for event in ("UPDATE", "DELETE"):
        _sqlite_trigger(table, f"stays_{event.lower()}", f"BEFORE {event} ON {table}", "", says)
    when = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
    _sqlite_trigger(table, "stays_replace", f"BEFORE INSERT ON {table}", when, says)


def never_deleted(table: str) -> None:
    """Rows of this table change under the trail's eyes, but none is ever removed."""
    says = NEVER_DELETED.format(table=table)
    if _postgres():
        _postgres_trigger(table, "kept", "DELETE OR TRUNCATE", says)
        return
    _sqlite_trigger(table, "kept", f"BEFORE DELETE ON {table}", "", says)


def _postgres_trigger(table: str, name: str, events: str, says: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE {events} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION passage_refuses('{says}')"
    )
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}")


def _sqlite_trigger(table: str, name: str, when_asked: str, condition: str, says: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_{name} {when_asked} {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
    )

"""The migrations build what the models say, on both engines; the database keeps its promises."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from app.db import AppendOnly, Base, Database, Technical
from app.migrate import configuration, upgrade


def test_there_is_one_head() -> None:
    script = ScriptDirectory.from_config(configuration("sqlite://"))
    assert len(script.get_heads()) == 1


def test_models_and_migrations_agree(database: Database) -> None:
    import app.tables  # noqa: F401

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    assert [each for each in differences if not _is_serial(each)] == []


def _is_serial(difference: object) -> bool:
    """PostgreSQL shows the sequence of a serial key as a default; models do not name it."""
    return isinstance(difference, tuple) and difference[0] == "modify_default"


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    tables = set(inspect(database.engine).get_table_names())
    url = database.engine.url.render_as_string(hide_password=False)
    upgrade(url)
    assert set(inspect(database.engine).get_table_names()) == tables


def test_every_audited_table_has_its_triggers(database: Database) -> None:
    import app.tables  # noqa: F401

    asked = (
        "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
        if database.is_sqlite
        else "SELECT event_object_table, trigger_name FROM information_schema.triggers "
        "UNION SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal"
    )
    with database.engine.connect() as connection:
        found = {(table, name) for table, name in connection.execute(text(asked))}
    for mapper in Base.registry.mappers:
        table = str(mapper.local_table)
        names = {name for at, name in found if at == table}
        if issubclass(mapper.class_, Technical):
            assert names == set()
        elif issubclass(mapper.class_, AppendOnly):
            assert any(name.startswith(f"{table}_stays") for name in names), table
        else:
            assert f"{table}_kept" in names, table


def test_the_migrations_go_forward_only() -> None:
    script = ScriptDirectory.from_config(configuration("sqlite://"))
    for revision in script.walk_revisions():
        assert not hasattr(revision.module, "downgrade")

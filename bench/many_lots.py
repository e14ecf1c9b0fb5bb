"""Lots by the hundred thousand: rows copied from one lot that was really made.

The copies are written behind the application, so the trail knows nothing of them: they give the
lists, the indexes and the result screens their weight, and serve for nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import JSON, Connection, Table, Text, select, text

import app.tables  # noqa: F401 - every table must be known before its rows are copied
from app.db import Base, Database
from bench.engines import tidy

WHOLE = (
    *("lot", "lot_source", "container", "step_entry", "step_check"),
    *("sample_taken", "sample_receipt"),
)
THIN = ("lot", "lot_source", "container")
"""What most of a hundred thousand lots consist of: production and samples would fill gigabytes."""


@dataclass(frozen=True)
class Rows:
    """The rows of one table that are copied, and the id after which the copies begin."""

    table: Table
    ids: Sequence[int]
    base: int

    def copied(self, column: str) -> str:
        """SQL for the id of a row's copy; copy k of all rows lies behind copy k - 1."""
        ranks = " ".join(f"WHEN {id_} THEN {rank}" for rank, id_ in enumerate(self.ids, 1))
        return f"{self.base} + (s.k - 1) * {len(self.ids)} + CASE {column} {ranks} END"


def number_of(copy: int) -> str:
    """The lot number of a copy."""
    return f"UNIT1-25-{copy:06d}"


def copy_lot(database: Database, number: str, copies: range, *, whole: bool = True) -> None:
    """Copy a lot, ready to be tested, or of a certified one what lists show of it."""
    tables, changed = (WHOLE, {}) if whole else (THIN, {"stage": "certified"})
    with database.engine.begin() as connection:
        plan: dict[str, Rows] = {}
        for name in tables:
            rows = _rows(connection, Base.metadata.tables[name], number, plan)
            if rows.ids:
                plan[name] = rows
                _insert(connection, rows, plan, number, copies, changed=changed)
        count_on(connection, plan)
    tidy(database)


def count_on(connection: Connection, tables: Iterable[str]) -> None:
    """Let PostgreSQL number the next rows after those that were numbered here."""
    if connection.dialect.name == "postgresql":
        for name in tables:
            last = f"SELECT max(id) FROM {name}"  # noqa: S608 - a name of our own
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), ({last}))")
            )


def _rows(connection: Connection, table: Table, number: str, plan: dict[str, Rows]) -> Rows:
    """Find the rows of this table that hang on the lot, directly or by a table before it."""
    id_ = table.c["id"]
    if table.name == "lot":
        wanted = select(id_).where(table.c["number"] == number)
    else:
        key = next(each for each in table.foreign_keys if each.column.table.name in plan)
        wanted = select(id_).where(key.parent.in_(plan[key.column.table.name].ids))
    ids = connection.scalars(wanted.order_by(id_)).all()
    last = connection.scalar(select(id_).order_by(id_.desc()).limit(1)) or 0
    return Rows(table, ids, last)


def _insert(
    connection: Connection,
    rows: Rows,
    plan: dict[str, Rows],
    number: str,
    copies: range,
    *,
    changed: dict[str, str],
) -> None:
    on_postgres = connection.dialect.name == "postgresql"
    new = (
        "'UNIT1-25-' || lpad(CAST(s.k + :first AS text), 6, '0')"
        if on_postgres
        else "'UNIT1-25-' || substr('000000' || (s.k + :first), -6)"
    )
    names, values = [], []
    for column in rows.table.columns:
        source = f't."{column.name}"'
        target = next((each.column.table.name for each in column.foreign_keys), "")
        if column.name == "id":
            value = rows.copied("t.id")
        elif column.name in changed:
            value = f"'{changed[column.name]}'"
        elif target in plan:
            value = plan[target].copied(source)
        elif rows.table.name == "step_entry" and column.name == "sha256":
            value = _digest_of(connection, f"replace(t.words, :number, {new})")
        elif isinstance(column.type, JSON) and on_postgres:
            value = f"CAST(replace(CAST({source} AS text), :number, {new}) AS json)"
        elif isinstance(column.type, JSON | Text):
            value = f"replace({source}, :number, {new})"
        else:
            value = source
        names.append(f'"{column.name}"')
        values.append(value)
    series = (
        "generate_series(1, :count) AS s(k)"
        if on_postgres
        else "(WITH RECURSIVE r(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM r WHERE k < :count) "
        "SELECT k FROM r) AS s"
    )
    chosen = ", ".join(str(each) for each in rows.ids)
    connection.execute(
        text(
            f"INSERT INTO {rows.table.name} ({', '.join(names)}) "  # noqa: S608 - names of our own
            f"SELECT {', '.join(values)} FROM {rows.table.name} t, {series} "
            f"WHERE t.id IN ({chosen}) ORDER BY s.k, t.id"
        ),
        {"number": number, "first": copies.start - 1, "count": len(copies)},
    )


def _digest_of(connection: Connection, words: str) -> str:
    """SQL for the digest of an entry's words: a page refuses an entry whose digest is another."""
    if connection.dialect.name == "postgresql":
        return f"encode(sha256(convert_to({words}, 'UTF8')), 'hex')"
    sqlite = connection.connection.driver_connection
    assert sqlite is not None
    sqlite.create_function("digest_of", 1, lambda each: sha256(each.encode()).hexdigest())
    return f"digest_of({words})"

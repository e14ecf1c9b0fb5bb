"""The live rows: each must be what its last entry in the trail left behind."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from pydantic import ValidationError
from sqlalchemy import inspect
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from app.trail.capture import audited_mappers
from app.trail.models import SignatureRow
from app.trail.verify.entries import Found
from app.trail.verify.reading import rows_of
from app.trail.verify.states import ROOM, Known, States, differences, has_place
from app.trail.verify.texts import texts_of
from schemas.trail import Signature, TrailFault

PAST_ALL = (ROOM, "")
"""Behind the last row of every table."""


def compare_rows(connection: Connection, states: States, found: Found) -> int:
    """Compare every audited row with its last state in the trail; gives back how many there are."""
    count = sum(_compare_table(connection, each, states, found) for each in audited_mappers())
    for table, key in states.unseen():
        _deleted(table, key, states, found)
    return count


def _compare_table(
    connection: Connection, mapper: Mapper[Any], states: States, found: Found
) -> int:
    """Go along a table and along what the trail keeps of it, both in the order of the keys."""
    table, count = str(mapper.local_table), 0
    kept = states.kept(table)
    expected = next(kept, PAST_ALL)
    for row in _live(connection, mapper):
        count += 1
        if row == expected:
            expected = next(kept, PAST_ALL)
            continue
        key, text = row
        if not has_place(key):
            _compare(f"{table}/{key}", text, states.see(table, f"{key}"), found)
            continue
        while expected[0] < key:
            _deleted(table, f"{expected[0]}", states, found)
            expected = next(kept, PAST_ALL)
        if expected[0] == key:
            expected = next(kept, PAST_ALL)
        _compare(f"{table}/{key}", text, states.known(table, f"{key}"), found)
    while expected != PAST_ALL:
        _deleted(table, f"{expected[0]}", states, found)
        expected = next(kept, PAST_ALL)
    return count


def _live(connection: Connection, mapper: Mapper[Any]) -> Iterator[tuple[Any, str]]:
    for keys, texts in texts_of(connection, mapper):
        yield from zip(keys, texts, strict=True)


def _deleted(table: str, key: str, states: States, found: Found) -> None:
    known = states.known(table, key)
    assert known is not None
    says = f"deleted behind the trail: {known.entry} wrote it{_hint(known)}."
    found(TrailFault(where=f"{table}/{key}", says=says))


def _hint(known: Known) -> str:
    for name in ("username", "number", "code", "name"):
        if known.state.get(name):
            return f", {name} “{known.state[name]}”"
    return ""


def _compare(where: str, text: str, known: Known | None, found: Found) -> None:
    if known is None:
        found(TrailFault(where=where, says="inserted behind the trail: no entry has it."))
        return
    for column, was, has in differences(known.state, json.loads(text)):
        found(
            TrailFault(
                where=where,
                says=f"{column} was changed behind the trail: {was} in {known.entry}, now {has}.",
            )
        )


def check_signatures(connection: Connection, found: Found) -> int:
    """Each signature binds its own words, and its signer has an account."""
    count = 0
    for row in rows_of(connection, inspect(SignatureRow)):
        count += 1
        for says in _loose(row):
            found(TrailFault(where=f"signature/{row['id']}", says=says))
    return count


def _loose(row: dict[str, Any]) -> Iterator[str]:
    signed = f"({row['meaning']} by {row['username']} on {row['about']})"
    if sha256(str(row["words"]).encode()).hexdigest() != row["words_digest"]:
        yield f"the words are not the ones that were signed {signed}."
    try:
        signature = Signature.model_validate({key: row[key] for key in Signature.model_fields})
    except ValidationError:
        yield f"cannot be read {signed}."
        return
    if signature.bound() != signature.binding:
        yield f"who, what, why or when is not what was signed {signed}."

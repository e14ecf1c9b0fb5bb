"""The live rows: each must be what its last entry in the trail left behind."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from pydantic import ValidationError
from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from app.trail.capture import audited_mappers, shown
from app.trail.models import SignatureRow
from app.trail.verify.entries import Found
from app.trail.verify.reading import rows_of
from app.trail.verify.states import Known, States, differences
from schemas.trail import Signature, TrailFault


def compare_rows(connection: Connection, states: States, found: Found) -> int:
    """Compare every audited row with its last state in the trail; gives back how many there are."""
    count = 0
    for mapper in audited_mappers():
        table = str(mapper.local_table)
        keys = [mapper.get_property_by_column(each).key for each in mapper.primary_key]
        for row in rows_of(connection, mapper):
            count += 1
            key = "/".join(str(row[each]) for each in keys)
            state = {each: shown(mapper, each, value) for each, value in row.items()}
            if not states.see(table, key, state):
                _compare(table, key, state, states.known(table, key), found)
    for where, known in states.unseen():
        found(
            TrailFault(
                where=where, says=f"deleted behind the trail: {known.entry} wrote it{_hint(known)}."
            )
        )
    return count


def _hint(known: Known) -> str:
    for name in ("username", "number", "code", "name"):
        if known.state.get(name):
            return f", {name} “{known.state[name]}”"
    return ""


def _compare(
    table: str, key: str, state: dict[str, Any], known: Known | None, found: Found
) -> None:
    if known is None:
        found(
            TrailFault(where=f"{table}/{key}", says="inserted behind the trail: no entry has it.")
        )
        return
    for column, was, has in differences(known.state, state):
        found(
            TrailFault(
                where=f"{table}/{key}",
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

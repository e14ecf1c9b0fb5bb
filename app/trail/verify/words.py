"""What an entry says: its words are taken apart as they were written, or read by their contract.

The application writes an entry in one form only, the canonical one. Words in that form, without
anything rare in them, are taken apart by patterns and the reader of Python's own `json`; the new
state of a row stays the text that it is. Whatever is not exactly so goes through the contract,
which alone decides what an entry is: the patterns allow nothing that it refuses.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from json import JSONDecoder
from typing import Any, NamedTuple

from pydantic import ValidationError

from app.trail.verify.texts import text_of
from schemas.trail import Entry

WORD = r'"(?!\s)([^"\\\x00-\x1f]*)(?<!\s)"'
"""A text without an escape, and without spaces around it, which the contract would take away."""

DEEPEST = 150
"""The contract refuses what is nested deeper than 197."""

MOMENT = r'"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{6})?Z)"'
ZONE = r'"(?=[^"]{1,60}")[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*"'
CHANGE = rf'\{{"key":{WORD},"new":(?=\{{)'

_head = re.compile(rf'\{{"about":{WORD},"at":{MOMENT},"by":{WORD},"changes":\[(?:{CHANGE})?').match
_created = re.compile(rf',"old":null,"table":{WORD}\}}(?:,{CHANGE})?').match
_was = re.compile(r',"old":(?=\{)').match
_changed = re.compile(rf',"table":{WORD}\}}(?:,{CHANGE})?').match
_details = re.compile(r'\],"details":(?=\{)').match
_tail = re.compile(
    rf',"did":{WORD},"name":{WORD},"role":{WORD},"seq":([1-9][0-9]{{0,17}}),'
    rf'"why":(?:null|{WORD}),"zone":{ZONE}\}}'
).fullmatch
_decode = JSONDecoder().raw_decode


class Change(NamedTuple):
    """One row that was written: its new state as JSON text, and what it was where it changed."""

    table: str
    key: str
    new: str
    old: dict[str, Any] | None


class Told(NamedTuple):
    """What verification asks of an entry; the first five are columns of the table as well."""

    seq: int
    at: datetime
    by: str
    did: str
    about: str
    why: str | None
    details: dict[str, Any]
    changes: Sequence[Change]


def read(body: Any) -> Told | None:
    """What the words of an entry say, or None when nobody can read them."""
    if isinstance(body, str) and not _rare(body):
        try:
            told = _taken_apart(body)
        except (ValueError, RecursionError):
            told = None
        if told is not None:
            return told
    return _by_contract(body)


def _rare(body: str) -> bool:
    """Whether it may hold what Python reads and the contract refuses: half a letter, a depth."""
    if "\\" in body and "\\u" in body:  # one character is found quicker than two
        return True
    return body.count("[") + body.count("{") > DEEPEST


def _taken_apart(body: str) -> Told | None:
    head = _head(body)
    if head is None:
        return None
    about, at, by, key = head.groups()
    changes: list[Change] = []
    end = head.end()
    while key is not None:
        begin = end
        _, end = _decode(body, begin)
        new, old = body[begin:end], None
        table = _created(body, end)
        if table is None:
            old, table = _old(body, end)
            if table is None:
                return None
        changes.append(Change(table[1], key, new, old))
        key, end = table[2], table.end()
    details, end = _details_of(body, end)
    tail = _tail(body, end)
    if tail is None:
        return None
    did, _, _, seq, why = tail.groups()
    moment = datetime.fromisoformat(at)
    return Told(int(seq), moment, by, did, about, why, details, changes)


def _old(body: str, at: int) -> tuple[dict[str, Any], re.Match[str] | None]:
    """What a changed row was, and the name of its table behind it."""
    was = _was(body, at)
    if was is None:
        return {}, None
    old, end = _decode(body, was.end())
    return old, _changed(body, end)


def _details_of(body: str, at: int) -> tuple[dict[str, Any], int]:
    """The details from here on, and where they end; where they begin, when there are none."""
    if body.startswith('],"details":{}', at):
        return {}, at + 14
    begin = _details(body, at)
    return _decode(body, begin.end()) if begin else ({}, at)


def _by_contract(body: Any) -> Told | None:
    try:
        entry = Entry.from_canonical(body)
    except (ValidationError, ValueError):
        return None
    changes = [Change(each.table, each.key, text_of(each.new), each.old) for each in entry.changes]
    return Told(
        *(entry.seq, entry.at, entry.by, entry.did, entry.about, entry.why, entry.details),
        changes=changes,
    )

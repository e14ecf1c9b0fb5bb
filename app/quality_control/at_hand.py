"""A sample and its lot as an entry takes them up: their columns, without the mapper."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import NamedTuple, TypeAlias

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.asking import asked
from app.db import columns_of
from app.errors import NotFound
from app.expansion.models import SampleTaken, sample_ref
from app.kept import Row
from app.lot.models import Lot
from app.quality_control.models import result_ref


@dataclass
class LotAtHand:
    """What an entry asks of its lot, which stays locked: its number and what it froze."""

    id: int
    number: str
    product_code: str
    product_version: int
    product_digest: str
    specification_code: str
    specification_version: int
    specification_digest: str
    master_code: str
    master_version: int
    master_digest: str

    @property
    def ref(self) -> str:
        """How the trail refers to this lot."""
        return Lot.ref_of(self.number)


@dataclass(frozen=True)
class SampleAtHand:
    """What an entry asks of its sample, as it was taken."""

    id: int
    number: str
    sample_point: str
    taken_at: datetime
    lot: LotAtHand

    @property
    def ref(self) -> str:
        """How the trail refers to this sample."""
        return sample_ref(self.lot.ref, self.number)


class EntryAtHand(NamedTuple):
    """What another entry asks of an entry of a result, and what binds the signature on it."""

    id: int
    number: str
    revision: int
    words: str
    words_digest: str
    binding: str | None
    lot_ref: str

    @property
    def ref(self) -> str:
        """How the trail refers to the result."""
        return result_ref(self.lot_ref, self.number)


OF_ENTRY = EntryAtHand._fields[:5]
"""Those that are columns of the result."""
AnyLot: TypeAlias = Lot | LotAtHand

_LOT, _TAKEN = columns_of(Lot), columns_of(SampleTaken)
_OF_TAKEN = ("id", "number", "sample_point", "taken_at")
SAMPLE = (
    select(
        *(_TAKEN[name] for name in _OF_TAKEN),
        *(_LOT[each.name].label(f"lot_{each.name}") for each in fields(LotAtHand)),
    )
    .join_from(SampleTaken.__table__, Lot.__table__, _TAKEN.lot_id == _LOT.id)
    .where(_TAKEN.number == bindparam("number"))
)
LOCKED = SAMPLE.with_for_update(of=Lot)
"""The same, the lot locked until the transaction ends."""


def sample_for_entry(session: Session, number: str) -> SampleAtHand:
    """A sample by its number, its lot locked until the transaction ends.

    Raises:
        NotFound: there is no such sample.
    """
    return at_hand(asked(session, LOCKED, number=number).first(), number)


def at_hand(row: Row | None, number: str) -> SampleAtHand:
    """The sample in a row that begins with the columns of `SAMPLE`.

    Raises:
        NotFound: there is no row.
    """
    if row is None:
        raise no_sample(number)
    own, lot = len(_OF_TAKEN), len(fields(LotAtHand))
    taken = dict(zip(_OF_TAKEN, row[:own], strict=True))
    return SampleAtHand(**taken, lot=LotAtHand(*row[own : own + lot]))


def no_sample(number: str) -> NotFound:
    """What is said of a number that no sample has."""
    return NotFound(f"There is no sample “{number[:60]}”.")

"""Instruments of the laboratory: registered, in service and in calibration when they are used."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError
from app.people.actor import Actor
from app.quality_control.drafts import Typed
from app.supplies.actions.at_use import EquipmentAtUse, Use
from app.supplies.actions.using import use_equipment
from schemas.quality_record import ResultFacts
from schemas.result import ResultWords

Instruments: TypeAlias = tuple[EquipmentAtUse | None, ...]
"""Those of one test as they stood when it was done; None where the register knows no such code."""


def uses_of(tests: Iterable[Typed], *, by: Actor, at: datetime) -> tuple[Use, ...]:
    """The use of instruments by each test; undated, it is done now."""
    return tuple(Use.of(each.equipment, at=each.tested_at or at, zone=by.zone) for each in tests)


def registered(instruments: Instruments, codes: tuple[str, ...]) -> tuple[EquipmentAtUse, ...]:
    """The instruments of a test, all of which have to be in the register (R-ATMP-21).

    Raises:
        BadInput: at the field `equipment`, with every code that is not known.
    """
    unknown = [code for code, row in zip(codes, instruments, strict=True) if row is None]
    if unknown:
        says = f"There is no equipment {', '.join(unknown)} in the register; check its label."
        raise BadInput([FieldError("equipment", says)])
    return tuple(row for row in instruments if row is not None)


def use_instruments(
    session: Session,
    instruments: tuple[EquipmentAtUse, ...],
    words: ResultWords,
    before: ResultFacts | None,
    *,
    about: str,
    by: Actor,
) -> None:
    """Use the instruments of a test in its lot, as they stood when it was done (R-BR-04).

    An entry that only corrects what was read with the same instruments uses none again.

    Raises:
        Refused: one was out of service, of calibration or of cleaning then (SUP-12 to SUP-14).
    """
    same = before is not None and (before.words.tested_at, before.words.equipment) == (
        words.tested_at,
        words.equipment,
    )
    for each in () if same else instruments:
        use_equipment(
            session,
            equipment=each,
            kind=None,
            lot_number=words.lot_number,
            about=about,
            by=by,
        )

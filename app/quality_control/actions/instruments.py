"""Instruments of the laboratory: registered, in service and in calibration when they are used."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError
from app.people.actor import Actor
from app.supplies.actions.at_use import EquipmentAtUse, each_at_use
from app.supplies.actions.using import use_equipment
from schemas.quality_record import ResultFacts
from schemas.result import ResultWords


def registered(
    session: Session, codes: tuple[str, ...], *, at: datetime, zone: str
) -> tuple[EquipmentAtUse, ...]:
    """The instruments with these codes as they stood at the time of the test (R-ATMP-21).

    Their status is kept until the transaction ends.

    Raises:
        BadInput: at the field `equipment`, with every code that is not known.
    """
    rows = each_at_use(session, codes, at=at, zone=zone)
    unknown = [code for code, row in zip(codes, rows, strict=True) if row is None]
    if unknown:
        says = f"There is no equipment {', '.join(unknown)} in the register; check its label."
        raise BadInput([FieldError("equipment", says)])
    return tuple(row for row in rows if row is not None)


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

"""What a step takes: material lots, equipment and a room, each asked whether it may be used."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from app.errors import BadInput, FieldError, NotFound, Refused, refuse_if
from app.expansion.work import Work
from app.supplies.actions.using import use_equipment, use_material, use_room
from schemas.expansion import PerformStep
from schemas.finding import Finding


class _Noes:
    """Every no of a step is collected, so that the bench hears all of them at once."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.errors: list[FieldError] = []

    @contextmanager
    def at(self, field: str) -> Iterator[None]:
        try:
            yield
        except Refused as no:
            self.findings.extend(no.findings)
        except NotFound as unknown:
            self.errors.append(FieldError(field, unknown.says))


def take_supplies(work: Work, done: PerformStep, *, at: datetime) -> None:
    """Use the materials, equipment and room of a step (the caller records it).

    They are asked as of the moment of use, also when the step is entered late.

    Raises:
        Refused: with what every one of them found. BadInput: something scanned is not known.
    """
    about, noes = work.ref(done.occurrence), _Noes()
    for row, taken in enumerate(done.materials):
        with noes.at(f"materials.{row}.lot"):
            use_material(
                work.session,
                material_lot=taken.lot,
                material_code=taken.code,
                quantity=taken.quantity,
                unit=work.book.master.material(taken.code).unit.value,
                lot_number=work.lot.number,
                about=about,
                by=work.by,
                at=at,
            )
    for row, used in enumerate(done.equipment):
        with noes.at(f"equipment.{row}.equipment"):
            use_equipment(
                work.session,
                equipment=used.equipment,
                kind=used.kind,
                lot_number=work.lot.number,
                about=about,
                by=work.by,
                at=at,
            )
    with noes.at("room"):
        use_room(
            work.session,
            room=done.room,
            grade=work.step.room_grade.value,
            lot_number=work.lot.number,
            about=about,
            by=work.by,
            at=at,
        )
    if noes.errors:
        raise BadInput(noes.errors)
    refuse_if(noes.findings)

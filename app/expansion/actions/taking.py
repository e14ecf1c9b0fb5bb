"""What a step takes: material lots, equipment and a room, each asked whether it may be used."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from app.errors import BadInput, FieldError, NotFound, Refused, refuse_if
from app.expansion.work import Work
from app.lot.alarm import tell
from app.supplies.actions.at_use import equipment_at_use
from app.supplies.actions.logbook import failed_calibration
from app.supplies.actions.using import (
    lock_material_lots,
    use_equipment,
    use_material,
    use_room,
)
from app.supplies.alarm import Loss, calibration_failed_after_use, rejected_after_use
from schemas.expansion import Performed, UsedEquipment, UsedMaterial
from schemas.finding import Finding
from schemas.supply import MaterialState


class Noes:
    """Every no of a step is collected, so that the bench hears all of them at once."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.errors: list[FieldError] = []

    @contextmanager
    def at(self, field: str) -> Iterator[None]:
        """Note what is refused inside, at the field it is about."""
        try:
            yield
        except Refused as no:
            self.findings.extend(no.findings)
        except NotFound as unknown:
            self.errors.append(FieldError(field, unknown.says))

    def refuse(self, mend: str | None = None) -> None:
        """Refuse with everything that was noted; `mend` where what is done cannot be done anew.

        Raises:
            BadInput: something scanned is not known. Refused: what is known may not be used.
        """
        if self.errors:
            raise BadInput(self.errors)
        refuse_if([_mended(each, mend) for each in self.findings])


def _mended(finding: Finding, mend: str | None) -> Finding:
    return finding if mend is None else finding.model_copy(update={"mend": mend})


def take_supplies(work: Work, done: Performed, *, used_at: datetime) -> None:
    """Use the materials, equipment and room of a step (the caller records it).

    Raises:
        Refused: with what every one of them found. BadInput: something scanned is not known.
    """
    noes = Noes()
    lock_material_lots(work.session, tuple(each.lot for each in done.materials))
    deed = Deed(work, work.ref(done.occurrence), used_at)
    for row, taken in enumerate(done.materials):
        with noes.at(f"materials.{row}.lot"):
            deed.uses_material(taken)
    for row, used in enumerate(done.equipment):
        with noes.at(f"equipment.{row}.equipment"):
            deed.uses_equipment(used)
    with noes.at("room"):
        deed.uses_room(done.room)
    noes.refuse()


@dataclass(frozen=True)
class Deed:
    """A step that uses things: what it is about, and when they were used."""

    work: Work
    about: str
    used_at: datetime

    def uses_material(self, taken: UsedMaterial) -> None:
        """Some of a material lot, in the unit of the master."""
        need = self.work.book.master.material(taken.code)
        lot = use_material(
            self.work.session,
            material_lot=taken.lot,
            material_code=taken.code,
            quantity=taken.quantity,
            unit=need.unit.value,
            lot_number=self.work.lot.number,
            about=self.about,
            by=self.work.by,
            at=self.used_at,
        )
        if lot.state is MaterialState.REJECTED:
            self._hears(rejected_after_use(lot))

    def uses_equipment(self, used: UsedEquipment) -> None:
        """A piece of equipment of the kind the master names."""
        found = equipment_at_use(
            self.work.session, used.equipment, at=self.used_at, zone=self.work.by.zone
        )
        use_equipment(
            self.work.session,
            equipment=found,
            kind=used.kind,
            lot_number=self.work.lot.number,
            about=self.about,
            by=self.work.by,
        )
        failed = failed_calibration(self.work.session, found.id)
        if failed is not None:
            self._hears(calibration_failed_after_use(failed))

    def _hears(self, loss: Loss) -> None:
        """What was good when it was used, and is known today not to have been."""
        tell(self.work.session, self.work.lot, loss, by=self.work.by, at=self.work.at)

    def uses_room(self, room: str) -> None:
        """A room of the grade of the step, or a better one."""
        use_room(
            self.work.session,
            room=room,
            grade=self.work.step.room_grade.value,
            lot_number=self.work.lot.number,
            about=self.about,
            by=self.work.by,
            at=self.used_at,
        )

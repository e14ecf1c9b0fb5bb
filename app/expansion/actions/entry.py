"""An entry is written: calculated, judged, kept as the words that are checked and signed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import BadInput, FieldError, NotFound
from app.expansion.calculating import calculate
from app.expansion.judging import Amiss
from app.expansion.limits import judge_limits, read_fields
from app.expansion.models import StepRow
from app.expansion.work import Work
from app.lot.deviations import raise_deviation
from app.trail.attachments import kept_file
from schemas.expansion import Performed
from schemas.lot import FrozenVersion
from schemas.master_step import Step
from schemas.production import EntryWords
from schemas.step import FreezeValues, StepValues


def refuse_unreadable(session: Session, step: Step, values: StepValues) -> None:
    """Refuse values that are not what this step asks for.

    Raises:
        BadInput: they are of another kind of step, or a field or file is missing or wrong.
    """
    if values.kind is not step.kind:
        says = f"{step.code} is a step of the kind {step.kind}; {values.kind} was entered."
        raise BadInput([FieldError("values.kind", says)])
    wrong = read_fields(step, values)
    if wrong:
        raise BadInput([error for each in wrong for error in each.errors])
    if isinstance(values, FreezeValues) and values.curve_file is not None:
        try:
            kept_file(session, values.curve_file)
        except NotFound:
            says = "No file with this digest was kept; attach the curve."
            raise BadInput([FieldError("values.curve_file", says)]) from None


def words_for(
    work: Work,
    done: Performed,
    values: StepValues,
    *,
    performed_at: datetime,
    corrects: EntryWords | None = None,
    why: str | None = None,
) -> EntryWords:
    """The words of a new entry, with everything calculated and judged.

    Raises:
        CannotCalculate: a raw value is outside what a formula is defined for.
    """
    lot, step, by = work.lot, work.step, work.by
    assert by.role is not None, "enter in a role: use by.doing(deed)"
    calculated = calculate(work.book, step, done.occurrence, values)
    return EntryWords(
        entry=len(work.book.written) + 1,
        lot_number=lot.number,
        master=FrozenVersion(
            code=lot.master_code, version=lot.master_version, sha256=lot.master_digest
        ),
        step=step.code,
        title=step.title,
        kind=step.kind,
        occurrence=done.occurrence,
        values=values,
        materials=done.materials,
        equipment=done.equipment,
        room=done.room,
        containers=done.containers,
        calculated=calculated,
        limits=judge_limits(step, values, calculated),
        performed_by=by.name,
        username=by.username,
        role=by.role.value,
        performed_at=performed_at,
        entered_at=work.at,
        zone=by.zone,
        late_reason=done.late_reason,
        corrects=corrects.entry if corrects else None,
        why=why,
    )


def keep_entry(work: Work, words: EntryWords, *, replaces: StepRow | None = None) -> StepRow:
    """Write an entry (the caller records it)."""
    row = StepRow(
        lot=work.lot,
        number=words.entry,
        step=words.step,
        occurrence=words.occurrence,
        words=words.canonical().decode(),
        sha256=words.digest(),
        performed_by=words.username,
        performed_at=words.performed_at,
        entered_at=words.entered_at,
        replaces_id=replaces.id if replaces else None,
        why=words.why,
    )
    work.session.add(row)
    work.session.flush()
    return row


def open_deviations(work: Work, about: str, found: Iterable[Amiss]) -> None:
    """Open a deviation for everything amiss; a critical one holds the lot (R-ATMP-19)."""
    for each in found:
        raise_deviation(
            work.session,
            work.lot,
            about=about,
            title=each.title,
            description=each.description,
            rule=each.rule,
            critical=each.critical,
            by=work.by,
            at=work.at,
        )

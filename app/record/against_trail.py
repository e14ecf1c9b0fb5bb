"""Jobs and sealed records against the trail: each was asked for, and is what its file says.

Jobs are technical rows that a worker changes at every turn; who asked for what, when and why
stands in the trail, and what a finished job made is the sealed record.
"""

from collections.abc import Iterator

from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from app.lot.models import Lot
from app.people.models import Account
from app.record.models import RecordJobRow, RecordRow
from app.trail.capture import plain
from app.trail.verify.entries import Found
from app.trail.verify.further import Further
from app.trail.verify.states import Deed, States
from schemas.record import JobState
from schemas.trail import TrailFault

ASK = "record.ask"


def check_jobs(connection: Connection, states: States, found: Found) -> int:
    """Compare each job with the entry that asked for it, and with the record it made."""
    asked = {(each.about, each.details.get("version")): each for each in states.deeds(ASK)}
    jobs = (
        select(
            RecordJobRow.id,
            RecordJobRow.version,
            RecordJobRow.reason,
            RecordJobRow.asked_at,
            RecordJobRow.state,
            RecordJobRow.sha256,
            Lot.number,
            Account.username,
            RecordRow.file_sha256,
        )
        .join(Lot, Lot.id == RecordJobRow.lot_id)
        .join(Account, Account.id == RecordJobRow.asked_by)
        .outerjoin(
            RecordRow,
            (RecordRow.lot_id == RecordJobRow.lot_id) & (RecordRow.version == RecordJobRow.version),
        )
        .order_by(RecordJobRow.id)
    )
    count = 0
    for job in connection.execute(jobs):
        count += 1
        deed = asked.pop((f"lot/{job.number}", job.version), None)
        for says in (*_not_asked(job, deed), *_not_made(job)):
            found(TrailFault(where=f"record_job/{job.id}", says=says))
    for (about, version), deed in asked.items():
        found(
            TrailFault(
                where=f"record_job of {about}, version {version}",
                says=f"deleted or moved behind the trail: entry {deed.seq} (by {deed.by}) "
                "asked for it.",
            )
        )
    return count


def _not_asked(job: Row[*tuple[object, ...]], deed: Deed | None) -> Iterator[str]:
    which = f"version {job.version} of lot {job.number}"
    if deed is None:
        yield f"put in or moved behind the trail: nobody asked for {which}."
        return
    said = {"by": deed.by, "at": deed.at, "why": deed.why}
    there = {"by": job.username, "at": plain(job.asked_at), "why": job.reason}
    for column, was in said.items():
        if there[column] != was:
            yield (
                f"changed behind the trail: {which} was asked for {column} “{was}” "
                f"in entry {deed.seq}, now “{there[column]}”."
            )


def _not_made(job: Row[*tuple[object, ...]]) -> Iterator[str]:
    done = job.file_sha256 is not None
    if done != (job.state == JobState.DONE) or job.sha256 != job.file_sha256:
        made = f"the sealed record {job.file_sha256}" if done else "no sealed record"
        yield (
            f"changed behind the trail: it is {job.state.value} with file {job.sha256}, "
            f"and there is {made}."
        )


JOBS = Further("jobs: asked for by their people, and what they made", frozenset({ASK}), check_jobs)

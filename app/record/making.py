"""Making records outside the request: asked for, printed and sealed by a worker, never twice.

A job is a row written with the deed that asks for it; it survives a restart, is claimed by one
worker at a time, and is finished in one transaction with the record it makes. While it is made its
worker says so again and again; when it falls silent, the next worker takes the job over.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import NotFound, RecordError
from app.lot.lots import lot_for_change
from app.lot.models import Lot
from app.people.actor import Actor
from app.people.models import Account
from app.people.sessions import actor_of
from app.record.assemble import assemble
from app.record.models import RecordJobRow, RecordRow
from app.record.press import NotPrinted, Press
from app.trail import attachments, audit
from schemas.record import JobState, MakeRecord, RecordJob

log = logging.getLogger("passage.records")
LEASE = timedelta(minutes=1)
BEAT_SECONDS = 15
ATTEMPTS_MAX = 3
STOPS_MAX = 10
"""A job under which the server stops again and again is given up: it may be what stops it."""
OPEN = (JobState.WAITING, JobState.RUNNING)


class BeingMade(RecordError):
    """A record of this lot is being made just now. Wait for it, then ask again."""

    status = 409
    title = "Already being made"


def ask_for_record(
    session: Session, number: str, form: MakeRecord, *, by: Actor, at: datetime
) -> RecordJobRow:
    """Ask for a new version of a lot's record; a worker makes it.

    Raises:
        BeingMade: one is being made.
    """
    lot = lot_for_change(session, number)
    jobs = select(RecordJobRow).where(RecordJobRow.lot_id == lot.id)
    if session.scalars(jobs.where(RecordJobRow.state.in_(OPEN))).first() is not None:
        raise BeingMade
    last = session.scalar(
        select(func.max(RecordJobRow.version)).where(RecordJobRow.lot_id == lot.id)
    )
    job = RecordJobRow(
        lot=lot,
        version=(last or 0) + 1,
        reason=form.reason,
        asked_by=by.account_id,
        asked_at=at,
        state=JobState.WAITING,
        stage="Waits for its turn",
        due_at=at,
    )
    session.add(job)
    audit.record(
        session,
        by=by,
        at=at,
        did="record.ask",
        about=lot.ref,
        why=form.reason,
        details={"version": job.version},
    )
    return job


def jobs_of(session: Session, lot: Lot) -> tuple[RecordJob, ...]:
    """The records of a lot, made or being made, newest first."""
    rows = session.scalars(
        select(RecordJobRow)
        .where(RecordJobRow.lot_id == lot.id)
        .order_by(RecordJobRow.version.desc())
    )
    return tuple(
        RecordJob(
            lot_number=lot.number,
            version=row.version,
            state=row.state,
            stage=row.stage,
            asked_at=row.asked_at,
            done_at=row.done_at,
            sha256=row.sha256,
            says=row.says,
        )
        for row in rows
    )


class Worker:
    """Makes the records that are asked for, one after the other."""

    def __init__(self, database: Database, press: Press, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.press = press
        self.clock = clock
        self.name = uuid4().hex
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Work in a thread of its own until `stop`."""
        self._thread = threading.Thread(target=self._run, name="records", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the record at hand, then end."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=60)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                worked = self.work_once()
            except Exception:
                # The thread must live on: the job's lease ends and it is tried again.
                log.exception("making a record failed")
                worked = False
            if not worked:
                self._wake.wait(timeout=2)
                self._wake.clear()

    def work_once(self) -> bool:
        """Make one record that is due; says whether there was one."""
        claimed = self._claim()
        if claimed is None:
            return False
        try:
            with self._held(claimed):
                self._make(claimed)
        except NotPrinted as failure:
            self._put_back(claimed, str(failure))
        except Exception as failure:
            log.exception("record job %s failed", claimed)
            self._put_back(claimed, f"{type(failure).__name__}: {failure}")
        return True

    def _claim(self) -> int | None:
        """Take the next job that is due, for as long as the lease; None when there is none."""
        at = self.clock()
        due = (
            select(RecordJobRow)
            .where(RecordJobRow.due_at <= at, RecordJobRow.state.in_(OPEN))
            .order_by(RecordJobRow.due_at)
            .limit(1)
        )
        with self.database.reading() as session:
            if session.scalars(due).first() is None:
                return None  # most rounds end here, and nobody who writes had to wait
        with self.database.writing() as session:
            job = session.scalars(due.with_for_update(skip_locked=True, of=RecordJobRow)).first()
            if job is None:
                return None
            if job.attempts >= STOPS_MAX:
                job.state = JobState.FAILED
                job.stage = "Failed; ask an administrator"
                job.says = f"The server stopped {job.attempts} times while it was made."
                return None
            job.state = JobState.RUNNING
            job.worker = self.name
            job.attempts += 1
            job.due_at = at + LEASE
            job.stage = "Collecting everything known of the lot"
            return job.id

    @contextmanager
    def _held(self, job_id: int) -> Iterator[None]:
        """Renew the lease until the job is done: printing may take longer than a lease."""
        done = threading.Event()

        def beating() -> None:
            while not done.wait(BEAT_SECONDS):
                try:
                    self._renew(job_id)
                except SQLAlchemyError as gone:
                    log.warning("the lease of record job %s was not renewed: %s", job_id, gone)

        beat = threading.Thread(target=beating, name=f"record job {job_id}", daemon=True)
        beat.start()
        try:
            yield
        finally:
            done.set()
            beat.join()

    def _renew(self, job_id: int) -> None:
        with self.database.writing() as session:
            job = session.get_one(RecordJobRow, job_id)
            if job.worker == self.name and job.state is JobState.RUNNING:
                job.due_at = self.clock() + LEASE

    def _make(self, job_id: int) -> None:
        with self.database.reading() as session:
            job = session.get_one(RecordJobRow, job_id)
            by = actor_of(session, session.get_one(Account, job.asked_by)).doing("record.seal")
            at = self.clock()
            record = assemble(
                session, job.lot, version=job.version, reason=job.reason, by=by, at=at
            )
        self._say(job_id, "Printing and sealing")
        printed = self.press(record)
        with self.database.writing() as session:
            job = session.get_one(RecordJobRow, job_id, with_for_update={"of": RecordJobRow})
            if job.worker != self.name or job.state is not JobState.RUNNING:
                return  # another worker took over when our lease ended; its record counts
            kept = attachments.keep(
                session,
                printed.file,
                name=f"{record.lot_number}-v{record.version}.pdf",
                media_type="application/pdf",
                about=job.lot.ref,
                by=by,
                at=at,
            )
            session.add(
                RecordRow(
                    lot=job.lot,
                    version=record.version,
                    reason=record.reason,
                    status=record.status,
                    record_digest=record.digest(),
                    file_sha256=kept.sha256,
                    pages=printed.pages,
                    head_seq=record.trail.head.seq,
                    head_link=record.trail.head.link,
                    made_at=at,
                )
            )
            job.state = JobState.DONE
            job.stage = f"Sealed, {printed.pages} pages"
            job.done_at = self.clock()
            job.sha256 = kept.sha256
            audit.record(session, by=by, at=self.clock(), did="record.seal", about=job.lot.ref)

    def _say(self, job_id: int, stage: str) -> None:
        with self.database.writing() as session:
            session.get_one(RecordJobRow, job_id).stage = stage

    def _put_back(self, job_id: int, says: str) -> None:
        at = self.clock()
        with self.database.writing() as session:
            job = session.get_one(RecordJobRow, job_id)
            if job.worker != self.name:
                return
            job.says = says[:2000]
            if job.attempts >= ATTEMPTS_MAX:
                job.state = JobState.FAILED
                job.stage = "Failed; ask an administrator"
            else:
                job.state = JobState.WAITING
                job.stage = "Will be tried again"
                job.due_at = at + timedelta(seconds=10 * job.attempts)


def record_of(session: Session, lot: Lot, version: int) -> RecordRow:
    """A sealed record of a lot.

    Raises:
        NotFound: there is no such version.
    """
    row = session.scalars(
        select(RecordRow).where(RecordRow.lot_id == lot.id, RecordRow.version == version)
    ).first()
    if row is None:
        raise NotFound(f"There is no record version {version} of lot {lot.number}.")
    return row

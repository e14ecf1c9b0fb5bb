"""Records for machines: the live record, the sealed files, and the proof of any file."""

from typing import Annotated

from fastapi import APIRouter, File
from starlette.responses import Response

from app.lot.lots import find_lot
from app.people.actor import Actor
from app.people.sessions import allowed
from app.record import making
from app.record.proving import prove
from app.record.site_key import known_authority
from app.trail import attachments
from app.web.clock import Now
from app.web.machines import Once, answers_once
from app.web.unit import Look
from schemas.proof import ProofReport
from schemas.record import MakeRecord, RecordJob

api = APIRouter(tags=["record"])


@api.get("/lots/{number}/records")
def records(
    number: str, by: Annotated[Actor, allowed("record.read")], session: Look
) -> tuple[RecordJob, ...]:
    return making.jobs_of(session, find_lot(session, number))


@api.post("/lots/{number}/records", status_code=202)
@answers_once
def make(
    number: str,
    by: Annotated[Actor, allowed("record.seal")],
    form: MakeRecord,
    at: Now,
    session: Once,
) -> RecordJob:
    making.ask_for_record(session, number, form, by=by, at=at)
    return making.jobs_of(session, find_lot(session, number))[0]


@api.get("/lots/{number}/records/{version}", response_class=Response)
def download(
    number: str, version: int, by: Annotated[Actor, allowed("record.read")], session: Look
) -> Response:
    row = making.record_of(session, find_lot(session, number), version)
    return Response(attachments.read(row.file_sha256), media_type="application/pdf")


@api.post("/verify")
def verify_file(
    by: Annotated[Actor, allowed("record.read")], file: Annotated[bytes, File()]
) -> ProofReport:
    return prove(file, known_authority())

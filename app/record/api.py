"""Records for machines: the live record, the sealed files, and the proof of any file."""

from typing import Annotated

from fastapi import File
from starlette.responses import Response

from app.delivery.roles import NumberInPath, RowInPath
from app.lot.lots import find_lot
from app.record import making, papers, printing
from app.record.proving import prove
from app.record.roles import LotReader, Reader, RegisterReader, Sealer, ShipmentReader
from app.record.site_key import known_authority, site_key
from app.trail import attachments
from app.web.clock import Now
from app.web.machines import Once, answers_once
from app.web.routing import API, Addresses
from app.web.unit import Look
from schemas.proof import ProofReport
from schemas.record import MakeRecord, RecordJob

api = Addresses(prefix=API, tags=["record"])


@api.get("/lots/{number}/records")
def records(number: NumberInPath, by: Reader, session: Look) -> tuple[RecordJob, ...]:
    return making.jobs_of(session, find_lot(session, number))


@api.post("/lots/{number}/records", status_code=202)
@answers_once
def make(
    number: NumberInPath,
    by: Sealer,
    form: MakeRecord,
    at: Now,
    session: Once,
) -> RecordJob:
    making.ask_for_record(session, number, form, by=by, at=at)
    return making.jobs_of(session, find_lot(session, number))[0]


@api.get("/lots/{number}/records/{version}", response_class=Response)
def download(
    number: NumberInPath,
    version: RowInPath,
    by: Reader,
    session: Look,
) -> Response:
    row = making.record_of(session, find_lot(session, number), version)
    return Response(attachments.read(row.file_sha256), media_type="application/pdf")


@api.get("/lots/{number}/labels", response_class=Response)
def labels(number: NumberInPath, by: LotReader, at: Now, session: Look) -> Response:
    found, site = papers.lot_labels(session, number, by=by, at=at)
    return _pdf(printing.print_labels(found, site))


@api.get("/lots/{number}/certificates/{line}", response_class=Response)
def certificate(
    number: NumberInPath,
    line: RowInPath,
    by: RegisterReader,
    at: Now,
    session: Look,
) -> Response:
    found = papers.certificate_of(session, number, line, by=by, at=at)
    return _pdf(printing.print_certificate(found, site_key(found.site.name, at=at)))


@api.get("/delivery/shipments/{number}/papers", response_class=Response)
def shipping_papers(number: NumberInPath, by: ShipmentReader, at: Now, session: Look) -> Response:
    return _pdf(
        printing.print_shipping_papers(papers.shipping_papers(session, number, by=by, at=at))
    )


def _pdf(content: bytes) -> Response:
    return Response(content, media_type="application/pdf")


@api.post("/verify")
def verify_file(by: Reader, file: Annotated[bytes, File()]) -> ProofReport:
    return prove(file, known_authority())

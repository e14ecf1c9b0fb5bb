"""The lot's own page, its records, and the verification of any file."""

from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from app.delivery.roles import NumberInPath, RowInPath
from app.errors import NotFound
from app.lot.lots import find_lot
from app.record import making, papers, printing
from app.record.lot_page import journey, open_deviations
from app.record.proving import prove
from app.record.roles import LotReader, Reader, RegisterReader, Sealer, ShipmentReader
from app.record.site_key import known_authority, site_key
from app.release.actions import look
from app.trail import attachments
from app.web.clock import Now
from app.web.forms import upload_in
from app.web.pages import Form, go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.record import JobState, MakeRecord

pages = Addresses()


@pages.get("/lots/{number}")
def lot(
    request: Request,
    number: NumberInPath,
    by: LotReader,
    at: Now,
    session: Look,
) -> Response:
    row = find_lot(session, number)
    dossier, verdict = look(session, row, by=by, at=at)
    jobs = making.jobs_of(session, row)
    made = sum(1 for job in jobs if job.state is JobState.DONE)
    return show(
        request,
        "record/lot.html",
        lot=row,
        dossier=dossier,
        verdict=verdict,
        stops=journey(dossier, verdict, made),
        open_deviations=open_deviations(dossier),
        jobs=jobs,
    )


@pages.get("/lots/{number}/record")
def records(
    request: Request,
    number: NumberInPath,
    by: Reader,
    session: Look,
) -> Response:
    row = find_lot(session, number)
    return show(request, "record/_jobs.html", lot=row, jobs=making.jobs_of(session, row))


@pages.get("/lots/{number}/record/new")
def make_form(
    request: Request,
    number: NumberInPath,
    by: Sealer,
    session: Look,
) -> Response:
    return show(request, "record/new.html", lot=find_lot(session, number), contract=MakeRecord)


@pages.post("/lots/{number}/record/new")
def make(
    number: NumberInPath,
    by: Sealer,
    form: Annotated[MakeRecord, sent(MakeRecord)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    job = making.ask_for_record(session, number, form, by=by, at=at)
    return go_to(f"/lots/{number}#record", f"Record version {job.version} is being made.")


@pages.get("/lots/{number}/record/{version}.pdf")
def download(
    number: NumberInPath,
    version: RowInPath,
    by: Reader,
    session: Look,
) -> Response:
    row = making.record_of(session, find_lot(session, number), version)
    return Response(
        attachments.read(row.file_sha256),
        media_type="application/pdf",
        headers={"content-disposition": f'attachment; filename="{number}-v{version}.pdf"'},
    )


def pdf(content: bytes, name: str) -> Response:
    """A paper to be opened, or kept under its name."""
    return Response(
        content,
        media_type="application/pdf",
        headers={"content-disposition": f'inline; filename="{name}.pdf"'},
    )


@pages.get("/lots/{number}/labels.pdf")
def labels(number: NumberInPath, by: LotReader, at: Now, session: Look) -> Response:
    found, site = papers.lot_labels(session, number, by=by, at=at)
    return pdf(printing.print_labels(found, site), f"{number}-labels")


@pages.get("/lots/{number}/certificates/{line}.pdf")
def certificate(
    number: NumberInPath,
    line: RowInPath,
    by: RegisterReader,
    at: Now,
    session: Look,
) -> Response:
    found = papers.certificate_of(session, number, line, by=by, at=at)
    key = site_key(found.site.name, at=at)
    return pdf(printing.print_certificate(found, key), f"{number}-certificate-{line}")


@pages.get("/delivery/shipments/{number}/papers.pdf")
def shipping_papers(number: NumberInPath, by: ShipmentReader, at: Now, session: Look) -> Response:
    found = papers.shipping_papers(session, number, by=by, at=at)
    return pdf(printing.print_shipping_papers(found), f"{number}-papers")


@pages.get("/lots/{number}/record/{version}/proof")
def prove_kept(
    request: Request,
    number: NumberInPath,
    version: RowInPath,
    by: Reader,
    session: Look,
) -> Response:
    row = making.record_of(session, find_lot(session, number), version)
    report = prove(attachments.read(row.file_sha256), known_authority())
    return show(request, "record/verify.html", report=report)


@pages.get("/verify")
def verify_form(request: Request, by: Reader) -> Response:
    return show(request, "record/verify.html", report=None)


@pages.post("/verify")
def verify_file(request: Request, by: Reader, form: Form) -> Response:
    upload = upload_in(form, "file")
    if upload is None:
        raise NotFound("Choose the PDF file of a record, then press the button.")
    report = prove(upload.file.read(), known_authority())
    return show(request, "record/verify.html", report=report)

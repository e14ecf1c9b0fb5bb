"""Release for machines: the verdict, reviews, certification, the register."""

from typing import Annotated

from app.lot.lots import find_lot
from app.people.actor import Actor
from app.people.sessions import allowed
from app.release import actions, dossier, overview, reviewing
from app.web.clock import Now
from app.web.machines import Once, answers_once
from app.web.routing import API, Addresses
from app.web.unit import Look
from schemas.release import (
    Act,
    CertificateFacts,
    Certify,
    Dossier,
    RejectLot,
    ReleaseVerdict,
    Review,
    ReviewFacts,
    ReviewKind,
)

api = Addresses(prefix=API, tags=["release"])


@api.get("/lots/{number}/dossier")
def get_dossier(
    number: str, by: Annotated[Actor, allowed("release.read")], at: Now, session: Look
) -> Dossier:
    return dossier.dossier_of(session, find_lot(session, number), by=by, at=at)


@api.get("/lots/{number}/verdict")
def get_verdict(
    number: str, by: Annotated[Actor, allowed("release.read")], at: Now, session: Look
) -> ReleaseVerdict:
    return actions.ask(session, find_lot(session, number), by=by, at=at)[1]


@api.post("/lots/{number}/reviews/{kind}", status_code=201)
@answers_once
def review(
    number: str,
    kind: ReviewKind,
    by: Annotated[Actor, allowed("record.review")],
    form: Review,
    at: Now,
    session: Once,
) -> ReviewFacts:
    reviewing.review(session, number, kind, form, by=by, at=at)
    return dossier.reviews_of(session, find_lot(session, number))[-1]


@api.post("/lots/{number}/certificates", status_code=201)
@answers_once
def certify(
    number: str,
    by: Annotated[Actor, allowed("lot.certify")],
    form: Certify,
    at: Now,
    session: Once,
) -> CertificateFacts:
    return dossier.certificate_facts(session, actions.certify(session, number, form, by=by, at=at))


@api.post("/lots/{number}/rejection", status_code=201)
@answers_once
def reject(
    number: str,
    by: Annotated[Actor, allowed("lot.reject")],
    form: RejectLot,
    at: Now,
    session: Once,
) -> CertificateFacts:
    return dossier.certificate_facts(
        session, actions.stop(session, number, Act.REJECT, form, by=by, at=at)
    )


@api.post("/lots/{number}/recall", status_code=201)
@answers_once
def recall(
    number: str,
    by: Annotated[Actor, allowed("lot.reject")],
    form: RejectLot,
    at: Now,
    session: Once,
) -> CertificateFacts:
    return dossier.certificate_facts(
        session, actions.stop(session, number, Act.RECALL, form, by=by, at=at)
    )


@api.get("/register")
def register(
    by: Annotated[Actor, allowed("register.read")], session: Look, before: int | None = None
) -> tuple[CertificateFacts, ...]:
    return overview.register(session, before=before)

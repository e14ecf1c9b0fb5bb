"""Release as people do it: QA reviews, the Qualified Person certifies, rejects or recalls."""

from sqlalchemy.orm import Session

from app.demo.cast import Clock, person, signing
from app.lot.models import Lot
from app.release import actions, reviewing
from app.release.dossier import last_entry_seq
from app.release.models import Certificate
from schemas.release import Act, Certify, Checklist, RejectLot, Review, ReviewKind

ALL_CHECKED = Checklist(**dict.fromkeys(Checklist.model_fields, True))


def reviewed(session: Session, clock: Clock, lot: Lot, by: str = "quinn") -> None:
    """QA reviews the audit trail and the batch record."""
    for kind in ReviewKind:
        form = Review(
            comment="Complete; nothing to be added",
            through_seq=last_entry_seq(session, lot),
            signing=signing(by),
        )
        qa = person(session, by, reviewing.REVIEW_DEED[kind])
        reviewing.review(session, lot.number, kind, form, by=qa, at=clock())


def certify_form(session: Session, clock: Clock, lot: Lot, act: Act, by: str = "petra") -> Certify:
    """What the Qualified Person sends, looking at the dossier as it is now."""
    petra = person(session, by, "lot.certify")
    dossier, _ = actions.ask(session, lot, by=petra, at=clock())
    return Certify(
        act=act,
        destination="Poland",
        responsible="vera" if act is Act.CONDITIONAL else None,
        checklist=ALL_CHECKED,
        dossier_digest=dossier.digest(),
        signing=signing(by),
    )


def certified(
    session: Session, clock: Clock, lot: Lot, act: Act = Act.FINAL, by: str = "petra"
) -> Certificate:
    """A reviewed lot is certified by Petra."""
    form = certify_form(session, clock, lot, act, by)
    petra = person(session, by, "lot.certify")
    return actions.certify(session, lot.number, form, by=petra, at=clock())


def stopped(
    session: Session, clock: Clock, lot: Lot, act: Act, reason: str = "Growth on day 9"
) -> Certificate:
    """Petra rejects or recalls a lot."""
    petra = person(session, "petra", "lot.reject")
    dossier, _ = actions.ask(session, lot, by=petra, at=clock())
    form = RejectLot(reason=reason, dossier_digest=dossier.digest(), signing=signing("petra"))
    return actions.stop(session, lot.number, act, form, by=petra, at=clock())

"""A signature binds a person, a role, a meaning and a moment to the exact words shown."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import SignatureFailed
from app.people import credentials
from app.people.actor import Actor
from app.people.models import BrowserSession
from app.trail.models import SignatureRow
from schemas.base import Contract
from schemas.people import Signing
from schemas.trail import Meaning, Signature


def sign(
    session: Session,
    words: Contract,
    *,
    about: str,
    by: Actor,
    signing: Signing,
    meaning: Meaning,
    at: datetime,
) -> Signature:
    """Bind `by`, in the role acted in, and `meaning` to the exact `words` that were shown.

    Being signed in is not a signature: the password is asked again, and at the first signature
    of a session the user name too (21 CFR 11.200(a); R-P11-19). The caller records the deed.

    Raises:
        SignatureFailed: the user name or the password is not this person's.
        TooManyAttempts: the account is locked.
    """
    assert by.role is not None, "sign in a role: use by.doing(deed)"
    _confirm(session, by, signing, at=at)
    facts = {
        "username": by.username,
        "name": by.name,
        "role": by.role.value,
        "meaning": meaning.value,
        "about": about,
        "words_digest": words.digest(),
        "at": at.isoformat(),
        "zone": by.zone,
    }
    signature = Signature.model_validate({**facts, "binding": "0" * 64})
    signature = signature.model_copy(update={"binding": signature.bound()})
    session.add(
        SignatureRow(
            account_id=by.account_id,
            words=words.canonical().decode(),
            **signature.model_dump(exclude={"meaning"}),
            meaning=meaning.value,
        )
    )
    if by.session_id is not None:
        session.get_one(BrowserSession, by.session_id).has_signed = True
    session.flush()
    return signature


def _confirm(session: Session, by: Actor, signing: Signing, *, at: datetime) -> None:
    """Ask for both components at the first signature, for the password at each (R-P11-19)."""
    if signing.username is None and not by.has_signed:
        raise SignatureFailed(
            "Give your user name and your password: it is the first signature of this session."
        )
    if signing.username not in (None, by.username):
        raise SignatureFailed("The user name is not the one that is signed in. Nothing was signed.")
    credentials.confirm(session, by, signing.password.get_secret_value(), at=at)


def signatures_about(session: Session, *abouts: str) -> tuple[Signature, ...]:
    """The signatures on exactly these references, in the order they were made."""
    if not abouts:
        return ()
    rows = session.scalars(
        select(SignatureRow).where(SignatureRow.about.in_(abouts)).order_by(SignatureRow.id)
    )
    return tuple(as_signature(row) for row in rows)


def signatures_bound(session: Session, bindings: Collection[str]) -> dict[str, Signature]:
    """The signatures that other rows name by these bindings, each by its own."""
    if not bindings:
        return {}
    rows = session.scalars(select(SignatureRow).where(SignatureRow.binding.in_(bindings)))
    return {row.binding: as_signature(row) for row in rows}


def as_signature(row: SignatureRow) -> Signature:
    """A stored signature as a contract."""
    return Signature.model_validate({key: getattr(row, key) for key in Signature.model_fields})


def signature_with(session: Session, binding: str) -> Signature:
    """The signature with this binding, which something else names."""
    return as_signature(_row(session, binding))


def words_of(session: Session, binding: str) -> str:
    """The exact words under the signature with this binding, as canonical JSON."""
    return _row(session, binding).words


def _row(session: Session, binding: str) -> SignatureRow:
    return session.scalars(select(SignatureRow).where(SignatureRow.binding == binding)).one()

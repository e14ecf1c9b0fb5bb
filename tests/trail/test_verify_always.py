"""Whatever people honestly do, in whatever order, verification never cries wolf."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import RecordError
from app.people import actions
from app.people.models import ApiToken
from app.settings import settings as site_settings
from app.trail import attachments, audit
from app.trail.checkpoint import head_file
from app.trail.verify import verify
from schemas.people import (
    ChangePassword,
    ChangeRoles,
    CloseAccount,
    NewAccount,
    NewToken,
    NewTraining,
    Role,
    SetPassword,
    SignIn,
)
from schemas.trail import TrailFault
from tests.conftest import PASSWORD, Clock, person
from tests.trail.history import note_of_the_end

PEOPLE = ("olga", "oskar", "vera", "nina", "nils")
ROLES = (Role.OPERATOR, Role.QA, Role.TREATING_SITE)
FRESH = "another long password"
OF_ADAM = ("open", "roles", "close", "given")
OF_EVERYONE = ("train", "token", "revoke", "own", "sign-in", "file")


@dataclass(frozen=True)
class Deed:
    """Somebody does something, honestly; it may be refused."""

    kind: str
    who: str
    role: Role
    days: int

    @property
    def site(self) -> str | None:
        return "HOSP1" if self.role is Role.TREATING_SITE else None


def administer(session: Session, deed: Deed, at: datetime) -> None:
    by, record, who = person(session, "adam", "account.open"), audit.record, deed.who
    if deed.kind == "open":
        new = NewAccount(
            username=who,
            name=f"{who} Zażółć",
            roles=(deed.role,),
            treating_site=deed.site,
            identity_checked="Passport",
            password=PASSWORD,
        )
        actions.open_account(session, new, by=by, at=at, record=record)
        return
    version = actions.account_named(session, who).version
    if deed.kind == "roles":
        roles = ChangeRoles(
            roles=(deed.role,), treating_site=deed.site, reason="other work", version=version
        )
        actions.change_roles(session, who, roles, by=by, at=at, record=record)
    elif deed.kind == "close":
        close = CloseAccount(reason="left the unit", version=version)
        actions.close_account(session, who, close, by=by, at=at, record=record)
    else:
        given_one = SetPassword(password=PASSWORD, reason="forgotten")
        actions.set_password(session, who, given_one, by=by, at=at, record=record)


def go_about(session: Session, deed: Deed, at: datetime) -> None:
    by, record, who = person(session, deed.who), audit.record, deed.who
    if deed.kind == "train":
        train = NewTraining(
            username=who,
            document_code="MBR-1",
            document_version="1",
            trained_on=date(2026, 3, 1),
            valid_until=date(2026, 1, 1) + timedelta(days=deed.days),
            evidence="a form",
        )
        actions.record_training(session, train, by=by, at=at, record=record)
    elif deed.kind == "token":
        token = NewToken(label="a machine", expires_on=at.date() + timedelta(days=deed.days))
        actions.make_token(session, token, by=by, at=at, record=record)
    elif deed.kind == "revoke":
        for row in session.scalars(select(ApiToken).where(ApiToken.account_id == by.account_id)):
            actions.revoke_token(session, row.id, by=by, at=at, record=record)
    elif deed.kind == "own":
        own = ChangePassword(current=PASSWORD, password=FRESH)
        actions.change_password(session, own, by=by, at=at, record=record)
    elif deed.kind == "sign-in":
        sign_in = SignIn(username=who, password=PASSWORD)
        actions.begin_session(session, sign_in, address="here", at=at, record=record)
    else:
        notes, about = f"{who} {deed.days % 3}".encode(), f"account/{who}"
        attachments.keep(
            session, notes, name="notes", media_type="text/plain", about=about, by=by, at=at
        )
        record(session, by=by, at=at, did="file.keep", about=about)


def do(database: Database, deed: Deed, at: datetime) -> None:
    """One deed in a transaction of its own."""
    with database.writing() as session:
        (administer if deed.kind in OF_ADAM else go_about)(session, deed, at)


@contextmanager
def a_site(template: Path) -> Iterator[tuple[Database, Path]]:
    """A fresh copy of the site with the cast, in a folder of its own."""
    before = os.environ["PASSAGE_FOLDER"]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PASSAGE_FOLDER"] = folder
        site_settings.cache_clear()
        shutil.copyfile(template, f"{folder}/passage.db")
        database = Database(f"sqlite:///{folder}/passage.db")
        try:
            yield database, Path(folder)
        finally:
            database.close()
            os.environ["PASSAGE_FOLDER"] = before
            site_settings.cache_clear()


deeds = st.builds(
    Deed,
    st.sampled_from(OF_ADAM + OF_EVERYONE),
    st.sampled_from(PEOPLE),
    st.sampled_from(ROLES),
    st.integers(0, 400),
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(deeds, min_size=1, max_size=25))
def test_honest_work_is_never_called_tampering(template: Path, history: list[Deed]) -> None:
    with a_site(template) as (database, folder):
        note_of_the_end(database)
        clock = Clock()
        for deed in (Deed("sign-in", "quinn", Role.QA, 0), *history):
            with suppress(RecordError):
                do(database, deed, clock.forward(minutes=7))
        faults: list[TrailFault] = []
        verify(
            database, files=folder / "files", head_file=head_file(), at=clock(), found=faults.append
        )
        assert faults == []

"""Accounts on screen and by machine: who opens, changes, confirms and closes them."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.db import Database
from app.errors import BadInput
from app.people import actions
from app.people.models import Account
from app.trail import audit
from app.trail.models import AuditEntry
from schemas.people import CloseAccount, NewAccount, Role
from tests.conftest import PASSWORD, Browser, Clock, person

People = Callable[[str | None], Browser]
NINA = {
    "username": "nina",
    "name": "Nina Berg",
    "roles": ["operator", "qc_technician"],
    "identity_checked": "Passport seen",
    "password": "her first password",
}


def _version(database: Database, username: str) -> int:
    with database.reading() as session:
        return actions.account_named(session, username).version


def _last(database: Database) -> tuple[str, str]:
    """The last deed in the trail, and what it was about."""
    with database.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert last is not None
        return last.did, last.about


def test_adam_opens_an_account_and_everyone_who_may_sees_it(
    browser: People, database: Database
) -> None:
    answer = browser("adam").post("/people/new", data=NINA)
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (
        303,
        "/people/accounts/nina",
    )
    assert _last(database) == ("account.open", "account/nina")
    for reader in ("adam", "quinn", "ada"):
        page = browser(reader).get("/people")
        assert "Nina Berg" in page.text
        assert "Has not chosen a password" in page.text
    assert "Operator, QC technician" in browser("ada").get("/people/accounts/nina").text


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"username": "olga"}, "f-username", "belongs or belonged to someone"),
        ({"username": " OLGA "}, "f-username", "belongs or belonged to someone"),
        ({"username": "olg\u0430"}, "f-username", "is not in the form expected"),
        ({"username": "ol\u200bga"}, "f-username", "is not in the form expected"),
        ({"name": "olga  nowak"}, "f-name", "olga is called so too"),
        ({"name": "Ólga Nowak."}, "f-name", "olga is called so too"),
        (
            {"name": "\uff2f\uff4c\uff47\uff41 \uff2e\uff4f\uff57\uff41\uff4b"},
            "f-name",
            "called so too",
        ),
        ({"name": "\u041elga Nowak"}, "f-name", "has Cyrillic and Latin letters"),
        ({"name": "Olga N\u00adowak"}, "f-name", "an invisible character (U+00AD)"),
        ({"name": "\u202eNowak"}, "f-name", "an invisible character (U+202E)"),
        ({"roles": ["qp", "administrator"]}, "f-roles", "is held alone"),
        ({"roles": ["auditor", "qa"]}, "f-roles", "is held alone"),
        ({"roles": ["treating_site"]}, "f-treating-site", "A treating site has a site code"),
        ({"treating_site": "HOSP1"}, "f-treating-site", "A treating site has a site code"),
        ({"password": "eleven char"}, "f-password", "at least 12"),
        ({"username": "Ola Z"}, "f-username", "is not in the form expected"),
    ],
)
def test_a_wrong_field_is_told_beside_it_and_the_rest_stays(
    browser: People, changed: dict[str, object], field: str, says: str
) -> None:
    page = browser("adam").post("/people/new", data={**NINA, **changed})
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert says in page.text
    assert 'value="Passport seen"' in page.text
    assert "her first password" not in page.text


def test_a_user_name_is_never_used_again(database: Database, clock: Clock) -> None:
    close = CloseAccount(reason="left the unit", version=_version(database, "olga"))
    with database.writing() as session:
        by = person(session, "adam", "account.close")
        actions.close_account(session, "olga", close, by=by, at=clock(), record=audit.record)
    new = NewAccount(
        username="olga",
        name="Olga Other",
        roles=(Role.OPERATOR,),
        identity_checked="Passport",
        password=PASSWORD,
    )
    with database.writing() as session:
        by = person(session, "adam", "account.open")
        with pytest.raises(BadInput, match="belonged"):
            actions.open_account(session, new, by=by, at=clock(), record=audit.record)


@pytest.mark.parametrize("name", ["Łukasz Żak", "Иван Петров", "佐藤 さくら", "José O’Neil-Smith"])
def test_a_name_of_any_alphabet_is_a_name(browser: People, name: str) -> None:
    assert browser("adam").post("/people/new", data={**NINA, "name": name}).status_code == 303
    assert name in browser("adam").get("/people").text


def test_a_tablet_may_begin_a_user_name_with_a_capital(browser: People) -> None:
    sent = {"username": "Olga ", "password": PASSWORD}
    assert browser(None).post("/sign-in", data=sent).status_code == 303


def test_a_closed_account_is_out_and_stays_closed(browser: People, database: Database) -> None:
    olga, adam = browser("olga"), browser("adam")
    version = _version(database, "olga")
    sent = {"reason": "left the unit", "version": str(version)}
    assert adam.post("/people/accounts/olga/close", data=sent).status_code == 303
    assert olga.get("/").headers["location"].startswith("/sign-in")
    again = {"username": "olga", "password": PASSWORD}
    assert browser(None).post("/sign-in", data=again).status_code == 401
    new_password = {"password": "given by adam 1", "reason": "she forgot hers"}
    for what, form in (
        ("close", sent),
        ("roles", {**sent, "roles": "qa"}),
        ("password", new_password),
    ):
        page = adam.post(f"/people/accounts/olga/{what}", data=form)
        assert page.status_code == 409
        assert "stays so" in page.text


def test_a_stale_page_changes_nothing(browser: People, database: Database) -> None:
    adam, version = browser("adam"), _version(database, "olga")
    first = {"roles": ["qa"], "reason": "new work for her", "version": str(version)}
    assert adam.post("/people/accounts/olga/roles", data=first).status_code == 303
    page = adam.post("/people/accounts/olga/roles", data={**first, "roles": ["qp"]})
    assert page.status_code == 409
    assert "out of date" in page.text
    with database.reading() as session:
        assert actions.account_named(session, "olga").roles == (Role.QA,)


def test_nobody_changes_their_own_roles_or_leaves_no_administrator(
    browser: People, database: Database
) -> None:
    adam, version = browser("adam"), str(_version(database, "adam"))
    own = adam.post(
        "/people/accounts/adam/roles",
        data={"roles": ["qp"], "reason": "wants to certify", "version": version},
    )
    assert own.status_code == 403
    assert "another administrator" in own.text
    last = adam.post(
        "/people/accounts/adam/close", data={"reason": "leaves the unit", "version": version}
    )
    assert last.status_code == 409
    assert "Open another administrator" in last.text


def test_an_administrator_gives_a_password_and_the_person_must_choose_another(
    browser: People, database: Database, clock: Clock
) -> None:
    before = browser("olga")
    given = {"password": "given by adam 1", "reason": "she forgot hers"}
    assert browser("adam").post("/people/accounts/olga/password", data=given).status_code == 303
    assert before.get("/").status_code == 303, "her sessions end"
    olga = browser(None)
    sign_in = {"username": "olga", "password": "given by adam 1"}
    answer = olga.post("/sign-in", data=sign_in)
    olga.cookies.update(answer.cookies)
    for path in ("/", "/account", "/training"):
        assert olga.get(path).headers["location"] == "/account/password"
    assert olga.post("/account/tokens/new").headers["location"] == "/account/password"
    page = olga.get("/account/password")
    assert page.status_code == 200
    assert "It signs nothing" in page.text
    change = {"current": "given by adam 1", "password": "given by adam 1"}
    same = olga.post("/account/password", data=change)
    assert same.status_code == 422
    assert "not the present one" in same.text
    change["password"] = "a word of her own"
    assert olga.post("/account/password", data=change).status_code == 303
    assert olga.get("/").status_code == 200


def test_every_session_elsewhere_ends_with_the_password(browser: People) -> None:
    here, there = browser("olga"), browser("olga")
    change = {"current": PASSWORD, "password": "a word of her own"}
    assert here.post("/account/password", data=change).status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_where_somebody_is_signed_in_is_shown_and_ended(browser: People, clock: Clock) -> None:
    here = browser("olga")
    clock.forward(minutes=2)
    there = browser("olga")
    page = there.get("/account")
    assert page.text.count("This browser") == 1
    assert page.text.count("Another browser") == 1
    assert there.post("/sign-out?everywhere=yes").status_code == 303
    assert here.get("/account").status_code == 303


def test_what_waits_for_an_administrator(browser: People, clock: Clock) -> None:
    for _ in range(5):
        browser(None).post("/sign-in", data={"username": "olga", "password": "guess"})
    adam = browser("adam")
    assert "Account of Olga Nowak is locked" in adam.get("/").text
    assert "Locked after failed attempts" in adam.get("/people").text
    clock.forward(minutes=15)
    assert "is locked" not in browser("adam").get("/").text


def test_accounts_are_kept_when_the_database_is_asked_directly(database: Database) -> None:
    with database.reading() as session:
        kept = session.scalars(select(Account.username)).all()
    assert len(kept) == 12

"""Whatever is done behind the trail's back is found, and named; honest work never is."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db import Database
from app.trail.chain import body_digest
from app.trail.checkpoint import head_file
from schemas.base import canonical_json
from tests.conftest import Clock
from tests.trail.conftest import Verified
from tests.trail.history import (
    add_entry,
    behind_its_back,
    entry_at,
    last_seq,
    live_here,
    seal,
)

Look = Callable[[], Verified]


@pytest.fixture
def lived_in(database: Database, own_folder: Path, clock: Clock) -> Database:
    """A database with an honest history that the application has written."""
    live_here(database, clock)
    return database


def test_an_honest_history_is_as_it_says(lived_in: Database, verified: Look) -> None:
    assert str(verified()) == ""


# Rows, changed one column at a time


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        pytest.param("site", "zone", "'UTC'", id="the zone of the site"),
        pytest.param("site", "name", "'Unit Two'", id="the name of the site"),
        pytest.param("account", "name", "'Somebody Else'", id="the name of a person"),
        pytest.param("account", "role_names", "'[\"qp\"]'", id="the roles of a person"),
        pytest.param("account", "password_hash", "'stolen'", id="a password"),
        pytest.param("account", "must_change_password", "false", id="a password may stay"),
        pytest.param("account", "closed_at", "'2026-01-01 00:00:00.000000'", id="closed"),
        pytest.param("account", "opened_at", "'2020-01-01 00:00:00.000000'", id="opened earlier"),
        pytest.param("account", "failed_attempts", "3", id="failed attempts"),
        pytest.param("account", "version", "99", id="a version"),
        pytest.param("training", "valid_until", "'2099-01-01'", id="a training lasts longer"),
        pytest.param("training", "account_id", "3", id="a training of someone else"),
        pytest.param("training", "document_version", "'2.0'", id="a training on another version"),
        pytest.param("api_token", "expires_on", "'2099-01-01'", id="a token lasts longer"),
        pytest.param("api_token", "token_digest", "'0'", id="another token"),
        pytest.param("signature", "meaning", "'certified'", id="the meaning of a signature"),
        pytest.param("signature", "name", "'Olga Nowak'", id="the signer's name"),
        pytest.param("signature", "words", "'{}'", id="the words that were signed"),
        pytest.param("signature", "about", "'material/M-2'", id="what was signed"),
        pytest.param("signature", "at", "'2026-01-01 00:00:00.000000'", id="when it was signed"),
        pytest.param("attachment", "sha256", "'ab'", id="the digest of a file"),
        pytest.param("attachment", "about", "'material/M-2'", id="what a file belongs to"),
        pytest.param("attachment", "size_bytes", "1", id="the size of a file"),
    ],
)
def test_a_changed_column_is_named(
    lived_in: Database, verified: Look, table: str, column: str, value: str
) -> None:
    with behind_its_back(lived_in, table) as raw:
        row = raw.execute(text(f"SELECT max(id) FROM {table}")).scalar_one()
        raw.execute(text(f"UPDATE {table} SET {column} = {value} WHERE id = {row}"))
    found = verified()
    assert found.names == {f"{table}/{row}"}
    assert f"{column} was changed behind the trail" in str(found)


def test_a_value_nobody_can_read_is_named_too(lived_in: Database, verified: Look) -> None:
    spoilt, shown = (
        ("opened_at = 'yesterday', role_names = '['", "'yesterday', which cannot be read")
        if lived_in.is_sqlite
        else ("role_names = '17'", "now “17”")
    )
    with behind_its_back(lived_in, "account") as raw:
        raw.execute(text(f"UPDATE account SET {spoilt} WHERE id = 3"))
    found = verified()
    assert found.names == {"account/3"}
    assert shown in str(found)


def test_a_change_that_honest_work_has_covered_is_still_found(
    lived_in: Database, verified: Look, browser: Callable[..., object]
) -> None:
    with behind_its_back(lived_in, "account") as raw:
        raw.execute(text("UPDATE account SET role_names = '[\"qa\"]' WHERE username = 'olga'"))
    stranger = browser(None)
    stranger.post("/sign-in", data={"username": "olga", "password": "guess"})  # type: ignore[attr-defined]
    found = verified()
    assert 'role_names was “["operator"]” in entry' in str(found)
    assert "changed behind the trail in between" in str(found)


# Rows put in, taken away, put back differently


@pytest.mark.parametrize(
    ("table", "columns", "values"),
    [
        pytest.param(
            "training",
            "account_id, document_code, document_version, trained_on, valid_until, evidence",
            "3, 'MBR-UC-01', '1.0', '2026-01-01', '2028-01-01', 'none'",
            id="a training nobody gave",
        ),
        pytest.param(
            "account",
            "username, name, role_names, identity_checked, password_hash, must_change_password,"
            " must_be_confirmed, failed_attempts, opened_at, version",
            "'ghost', 'Ghost', '[\"qp\"]', 'x', 'x', false, false, 0,"
            " '2026-01-01 00:00:00.000000', 1",
            id="an account nobody opened",
        ),
        pytest.param(
            "api_token",
            "token_digest, account_id, label, made_at, expires_on",
            "'0', 2, 'back door', '2026-01-01 00:00:00.000000', '2099-01-01'",
            id="a token nobody made",
        ),
        pytest.param(
            "attachment",
            "about, sha256, name, media_type, size_bytes, at, by",
            "'lot/A-1', 'ab', 'x', 'x', 1, '2026-01-01 00:00:00.000000', 'quinn'",
            id="a file nobody kept",
        ),
    ],
)
def test_a_row_put_in_is_named(
    lived_in: Database, verified: Look, table: str, columns: str, values: str
) -> None:
    with behind_its_back(lived_in) as raw:
        raw.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"))
        row = raw.execute(text(f"SELECT max(id) FROM {table}")).scalar_one()
    found = verified()
    assert f"{table}/{row}" in found.names
    assert "inserted behind the trail" in str(found)


def test_a_forged_signature_is_named(lived_in: Database, verified: Look) -> None:
    with behind_its_back(lived_in) as raw:
        raw.execute(
            text(
                "INSERT INTO signature (account_id, username, name, role, meaning, about, words,"
                " words_digest, at, zone, binding) SELECT account_id, username, name, role,"
                " 'certified', 'lot/A-1', words, words_digest, at, zone, 'forged' FROM signature"
            )
        )
        row = raw.execute(text("SELECT max(id) FROM signature")).scalar_one()
    found = verified()
    assert found.names == {f"signature/{row}"}
    assert "inserted behind the trail" in str(found)
    assert "cannot be read" in str(found)


@pytest.mark.parametrize("table", ["training", "api_token", "signature", "attachment"])
def test_a_row_taken_away_is_named(lived_in: Database, verified: Look, table: str) -> None:
    with behind_its_back(lived_in, table) as raw:
        row = raw.execute(text(f"SELECT max(id) FROM {table}")).scalar_one()
        raw.execute(text(f"DELETE FROM {table} WHERE id = {row}"))
    found = verified()
    assert found.names == {f"{table}/{row}"}
    assert "deleted behind the trail" in str(found)


def test_an_account_taken_away_is_named_with_its_user_name(
    lived_in: Database, verified: Look
) -> None:
    with behind_its_back(lived_in, "account") as raw:
        raw.execute(text("DELETE FROM account WHERE username = 'nina'"))
    assert "username “nina”" in str(verified())


def test_a_row_replaced_past_the_triggers_is_named(lived_in: Database, verified: Look) -> None:
    replaced = (
        "INSERT {or_replace} INTO account SELECT id, username, name, '[\"qp\"]', treating_site,"
        " identity_checked, password_hash, must_change_password, must_be_confirmed,"
        " failed_attempts, locked_until,"
        " opened_at, closed_at, version FROM account WHERE username = 'nina' {on_conflict}"
    )
    if lived_in.is_sqlite:
        path = lived_in.url.removeprefix("sqlite:///")
        with sqlite3.connect(path) as intruder:  # its triggers do not fire on what it replaces
            intruder.execute(replaced.format(or_replace="OR REPLACE", on_conflict=""))
        intruder.close()
    else:
        with lived_in.engine.begin() as raw:
            raw.execute(
                text(
                    replaced.format(
                        or_replace="",
                        on_conflict="ON CONFLICT (id) DO UPDATE SET role_names = '[\"qp\"]'",
                    )
                )
            )
    assert 'now “["qp"]”' in str(verified())


# Entries


def _altered(entry: dict[str, object]) -> bytes:
    words = entry["json"]
    assert isinstance(words, dict)
    return canonical_json({**words, "why": "another reason"})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'2026-01-01 00:00:00.000000'"),
        ("by", "'olga'"),
        ("did", "'nothing'"),
        ("about", "'lot/A-1'"),
    ],
)
def test_a_column_of_an_entry_is_compared_with_its_words(
    lived_in: Database, verified: Look, column: str, value: str
) -> None:
    with behind_its_back(lived_in, "audit_entry") as raw:
        raw.execute(text(f'UPDATE audit_entry SET "{column}" = {value} WHERE seq = 14'))
    found = verified()
    assert found.names == {"audit_entry/14"}
    assert f"column {column} was altered" in str(found)


def test_altered_words_are_found(lived_in: Database, verified: Look) -> None:
    with behind_its_back(lived_in, "audit_entry") as raw:
        body = _altered(entry_at(raw, 14)).decode()
        raw.execute(text("UPDATE audit_entry SET body = :b WHERE seq = 14"), {"b": body})
    found = verified()
    assert found.names == {"audit_entry/14"}
    assert "its words were altered" in str(found)


def test_altered_words_with_their_digest_are_found(lived_in: Database, verified: Look) -> None:
    with behind_its_back(lived_in, "audit_entry") as raw:
        body = _altered(entry_at(raw, 14))
        raw.execute(
            text("UPDATE audit_entry SET body = :b, body_digest = :d WHERE seq = 14"),
            {"b": body.decode(), "d": body_digest(body)},
        )
    found = verified()
    assert found.names == {"audit_entry/14"}
    assert "does not follow on entry 13" in str(found)


def test_altered_words_with_digest_and_link_break_the_next_link(
    lived_in: Database, verified: Look
) -> None:
    with behind_its_back(lived_in, "audit_entry") as raw:
        seal(raw, 14, _altered(entry_at(raw, 14)), entry_at(raw, 13)["link"])
    found = verified()
    assert found.names == {"audit_entry/15"}
    assert "does not follow on entry 14" in str(found)


def test_a_whole_new_chain_is_not_the_one_that_was_written_down(
    lived_in: Database, verified: Look
) -> None:
    with behind_its_back(lived_in, "audit_entry") as raw:
        last, link = last_seq(raw), entry_at(raw, 13)["link"]
        for seq in range(14, last + 1):
            entry = entry_at(raw, seq)
            link = seal(raw, seq, _altered(entry), link)
    found = verified()
    assert found.names == {f"audit_entry/{last}"}
    assert "the trail was made anew" in str(found)


def test_two_entries_in_another_order_are_found(lived_in: Database, verified: Look) -> None:
    with behind_its_back(lived_in, "audit_entry") as raw:
        for old, new in ((14, -1), (15, 14), (-1, 15)):
            raw.execute(text(f"UPDATE audit_entry SET seq = {new} WHERE seq = {old}"))
    found = verified()
    assert {"audit_entry/14", "audit_entry/15"} <= found.names
    assert "column seq was altered" in str(found)


def test_a_missing_entry_is_named(lived_in: Database, verified: Look) -> None:
    with behind_its_back(lived_in, "audit_entry") as raw:
        raw.execute(text("DELETE FROM audit_entry WHERE seq = 14"))
    found = verified()
    assert "audit_entry/14: missing: 14 not there" in str(found)


def test_missing_entries_with_the_rest_moved_up_are_found(
    lived_in: Database, verified: Look
) -> None:
    with behind_its_back(lived_in, "audit_entry") as raw:
        raw.execute(text("DELETE FROM audit_entry WHERE seq = 14"))
        for seq in range(15, last_seq(raw) + 1):
            raw.execute(text(f"UPDATE audit_entry SET seq = {seq - 1} WHERE seq = {seq}"))
    assert "audit_entry/14" in verified().names


def test_the_first_entries_cannot_be_cut_off(lived_in: Database, verified: Look) -> None:
    with behind_its_back(lived_in, "audit_entry") as raw:
        raw.execute(text("DELETE FROM audit_entry WHERE seq <= 3"))
    assert "audit_entry/1: missing: 1 to 3" in str(verified())


def test_a_cut_end_is_found(lived_in: Database, verified: Look) -> None:
    with behind_its_back(lived_in, "audit_entry", "signature") as raw:
        last = last_seq(raw)
        raw.execute(text(f"DELETE FROM audit_entry WHERE seq = {last}"))
        raw.execute(text("DELETE FROM signature"))
    found = verified()
    assert found.names == {f"audit_entry/{last}"}
    assert "cut off" in str(found)


def test_an_emptied_trail_is_found(lived_in: Database, verified: Look) -> None:
    with behind_its_back(lived_in, "audit_entry") as raw:
        raw.execute(text("DELETE FROM audit_entry"))
    found = verified()
    assert "cut off" in str(found)
    assert "account/1: inserted behind the trail" in str(found)


def test_a_perfect_entry_that_the_application_did_not_write_is_found(
    lived_in: Database, verified: Look
) -> None:
    with behind_its_back(lived_in) as raw:
        seq = add_entry(raw, did="lot.certify")
    found = verified()
    assert found.names == {f"audit_entry/{seq}"}
    assert "not written down by the application" in str(found)


def test_it_is_still_found_after_honest_work(
    lived_in: Database, verified: Look, clock: Clock, browser: Callable[..., object]
) -> None:
    with behind_its_back(lived_in) as raw:
        seq = add_entry(raw, did="lot.certify")
    browser("olga")
    browser("olga")
    found = verified()
    assert found.names == {f"audit_entry/{seq}"}


def test_an_entry_put_in_below_the_first_is_found(lived_in: Database, verified: Look) -> None:
    with behind_its_back(lived_in, "audit_entry") as raw:
        seq = add_entry(raw)
        raw.execute(text(f"UPDATE audit_entry SET seq = 0 WHERE seq = {seq}"))
    assert "audit_entry/0: numbered below the first entry" in str(verified())


def test_a_lost_note_is_not_made_good_by_honest_work(
    lived_in: Database, verified: Look, browser: Callable[..., object]
) -> None:
    head_file().unlink()
    browser("olga")
    found = verified()
    assert found.names == {"audit_entry/1"}
    assert "entries 1 to 19" in str(found)


# Around the rows


def test_a_swapped_file_is_found(lived_in: Database, verified: Look, own_folder: Path) -> None:
    kept = next(each for each in (own_folder / "files").rglob("*") if each.is_file())
    kept.write_bytes(kept.read_bytes().replace(b"4711", b"4712"))
    found = verified()
    assert found.names == {"attachment/1"}
    assert "“certificate.txt” on material/M-1 was altered" in str(found)


def test_a_missing_file_is_found(lived_in: Database, verified: Look, own_folder: Path) -> None:
    next(each for each in (own_folder / "files").rglob("*") if each.is_file()).unlink()
    assert "is missing" in str(verified())


def test_a_missing_note_of_the_end_is_told(lived_in: Database, verified: Look) -> None:
    head_file().unlink()
    assert "is not written down there" in str(verified())


@pytest.mark.parametrize(
    ("sqlite_name", "postgres_name", "table"),
    [
        ("audit_entry_stays_update", "audit_entry_stays", "audit_entry"),
        ("audit_entry_stays_replace", "audit_entry_stays", "audit_entry"),
        ("account_kept", "account_kept", "account"),
        ("signature_stays_delete", "signature_stays", "signature"),
    ],
)
def test_a_missing_trigger_is_named(
    lived_in: Database, verified: Look, sqlite_name: str, postgres_name: str, table: str
) -> None:
    name = sqlite_name if lived_in.is_sqlite else postgres_name
    with lived_in.engine.begin() as raw:
        on = "" if lived_in.is_sqlite else f" ON {table}"
        raw.execute(text(f"DROP TRIGGER {name}{on}"))
    assert verified().names == {f"trigger {name}"}


def test_a_disarmed_trigger_is_named(lived_in: Database, verified: Look) -> None:
    name = "account_kept"
    with lived_in.engine.begin() as raw:
        if lived_in.is_sqlite:
            raw.execute(text(f"DROP TRIGGER {name}"))
            raw.exec_driver_sql(
                f"CREATE TRIGGER {name} BEFORE DELETE ON account BEGIN SELECT 1; END"
            )
        else:
            raw.execute(text(f"ALTER TABLE account DISABLE TRIGGER {name}"))
    assert verified().names == {f"trigger {name}"}

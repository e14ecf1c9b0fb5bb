"""Edits behind the application's back: what an intruder with the database in hand may try.

One line is one edit: what it would achieve, and where. Each is found by `passage audit verify`
and named by its row; bench/tampering.py makes each of them alone, the tests make them all at once.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, create_engine, make_url, text

from app.db import Database
from schemas.base import canonical_json
from tests.postgres import create_database
from tests.trail.history import add_entry, entry_at, last_seq, seal
from tests.trail.lived import Site

NUMBERED = {"certificate": "number", "audit_entry": "seq"}
"""Tables whose key is not called id."""


@dataclass(frozen=True)
class Edit:
    """One edit of rows. `row` counts the rows of the table by their keys, from 0."""

    what: str
    how: Literal["changed", "deleted", "added", "swapped"]
    table: str
    row: int
    values: dict[str, str] = field(default_factory=dict)
    other: int = 0

    def made(self, raw: Connection) -> list[tuple[str, str]]:
        """Do it; gives back what has to be named, and how."""
        key = NUMBERED.get(self.table, "id")
        here = _key(raw, self.table, key, self.row)
        name = f"{self.table}/{here}"
        if self.how == "deleted":
            raw.execute(text(f"DELETE FROM {self.table} WHERE {key} = {here}"))
            return [(name, "deleted behind the trail")]
        if self.how == "added":
            return [(_copied(raw, self.table, key, here, self.values), "inserted behind")]
        if self.how == "swapped":
            there = _key(raw, self.table, key, self.other)
            _swapped(raw, self.table, key, (here, there), tuple(self.values))
            return [
                (f"{self.table}/{row}", f"{column} was changed behind the trail")
                for row in (here, there)
                for column in self.values
            ]
        new = ", ".join(f'"{column}" = {value}' for column, value in self.values.items())
        raw.execute(text(f"UPDATE {self.table} SET {new} WHERE {key} = {here}"))
        return [(name, f"{column} was changed behind the trail") for column in self.values]


def _key(raw: Connection, table: str, key: str, row: int) -> int:
    asked = f"SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {row}"
    return int(raw.execute(text(asked)).scalar_one())


def _copied(raw: Connection, table: str, key: str, row: int, values: dict[str, str]) -> str:
    there = raw.execute(text(f"SELECT * FROM {table} WHERE {key} = {row}")).mappings().one()
    number = raw.execute(text(f"SELECT max({key}) + 1 FROM {table}")).scalar_one()
    new = {**{each: f'"{each}"' for each in there}, **values, key: str(number)}
    columns = ", ".join(f'"{each}"' for each in new)
    raw.execute(
        text(
            f"INSERT INTO {table} ({columns}) SELECT {', '.join(new.values())} "
            f"FROM {table} WHERE {key} = {row}"
        )
    )
    return f"{table}/{number}"


def _swapped(
    raw: Connection, table: str, key: str, rows: tuple[int, int], columns: tuple[str, ...]
) -> None:
    """Exchange them one column after the other, past a place where nothing is unique."""
    here, there = rows
    for column in columns:
        asked = text(f'SELECT {key}, "{column}" FROM {table} WHERE {key} IN ({here}, {there})')
        was = dict(raw.execute(asked).all())
        write = text(f'UPDATE {table} SET "{column}" = :value WHERE {key} = :row')
        raw.execute(write, {"row": here, "value": str(was[there])[::-1]})
        raw.execute(write, {"row": there, "value": was[here]})
        raw.execute(write, {"row": here, "value": was[there]})


def changed(what: str, table: str, row: int = 0, **values: str) -> Edit:
    """Columns of a row hold something else; values are SQL."""
    return Edit(what, "changed", table, row, values)


def deleted(what: str, table: str, row: int = 0) -> Edit:
    """A row is gone."""
    return Edit(what, "deleted", table, row)


def added(what: str, table: str, row: int = 0, **values: str) -> Edit:
    """A row that nobody wrote, a copy of another but for these values."""
    return Edit(what, "added", table, row, values)


def swapped(what: str, table: str, row: int, other: int, *columns: str) -> Edit:
    """Two rows exchange what they hold."""
    return Edit(what, "swapped", table, row, dict.fromkeys(columns, ""), other)


UNCHECKED = "(SELECT max(id) FROM step_entry WHERE id NOT IN (SELECT entry_id FROM step_check))"
DAY, LATER = "'2026-01-01 00:00:00.000000'", "'2099-01-01'"
EDITS = (
    # the site and its people
    changed("the site has another name", "site", name="'Unit Two'"),
    changed("an operator becomes a Qualified Person", "account", 1, role_names="'[\"qp\"]'"),
    swapped("two people exchange their passwords", "account", 2, 3, "password_hash"),
    changed("a given password needs nobody to vouch", "account", 4, must_be_confirmed="true"),
    changed("an account was closed long ago", "account", 5, closed_at=DAY),
    changed("failed attempts are forgotten", "account", 6, failed_attempts="4"),
    changed("a physician belongs to another hospital", "account", 9, treating_site="'HOSP2'"),
    changed("somebody is called differently", "account", 8, name="'Nobody'"),
    added("an account nobody opened", "account", 1, username="'ghost'"),
    changed("a training never lapses", "training", 0, valid_until=LATER),
    changed("a training was earlier", "training", 1, trained_on="'2025-01-01'"),
    changed("a training was somebody else's", "training", 2, account_id="7"),
    deleted("a training is gone", "training", 3),
    changed("a token never expires", "api_token", 0, expires_on=LATER),
    added("a token nobody made", "api_token", 0, token_digest="'0'"),
    # signatures and files
    changed("a signature means something else", "signature", 0, meaning="'certified'"),
    changed(
        "the words and their digest were exchanged",
        "signature",
        1,
        words="'{}'",
        words_digest="'0'",
    ),
    changed("a signature is older", "signature", 2, at=DAY),
    changed("a signature belongs to another record", "signature", 3, about="'lot/OTHER'"),
    changed("another person signed", "signature", 4, account_id="2", username="'olga'"),
    added("a signature is copied to another record", "signature", 5, binding="'copied'"),
    deleted("a signature is gone", "signature", 6),
    swapped("two files are exchanged", "attachment", 0, 21, "sha256"),
    changed("a file belongs to another thing", "attachment", 2, about="'material/OTHER'"),
    changed("a file has another name", "attachment", 3, name="'other.pdf'"),
    deleted("a file's row is gone", "attachment", 4),
    # masters and supplies
    changed("a limit of the master is another", "master_document", 0, content="'{}'", digest="'0'"),
    changed("a specification was effective later", "master_document", 1, effective_from=LATER),
    changed("somebody else approved a master", "master_approval", 0, by="'olga'"),
    added("a master nobody approved", "master_approval", 1, document_id="99"),
    changed("a material is not critical", "material", 0, critical="NOT critical"),
    changed("a material lot expires later", "material_lot", 0, expires_on=LATER),
    changed("a material lot is quarantined", "material_lot", 1, state="'quarantine'"),
    changed("less was used", "material_use", 0, quantity="'0.001'"),
    changed("another lot was used", "material_use", 1, material_lot_id="19"),
    deleted("a use is gone", "material_use", 2),
    added("a use that never was", "material_use", 3, takes_back_id="NULL"),
    changed("a supplier is not approved", "supplier_approval", 0, standing="'suspended'"),
    changed("an instrument is in calibration", "equipment", 0, calibration_due=LATER),
    changed("a calibration failed", "equipment_event", 0, passed="NOT passed"),
    deleted("a cleaning never was", "equipment_event", 1),
    changed("another instrument was used", "equipment_use", 0, equipment_id="5"),
    changed("it was in calibration when it was used", "equipment_use", 1, calibration_due=LATER),
    changed("a room has another grade", "room", 0, grade="'A'"),
    deleted("nobody was in the room", "room_use", 0),
    # the donor
    changed("a donor has another code", "donor", 0, code="'D-0'"),
    changed("a consent covers more", "donor_consent", 0, scope="'[]'"),
    changed("a reactive result", "donor_result", 0, outcome="'reactive'"),
    changed("a sample was taken in time", "donor_result", 1, sampled_on="'2026-01-01'"),
    deleted("a marker was never asked for", "donor_result", 2),
    changed("a donation is for another patient", "donation", 0, patient_code="'COI-0'"),
    changed("another person decided", "donation_decision", 0, decided_by="'olga'"),
    changed("a donation arrived otherwise", "donation_receipt", 0, content="'{}'"),
    changed("another person verified the report", "donor_report_verification", 0, by="'olga'"),
    # the lot is made
    changed("a lot goes back", "lot", 0, stage="'in_testing'"),
    changed("a lot lives longer", "lot", 0, expires_at="'2099-01-01 00:00:00.000000'"),
    changed("a lot began on another master", "lot", 0, master_digest="'0'"),
    changed("more cells went in", "lot_source", 0, quantity="'999'"),
    changed("a step says something else", "step_entry", 0, words="'{}'", sha256="'0'"),
    changed("another person performed it", "step_entry", 1, performed_by="'oskar'"),
    changed("it was entered in time", "step_entry", 2, entered_at=DAY),
    swapped("two steps exchange their words", "step_entry", 3, 4, "words", "sha256"),
    changed("another person checked", "step_check", 0, checked_by="'olga'"),
    changed("a check belongs to another entry", "step_check", 1, entry_id=UNCHECKED),
    deleted("a check is gone", "step_check", 2),
    changed("a deviation is not critical", "deviation", 0, critical="NOT critical"),
    changed("a deviation is open", "deviation", 1, state="'open'", impact="NULL"),
    # it is tested and judged
    changed("a sample was taken later", "sample_taken", 0, taken_at=DAY),
    changed("a sample stayed cold", "sample_receipt", 0, temperature_c="'5.0'"),
    changed("a result fails", "result", 0, state="'fail'"),
    changed("a value is another", "result", 1, reading="'{}'", evaluation="'{}'"),
    changed("the words under a result are others", "result", 2, words="'{}'"),
    changed("another person entered it", "result", 3, entered_by="'vera'"),
    deleted("a result is gone", "result", 4),
    swapped("two verifications exchange their results", "result_signed", 0, 2, "about", "binding"),
    deleted("a verification is gone", "result_signed", 1),
    changed("an investigation found something else", "investigation", 0, cause="'x'"),
    changed("a review covers more", "review", 0, through_seq="9999"),
    changed("a certificate is conditional", "certificate", 1, act="'reject'"),
    changed("it certifies another dossier", "certificate", 0, dossier_digest="'0'"),
    added("a line of the register", "certificate", 0, signature="'forged'", act="'final'"),
    # it is delivered
    changed("a bag is back on its shelf", "container", 0, state="'stored'"),
    changed("a bag lives longer", "container", 0, expires_at="'2099-01-01 00:00:00.000000'"),
    changed("it was for another patient", "delivery_order", 0, patient_code="'COI-0'"),
    changed("it went to somebody else", "container_event", 0, to_holder="'Nobody'"),
    changed("it happened earlier", "container_event", 1, happened_at=DAY),
    deleted("a hand-over never was", "container_event", 2),
    changed("another person packed", "shipment", 0, packed_by="'olga'"),
    changed("it was never warm", "shipment_temperature", 0, points="'[]'"),
    changed("a shipper is qualified for longer", "shipper_qualification", 0, valid_until=LATER),
    changed("a patient is another hospital's", "patient_code", 0, treating_site="'HOSP2'"),
)
"""Every edit touches a row or a column that no other does: so all of them can be made at once."""


@contextmanager
def intruder(database: Database) -> Iterator[Connection]:
    """The database in an intruder's hands: no trigger, no foreign key and no check is in force."""
    engine = create_engine(database.url)
    try:
        with engine.begin() as raw:
            yield from _unguarded(raw) if database.is_sqlite else _disarmed(raw)
    finally:
        engine.dispose()


def _unguarded(raw: Connection) -> Iterator[Connection]:
    raw.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    asked = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    kept = raw.execute(asked).all()
    for each in kept:
        raw.exec_driver_sql(f"DROP TRIGGER {each.name}")
    yield raw
    for each in kept:
        raw.exec_driver_sql(each.sql)


def _disarmed(raw: Connection) -> Iterator[Connection]:
    raw.exec_driver_sql("UPDATE pg_trigger SET tgenabled = 'D' WHERE NOT tgisinternal")
    raw.exec_driver_sql("SET LOCAL session_replication_role = replica")
    yield raw
    raw.exec_driver_sql("UPDATE pg_trigger SET tgenabled = 'A' WHERE NOT tgisinternal")


@dataclass(frozen=True)
class Alone:
    """An edit that stands alone, because it changes what the others are measured by.

    `does` gives back the names that must be found, `says` what has to be said of one of them.
    """

    what: str
    does: Callable[[Site], tuple[str, ...]]
    says: str


def _done(site: Site, order: str, *names: str) -> tuple[str, ...]:
    with intruder(site.database) as raw:
        raw.execute(text(order))
    return names


def _rows(order: str, *names: str) -> Callable[[Site], tuple[str, ...]]:
    return lambda site: _done(site, order, *names)


SAME = "account_id, began_at, seen_at, ended_at, has_signed"
JOB = "lot_id, reason, asked_by, asked_at, state, stage, due_at, attempts"
TECHNICAL = (
    Alone(
        "a browser is signed in as somebody else",
        _rows(
            f"INSERT INTO browser_session (id, token_digest, {SAME}) "
            f"SELECT 9, 'forged', {SAME} FROM browser_session WHERE id = 1",
            "browser_session/9",
        ),
        "did not sign in",
    ),
    Alone(
        "a session becomes another person's",
        _rows("UPDATE browser_session SET account_id = 8 WHERE id = 1", "browser_session/1"),
        "petra did not sign in",
    ),
    Alone(
        "a session gets another token",
        _rows("UPDATE browser_session SET token_digest = 'x' WHERE id = 1", "browser_session/1"),
        "with this browser",
    ),
    Alone(
        "an ended session is open again",
        _rows("UPDATE browser_session SET ended_at = NULL WHERE id = 2", "browser_session/2"),
        "opened again behind the trail",
    ),
    Alone(
        "somebody else asked for a record",
        _rows("UPDATE record_job SET asked_by = 2", "record_job/1"),
        "was asked for by “quinn”",
    ),
    Alone(
        "a record was asked for because of something else",
        _rows("UPDATE record_job SET reason = 'x'", "record_job/1"),
        "asked for why “Released”",
    ),
    Alone(
        "a record seems to be made",
        _rows("UPDATE record_job SET state = 'done', sha256 = 'x'", "record_job/1"),
        "there is no sealed record",
    ),
    Alone(
        "a record was never asked for",
        _rows("DELETE FROM record_job", "record_job of lot/UNIT1-26-0001, version 1"),
        "asked for it",
    ),
    Alone(
        "a record is made that nobody asked for",
        _rows(
            f"INSERT INTO record_job (id, version, {JOB}) SELECT 9, 9, {JOB} FROM record_job",
            "record_job/9",
        ),
        "nobody asked for version 9",
    ),
)


def _renumbered(site: Site) -> tuple[str, ...]:
    with intruder(site.database) as raw:
        for seq in range(last_seq(raw), 99, -1):
            raw.execute(text(f"UPDATE audit_entry SET seq = {seq + 1} WHERE seq = {seq}"))
    return ("audit_entry/100",)


def _reordered(site: Site) -> tuple[str, ...]:
    with intruder(site.database) as raw:
        for old, new in ((100, -1), (101, 100), (-1, 101)):
            raw.execute(text(f"UPDATE audit_entry SET seq = {new} WHERE seq = {old}"))
    return ("audit_entry/100", "audit_entry/101")


def _chained_anew(site: Site) -> tuple[str, ...]:
    with intruder(site.database) as raw:
        last, link = last_seq(raw), entry_at(raw, 99)["link"]
        for seq in range(100, last + 1):
            words = entry_at(raw, seq)["json"]
            link = seal(raw, seq, canonical_json({**words, "why": "another reason"}), link)
    return (f"audit_entry/{last}",)


def _one_link_forged(site: Site) -> tuple[str, ...]:
    with intruder(site.database) as raw:
        words = entry_at(raw, 100)["json"]
        seal(raw, 100, canonical_json({**words, "by": "nobody"}), entry_at(raw, 99)["link"])
    return ("audit_entry/101", "audit_entry/100: column by")


def _added_perfectly(site: Site) -> tuple[str, ...]:
    with intruder(site.database) as raw:
        seq = add_entry(raw, did="lot.certify")
    return (f"audit_entry/{seq}",)


def _end_cut(site: Site) -> tuple[str, ...]:
    with intruder(site.database) as raw:
        last = last_seq(raw)
        raw.execute(text(f"DELETE FROM audit_entry WHERE seq > {last - 3}"))
    return (f"audit_entry/{last - 2}",)


def _clock_set_back(site: Site) -> tuple[str, ...]:
    site.clock.forward(days=-3)
    site.sign_in("olga")
    with site.database.engine.connect() as looking:
        return (f"audit_entry/{last_seq(looking)}",)


def _older_copy(site: Site) -> tuple[str, ...]:
    """What was done since is in the trail only: the database is put back as it was before."""
    url, copy = site.database.url, site.folder / "older.db"
    if site.database.is_sqlite:
        site.database.close()
        shutil.copyfile(site.folder / "passage.db", copy)
        site.sign_in("olga")
        site.database.close()
        shutil.copyfile(copy, site.folder / "passage.db")
        site.database = Database(url)
    else:
        name = str(make_url(url).database)
        site.database.close()
        create_database(url.replace(name, "postgres"), f"{name}_older"[-60:], template=name)
        site.sign_in("olga")
        site.database.close()
        site.database = Database(url.replace(name, f"{name}_older"[-60:]))
    with site.database.engine.connect() as looking:
        return (f"audit_entry/{last_seq(looking) + 1}",)


THE_TRAIL = (
    Alone(
        "an entry says something else",
        _rows(
            "UPDATE audit_entry SET body = replace(body, 'lot.start', 'lot.begun') "
            "WHERE did = 'lot.start'",
            "audit_entry/",
        ),
        "its words were altered (lot.start",
    ),
    Alone(
        "an entry is by somebody else",
        _rows("UPDATE audit_entry SET by = 'olga' WHERE seq = 50", "audit_entry/50"),
        "column by was altered",
    ),
    Alone(
        "entries are cut out of the middle",
        _rows("DELETE FROM audit_entry WHERE seq BETWEEN 60 AND 62", "audit_entry/60"),
        "missing: 60 to 62",
    ),
    Alone("the end is cut off", _end_cut, "cut off"),
    Alone("entries are numbered otherwise", _renumbered, "missing: 100"),
    Alone("two entries change places", _reordered, "column seq was altered"),
    Alone("an entry is sealed anew", _one_link_forged, "does not follow on entry 100"),
    Alone("all entries since one are sealed anew", _chained_anew, "the trail was made anew"),
    Alone("a perfect entry is added", _added_perfectly, "not written down by the application"),
    Alone("the clock is set back", _clock_set_back, "the clock went back"),
    Alone("an older copy of the database is put back", _older_copy, "cut off"),
)


def _note(change: Callable[[dict[str, Any]], None]) -> Callable[[Site], tuple[str, ...]]:
    def does(site: Site) -> tuple[str, ...]:
        note = site.folder / "trail-head.json"
        noted = json.loads(note.read_text())
        seq = noted["head"]["seq"]
        change(noted)
        note.write_text(json.dumps(noted))
        return ("audit_entry/", str(seq))

    return does


def _note_removed(site: Site) -> tuple[str, ...]:
    (site.folder / "trail-head.json").unlink()
    return ("trail-head.json",)


def _note_removed_and_work(site: Site) -> tuple[str, ...]:
    (site.folder / "trail-head.json").unlink()
    site.sign_in("olga")
    return ("audit_entry/1:",)


def _older_note(site: Site) -> tuple[str, ...]:
    note = site.folder / "trail-head.json"
    before, first = note.read_text(), json.loads(note.read_text())["head"]["seq"] + 1
    site.sign_in("olga")
    note.write_text(before)
    site.sign_in("olga")
    return (f"audit_entry/{first}",)


def _kept_files(site: Site) -> list[Path]:
    return sorted(each for each in (site.folder / "files").rglob("*") if each.is_file())


def _emptied(site: Site) -> tuple[str, ...]:
    _kept_files(site)[0].write_bytes(b"")
    return ("attachment/",)


def _one_bit(site: Site) -> tuple[str, ...]:
    file = _kept_files(site)[0]
    file.write_bytes(bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:])
    return ("attachment/",)


def _removed(site: Site) -> tuple[str, ...]:
    _kept_files(site)[0].unlink()
    return ("attachment/",)


def _exchanged(site: Site) -> tuple[str, ...]:
    here, there, *_ = _kept_files(site)
    content = here.read_bytes()
    here.write_bytes(there.read_bytes())
    there.write_bytes(content)
    return (here.name, there.name)


def _not_its_name(site: Site) -> tuple[str, ...]:
    path = site.folder / "files" / "ab" / ("ab" * 32)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"not what its name says")
    return (f"{path}",)


AROUND = (
    Alone("the note of the end is gone", _note_removed, "is not written down there"),
    Alone("it is gone, and work went on", _note_removed_and_work, "written down by the appl"),
    Alone("an older note is put back", _older_note, "not written down by the application"),
    Alone(
        "the note ends earlier",
        _note(lambda noted: noted["head"].update(seq=noted["head"]["seq"] - 5)),
        "made anew",
    ),
    Alone(
        "the note ends later",
        _note(lambda noted: noted["head"].update(seq=noted["head"]["seq"] + 5)),
        "cut off",
    ),
    Alone(
        "the note names another chain",
        _note(lambda noted: noted["head"].update(link="0" * 64)),
        "made anew",
    ),
    Alone("a file is emptied", _emptied, "was altered"),
    Alone("one bit of a file is another", _one_bit, "was altered"),
    Alone("a file is gone", _removed, "is missing"),
    Alone("two files are exchanged", _exchanged, "was altered"),
    Alone("a file lies under another's name", _not_its_name, "nobody kept"),
)


def _triggers(
    *, sqlite: tuple[str, ...], postgres: tuple[str, ...], names: tuple[str, ...]
) -> Callable[[Site], tuple[str, ...]]:
    def does(site: Site) -> tuple[str, ...]:
        with site.database.engine.begin() as raw:
            for order in sqlite if site.database.is_sqlite else postgres:
                raw.exec_driver_sql(order.replace("%", "%%"))
        return names

    return does


REFUSES = "BEGIN SELECT RAISE(ABORT, 'lot rows are never deleted'); END"
TRIGGERS = (
    Alone(
        "a trigger is dropped",
        _triggers(
            sqlite=("DROP TRIGGER lot_kept",),
            postgres=("DROP TRIGGER lot_kept ON lot",),
            names=("trigger lot_kept",),
        ),
        "missing or disarmed",
    ),
    Alone(
        "a trigger is taken out of the catalogue",
        _triggers(
            sqlite=(
                "PRAGMA writable_schema = ON",
                "DELETE FROM sqlite_master WHERE name = 'lot_kept'",
            ),
            postgres=("UPDATE pg_trigger SET tgenabled = 'D' WHERE tgname = 'lot_kept'",),
            names=("trigger lot_kept",),
        ),
        "missing or disarmed",
    ),
    Alone(
        "a trigger never fires",
        _triggers(
            sqlite=(
                "DROP TRIGGER lot_kept",
                f"CREATE TRIGGER lot_kept BEFORE DELETE ON lot WHEN 0 {REFUSES}",
            ),
            postgres=(
                "DROP TRIGGER lot_kept ON lot",
                (
                    "CREATE TRIGGER lot_kept BEFORE DELETE ON lot FOR EACH ROW WHEN (false)"
                    " EXECUTE FUNCTION passage_refuses('x')"
                ),
                "ALTER TABLE lot ENABLE ALWAYS TRIGGER lot_kept",
            ),
            names=("trigger lot_kept",),
        ),
        "missing or disarmed",
    ),
    Alone(
        "a trigger fires at something else",
        _triggers(
            sqlite=(
                "DROP TRIGGER lot_kept",
                f"CREATE TRIGGER lot_kept BEFORE INSERT ON lot {REFUSES}",
            ),
            postgres=(
                "DROP TRIGGER lot_kept ON lot",
                (
                    "CREATE TRIGGER lot_kept BEFORE TRUNCATE ON lot FOR EACH STATEMENT"
                    " EXECUTE FUNCTION passage_refuses('x')"
                ),
                "ALTER TABLE lot ENABLE ALWAYS TRIGGER lot_kept",
            ),
            names=("trigger lot_kept",),
        ),
        "missing or disarmed",
    ),
    Alone(
        "the triggers refuse nothing any more",
        _triggers(
            sqlite=("DROP TRIGGER result_stays_update", "DROP TRIGGER result_stays_delete"),
            postgres=(
                (
                    "CREATE OR REPLACE FUNCTION passage_refuses() RETURNS trigger LANGUAGE plpgsql"
                    " AS 'BEGIN RETURN NULL; RAISE EXCEPTION ''%'', TG_ARGV[0]; END'"
                ),
            ),
            names=("trigger result_stays",),
        ),
        "missing or disarmed",
    ),
    Alone(
        "a trigger swallows what is written",
        _triggers(
            sqlite=(
                "CREATE TRIGGER quiet BEFORE INSERT ON deviation BEGIN SELECT RAISE(IGNORE); END",
            ),
            postgres=("CREATE RULE quiet AS ON INSERT TO deviation DO INSTEAD NOTHING",),
            names=("trigger quiet",),
        ),
        "put on deviation behind the trail",
    ),
)
ALONE = (*TECHNICAL, *THE_TRAIL, *AROUND, *TRIGGERS)

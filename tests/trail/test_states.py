"""What the trail last said of a row is kept; what happened to it between two entries is found."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.trail.verify import states
from app.trail.verify.states import States
from app.trail.verify.words import Change, Told

AT = datetime(2026, 3, 31, 14, 5, tzinfo=UTC)
NEW, OTHER = '{"id":1,"name":"Olga"}', '{"id":1,"name":"Nobody"}'


def _created(key: str = "1", new: str = NEW, table: str = "account") -> Change:
    return Change(table, key, new, None)


def _changed(was: dict[str, Any], new: str = NEW) -> Change:
    return Change("account", "1", new, was)


def _entry(seq: int, *changes: Change) -> Told:
    return Told(seq, AT, "adam", "account.open", "account/olga", None, {}, changes)


def _found(*entries: Told) -> list[str]:
    with States(["account"]) as store:
        found = [fault for each in entries for fault in store.learn(each)]
        found += store.written_down()
        return [f"{each.where}: {each.says}" for each in found]


ONCE = _entry(1, _created())
CHANGED = _entry(2, _changed({"name": "Olga"}, OTHER))


@pytest.mark.parametrize("at_once", [1, 2, 500])
@pytest.mark.parametrize(
    ("entries", "says"),
    [
        pytest.param((ONCE,), [], id="written once"),
        pytest.param((ONCE, CHANGED), [], id="written and changed"),
        pytest.param((ONCE, _entry(2, _created())), ["removed"], id="written twice"),
        pytest.param((ONCE, ONCE), ["removed"], id="the same entry twice"),
        pytest.param((_entry(1, *[_created()] * 3),), ["removed"] * 2, id="thrice in one entry"),
        pytest.param((ONCE, CHANGED, _entry(3, _created())), ["removed"], id="changed, then new"),
        pytest.param((ONCE, CHANGED, CHANGED), ["name was “Nobody”"], id="changed twice alike"),
        pytest.param((CHANGED,), ["inserted"], id="changed, never written"),
        pytest.param((CHANGED, ONCE), ["inserted", "removed"], id="changed before it was written"),
        pytest.param((ONCE, _entry(2, _changed({}, OTHER))), ["name was “Olga”"], id="not told"),
        pytest.param(
            (_entry(1, _created("01")), _entry(2, _created("1"))), [], id="a key like another"
        ),
        pytest.param(
            (_entry(1, _created("x")), _entry(2, _created("x"))), ["removed"], id="no number"
        ),
        pytest.param(
            (_entry(1, _created(table="t")), _entry(2, _created(table="t"))),
            ["removed"],
            id="no table of ours",
        ),
    ],
)
def test_what_happened_between_two_entries_is_found(
    monkeypatch: pytest.MonkeyPatch, at_once: int, entries: tuple[Told, ...], says: list[str]
) -> None:
    monkeypatch.setattr(states, "AT_ONCE", at_once)
    found = _found(*entries)
    assert len(found) == len(says)
    for wanted, said in zip(says, found, strict=True):
        assert wanted in said


@pytest.mark.parametrize("key", ["0", "1", "99999999999999"])
def test_a_row_with_a_key_of_ours_is_kept_in_its_table(key: str) -> None:
    with States(["site", "account"]) as store:
        assert list(store.learn(_entry(1, _created(key)))) == store.written_down() == []
        assert list(store.kept("account")) == [(int(key), NEW)]
        assert list(store.kept("site")) == list(store.unseen()) == []


@pytest.mark.parametrize("key", ["", "-1", "01", "1/2", "x", "१", "100000000000000", "9" * 5000])
def test_a_row_with_another_key_is_kept_apart_until_it_is_seen(key: str) -> None:
    with States(["account"]) as store:
        assert list(store.learn(_entry(1, _created(key)))) == store.written_down() == []
        assert list(store.kept("account")) == []
        assert list(store.unseen()) == [("account", key)]
        known = store.see("account", key)
        assert known is not None
        assert known.entry == "entry 1 (account.open by adam)"
        assert list(store.unseen()) == []

"""Entries are taken apart without their contract, and say exactly what it would say they do."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.trail.verify import words
from app.trail.verify.words import Told, read
from schemas.trail import Entry, RowChange

AT = datetime(2026, 3, 31, 14, 5, 0, 250_000, tzinfo=UTC)
TEXTS = st.text(max_size=12) | st.sampled_from(["", " ", "lot/A-1", 'the "first"', "ż", "\u2003x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXTS, inside, max_size=3),
    max_leaves=6,
)
STATES = st.dictionaries(TEXTS, VALUES, max_size=4)
CHANGES = st.builds(RowChange, table=TEXTS, key=TEXTS, new=STATES, old=st.none() | STATES)
ENTRIES = st.builds(
    Entry,
    seq=st.integers(1, 10**18),
    at=st.datetimes(timezones=st.just(UTC)),
    zone=st.sampled_from(["UTC", "Europe/Warsaw", "Etc/GMT+5"]),
    **dict.fromkeys(("by", "name", "role", "did", "about"), TEXTS),
    why=st.none() | TEXTS,
    details=STATES,
    changes=st.lists(CHANGES, max_size=3).map(tuple),
)


def _entry(**other: object) -> dict[str, object]:
    change = RowChange(table="account", key="1", new={"name": "Olga"}, old={"name": "O."})
    said = {"seq": 7, "at": AT, "zone": "UTC", "by": "quinn", "name": "Quinn", "role": "qa"}
    told = {"did": "account.open", "about": "account/olga", "changes": (change,)}
    return {**Entry.model_validate({**said, **told}).plain(), **other}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _as_the_contract_says(body: str) -> Told | None:
    told = words._by_contract(body)
    return told and told._replace(changes=[_parsed(each) for each in told.changes])


def _as_read(body: str) -> Told | None:
    told = read(body)
    return told and told._replace(changes=[_parsed(each) for each in told.changes])


def _parsed(change: words.Change) -> words.Change:
    return change._replace(new=_text(json.loads(change.new)))


@settings(max_examples=300, derandomize=True)
@given(entry=ENTRIES)
def test_every_entry_is_read_as_its_contract_reads_it(entry: Entry) -> None:
    body = entry.canonical().decode()
    told = _as_read(body)
    assert told is not None
    assert told == _as_the_contract_says(body)
    assert told[:5] == (entry.seq, entry.at, entry.by, entry.did, entry.about)


@settings(max_examples=500, derandomize=True)
@given(
    entry=ENTRIES,
    at=st.integers(0, 10**6),
    cut=st.integers(0, 3),
    put=st.text(max_size=3) | st.sampled_from([*'"\\{}[],:0 \n\t', "null", '\\"', "NaN", '"x":1,']),
)
def test_nothing_is_taken_apart_that_the_contract_refuses(
    entry: Entry, at: int, cut: int, put: str
) -> None:
    body = entry.canonical().decode()
    at %= len(body)
    body = body[:at] + put + body[at + cut :]
    wanted = _as_the_contract_says(body)
    if "NaN" in body:  # never the same as itself
        assert (_as_read(body) is None) == (wanted is None)
    else:
        assert _as_read(body) == wanted


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(_text(_entry()), id="as it is written"),
        pytest.param(_text(_entry(why="It was “so”")), id="with a reason"),
        pytest.param(_text(_entry(changes=[])), id="without rows"),
        pytest.param(_text(_entry(details={"a": [1]})), id="with details"),
    ],
)
def test_what_is_usual_is_taken_apart(body: str) -> None:
    assert words._taken_apart(body) is not None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("{}", id="an empty object"),
        pytest.param("[]", id="no object"),
        pytest.param(_text(_entry()) + " x", id="something behind it"),
        pytest.param(_text(_entry(seq=0)), id="number nought"),
        pytest.param(_text(_entry(at="2026-02-30T10:00:00Z")), id="a day that never was"),
        pytest.param(_text(_entry(at="2026-02-03T10:00:00")), id="a moment without a zone"),
        pytest.param(_text(_entry(zone="no zone")), id="a zone that is none"),
        pytest.param(_text(_entry(zone="Z" * 61)), id="a zone too long"),
        pytest.param(_text(_entry(zone="Europe/")), id="half a zone"),
        pytest.param(_text(_entry(by=None)), id="nobody"),
        pytest.param(_text(_entry(more="x")), id="a field more"),
        pytest.param(_text(_entry(details=[])), id="details that are none"),
        pytest.param(_text(_entry(changes=[{"key": "1", "new": {}}])), id="a row of no table"),
        pytest.param(_text(_entry()).replace('"Olga"', '"\\ud800"'), id="half a character"),
        pytest.param(_text(_entry()).replace('"Olga"', '"\t"'), id="a raw tab"),
        pytest.param(_text(_entry()).replace('"Olga"', "01"), id="a number that is none"),
        pytest.param(_text(_entry()).replace('"Olga"', "[" * 200 + "]" * 200), id="too deep"),
        pytest.param(_text(_entry()).replace('"Olga"', "[" * 999 + "]" * 999), id="far too deep"),
        pytest.param(_text(_entry()).replace('"Olga"', "[" * 10**5), id="bottomless"),
    ],
)
def test_what_the_contract_refuses_cannot_be_read(body: str) -> None:
    assert read(body) is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps(_entry()), id="with spaces between"),
        pytest.param(_text(_entry(by=" quinn")), id="with spaces around a text"),
        pytest.param(_text(_entry(by="quinn\u2003")), id="with a wide space"),
        pytest.param(_text(_entry(at="2026-03-31T16:05:00+02:00")), id="in another zone"),
        pytest.param(_text(_entry(at=1_774_965_900)), id="in seconds"),
        pytest.param(_text(_entry(seq="7")), id="the number as text"),
        pytest.param(_text(dict(reversed(_entry().items())))[:-1] + "}", id="sorted"),
        pytest.param(_text(_entry()).replace("quinn", "\\u0071uinn"), id="escaped"),
        pytest.param(_text({k: v for k, v in _entry().items() if k != "why"}), id="a field less"),
    ],
)
def test_other_forms_are_read_by_the_contract(body: str) -> None:
    wanted = _as_the_contract_says(body)
    assert wanted is not None
    assert _as_read(body) == wanted


def test_what_is_no_text_cannot_be_read_or_is_read_as_its_bytes() -> None:
    body = _text(_entry())
    assert read(body.encode()) == words._by_contract(body)
    assert read(17) is None

"""Separation of duties: each forbidden pair both ways, and nothing that only looks like one."""

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from app.errors import SamePerson
from app.people.actor import Actor
from app.people.duties import DONE, PAIRS, Pair, Scope
from app.people.permissions import MAY
from app.trail import audit
from app.trail.separation import has_clash, refuse_same_person
from schemas.trail import place_of
from tests.conftest import Clock, person

LOT = "lot/A-1"
each_pair = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.number)


@dataclass(frozen=True)
class Order:
    """One deed after its partner, on a lot of its own."""

    pair: Pair
    lot: str
    earlier: str
    later: str

    @property
    def first(self) -> str:
        return f"{self.lot}/step/1/1"

    @property
    def second(self) -> str:
        """What the later deed is about, when the pair matters."""
        return f"{self.lot}/deviation/D-1" if self.pair.scope is Scope.LOT else self.first


def orders(pair: Pair) -> list[Order]:
    """Every deed of one side after every deed of the other, both ways round."""
    both = [
        (earlier, later)
        for one, other in ((pair.first, pair.second), (pair.second, pair.first))
        for earlier in one
        for later in other
    ]
    return [Order(pair, f"lot/A-{at}", *deeds) for at, deeds in enumerate(both, 1)]


def _did(session: Session, clock: Clock, by: Actor, did: str, about: str) -> None:
    audit.record(session, by=by, at=clock.forward(minutes=1), did=did, about=about)


@pytest.fixture
def olga(session: Session) -> Actor:
    return person(session, "olga")


@each_pair
def test_the_same_person_is_told_which_pair_and_where(
    session: Session, clock: Clock, olga: Actor, pair: Pair
) -> None:
    for order in orders(pair):
        _did(session, clock, olga, order.earlier, order.first)
        with pytest.raises(SamePerson) as no:
            refuse_same_person(session, order.later, about=order.second, by=olga)
        assert [each.number for each in PAIRS if each.number in no.value.says]
        assert f"You {DONE[order.earlier]} {place_of(order.first)} (" in no.value.says
        assert has_clash(session, order.later, about=order.second, by=olga) == no.value.says


@each_pair
def test_another_person_may(session: Session, clock: Clock, olga: Actor, pair: Pair) -> None:
    other = person(session, "oskar")
    for order in orders(pair):
        _did(session, clock, olga, order.earlier, order.first)
        refuse_same_person(session, order.later, about=order.second, by=other)
        assert has_clash(session, order.later, about=order.second, by=other) is None


@each_pair
def test_the_trail_itself_records_no_such_deed(
    session: Session, clock: Clock, olga: Actor, pair: Pair
) -> None:
    """An action that forgot to ask is refused all the same, whatever it writes."""
    for order in orders(pair):
        _did(session, clock, olga, order.earlier, order.first)
        end = audit.head(session)
        with pytest.raises(SamePerson, match="Ask a colleague"):
            _did(session, clock, olga, order.later, order.second)
        assert audit.head(session) == end


@each_pair
def test_the_same_person_may_elsewhere(
    session: Session, clock: Clock, olga: Actor, pair: Pair
) -> None:
    """Also on a lot whose number only begins alike, or differs by a capital or a sign."""
    both = ((olga, pair.first, pair.second), (person(session, "oskar"), pair.second, pair.first))
    for by, earlier, later in both:
        for near in ("lot/P-10", "lot/P", "lot/p-1", "lot/B-1", "lot/P_1", "lot/P-1-X"):
            for at, did in enumerate(earlier):
                _did(session, clock, by, did, f"{near}/step/1/{at}")
        for did in later:
            refuse_same_person(session, did, about="lot/P-1/step/1/1", by=by)


def test_what_was_refused_was_not_done(session: Session, clock: Clock, olga: Actor) -> None:
    _did(session, clock, olga, "refused", f"{LOT}/step/1/1")
    refuse_same_person(session, "step.check", about=f"{LOT}/step/1/1", by=olga)


def test_a_pair_of_one_thing_leaves_the_rest_of_the_lot_alone(
    session: Session, clock: Clock, olga: Actor
) -> None:
    _did(session, clock, olga, "step.perform", f"{LOT}/step/1/1")
    refuse_same_person(session, "step.check", about=f"{LOT}/step/1/2", by=olga)
    refuse_same_person(session, "step.check", about=f"{LOT}/step/1/10", by=olga)


def test_a_deed_on_a_part_counts_for_the_whole(session: Session, clock: Clock, olga: Actor) -> None:
    _did(session, clock, olga, "supply.receive", "material/M-1/receipt")
    with pytest.raises(SamePerson, match="SOD-12"):
        refuse_same_person(session, "supply.decide", about="material/M-1", by=olga)


def test_years_between_do_not_matter(session: Session, clock: Clock, olga: Actor) -> None:
    _did(session, clock, olga, "lot.start", LOT)
    clock.forward(days=4000)
    for _ in range(50):
        _did(session, clock, person(session, "oskar"), "step.perform", f"{LOT}/step/1/1")
    with pytest.raises(SamePerson, match="SOD-04"):
        refuse_same_person(session, "lot.certify", about=LOT, by=olga)


@each_pair
def test_every_deed_of_a_pair_is_in_the_table_of_who_may_do_what(pair: Pair) -> None:
    assert set(pair.first + pair.second) <= set(MAY)
    assert not set(pair.first) & set(pair.second)


def test_each_deed_of_a_pair_has_a_word() -> None:
    assert set(DONE) == {deed for pair in PAIRS for deed in (*pair.first, *pair.second)}


def test_pairs_are_numbered_once() -> None:
    assert len({pair.number for pair in PAIRS}) == len(PAIRS)

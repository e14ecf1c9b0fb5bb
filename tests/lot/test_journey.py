"""Moves of lots and containers: what the table holds is allowed, everything else is refused."""

import pytest
from sqlalchemy.orm import Session

from app.lot.journey import CONTAINER_MOVES, MOVES, NoSuchMove, refuse_container_move, refuse_move
from app.lot.lots import move
from schemas.lot import ContainerState, Stage
from tests.conftest import Clock
from tests.lot.lots import bare_lot


def test_every_stage_and_state_has_its_moves() -> None:
    assert set(MOVES) == set(Stage)
    assert set(CONTAINER_MOVES) == set(ContainerState)


@pytest.mark.parametrize("now", Stage)
@pytest.mark.parametrize("to", Stage)
def test_only_moves_of_the_table_are_allowed(now: Stage, to: Stage) -> None:
    if to in MOVES[now]:
        refuse_move("L", now, to)
    else:
        with pytest.raises(NoSuchMove, match="cannot become"):
            refuse_move("L", now, to)


@pytest.mark.parametrize("now", ContainerState)
@pytest.mark.parametrize("to", ContainerState)
def test_only_container_moves_of_the_table_are_allowed(
    now: ContainerState, to: ContainerState
) -> None:
    if to in CONTAINER_MOVES[now]:
        refuse_container_move("C", now, to)
    else:
        with pytest.raises(NoSuchMove, match="cannot become"):
            refuse_container_move("C", now, to)


@pytest.mark.parametrize("ended", [Stage.REJECTED, Stage.RECALLED])
def test_a_rejected_or_recalled_lot_never_comes_back(ended: Stage) -> None:
    assert MOVES[ended] == frozenset()


def test_nothing_is_un_certified() -> None:
    assert MOVES[Stage.CERTIFIED] == {Stage.RECALLED}


def test_lot_numbers_count_up_within_the_year(session: Session, clock: Clock) -> None:
    first, second = bare_lot(session, clock()), bare_lot(session, clock())
    assert (first.number, second.number) == ("UNIT1-26-0001", "UNIT1-26-0002")
    assert bare_lot(session, clock.forward(days=365)).number == "UNIT1-27-0001"


def test_a_move_that_is_not_in_the_table_changes_nothing(session: Session, clock: Clock) -> None:
    lot = bare_lot(session, clock())
    with pytest.raises(NoSuchMove):
        move(lot, Stage.CERTIFIED)
    assert lot.stage is Stage.IN_PRODUCTION

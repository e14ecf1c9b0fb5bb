"""Containers: made by filling, moved along their own table of moves."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.lot.journey import refuse_container_move, refuse_giving_back
from app.lot.models import Container, Lot
from schemas.lot import ContainerState
from schemas.product import ContainerKind


def make_containers(
    session: Session,
    lot: Lot,
    *,
    count: int,
    kind: ContainerKind,
    volume_ml: Decimal,
    viable_cells: Decimal,
    made_at: datetime,
    expires_at: datetime | None,
) -> tuple[Container, ...]:
    """Number the filled containers of a lot: 001, 002, ... after its own number."""
    before = session.scalar(select(func.count()).where(Container.lot_id == lot.id)) or 0
    made = tuple(
        Container(
            number=f"{lot.number}-{before + at:03d}",
            lot=lot,
            kind=kind,
            volume_ml=volume_ml,
            viable_cells=viable_cells,
            state=ContainerState.IN_STORE,
            made_at=made_at,
            expires_at=expires_at,
        )
        for at in range(1, count + 1)
    )
    session.add_all(made)
    session.flush()
    return made


def container_for_change(session: Session, number: str) -> Container:
    """A container, locked until the transaction ends; its lot is locked first.

    Raises:
        NotFound: there is no such container.
    """
    lot_id = session.scalar(select(Container.lot_id).where(Container.number == number))
    if lot_id is None:
        raise NotFound(f"There is no container “{number[:60]}”.")
    session.scalar(
        select(Lot)
        .where(Lot.id == lot_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(
        select(Container)
        .where(Container.number == number)
        .with_for_update(of=Container)
        .execution_options(populate_existing=True)
    ).one()


def move_container(container: Container, to: ContainerState) -> None:
    """Move a container (caller records).

    Raises:
        NoSuchMove: the table of container moves does not hold it.
    """
    refuse_container_move(container.number, container.state, to)
    container.state = to


def give_back(container: Container) -> None:
    """Put back in store a container that was named in error; another one was taken (R-ATMP-07).

    Raises:
        NoSuchMove: it is where no step of production puts one.
    """
    refuse_giving_back(container.number, container.state)
    container.state = ContainerState.IN_STORE

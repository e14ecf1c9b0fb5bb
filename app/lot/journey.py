"""Every way a lot and its containers may move. A move that is not here does not exist."""

from app.errors import RecordError
from schemas.lot import ContainerState as C
from schemas.lot import Stage

MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.IN_PRODUCTION: frozenset({Stage.IN_TESTING, Stage.REJECTED}),
    Stage.IN_TESTING: frozenset({Stage.CONDITIONALLY_CERTIFIED, Stage.CERTIFIED, Stage.REJECTED}),
    # The certification stays on record: a late failure leads on, never back (R-QP-11).
    Stage.CONDITIONALLY_CERTIFIED: frozenset({Stage.CERTIFIED, Stage.REJECTED, Stage.RECALLED}),
    Stage.CERTIFIED: frozenset({Stage.RECALLED}),
    Stage.REJECTED: frozenset(),
    Stage.RECALLED: frozenset(),
}

SHIPPABLE = frozenset({Stage.CERTIFIED, Stage.CONDITIONALLY_CERTIFIED})
"""The stages from which a container may leave the unit (R-ATMP-24)."""

CONTAINER_MOVES: dict[C, frozenset[C]] = {
    C.IN_STORE: frozenset({C.PACKED, C.RETENTION, C.DESTROYED, C.CONSUMED}),
    C.RETENTION: frozenset({C.DESTROYED}),
    C.PACKED: frozenset({C.ON_THE_WAY, C.IN_STORE, C.DESTROYED}),
    C.ON_THE_WAY: frozenset({C.AT_SITE, C.RETURNED, C.DESTROYED}),
    C.AT_SITE: frozenset({C.ADMINISTERED, C.RETURNED, C.DESTROYED}),
    C.RETURNED: frozenset({C.DESTROYED}),
    C.ADMINISTERED: frozenset(),
    C.DESTROYED: frozenset(),
    C.CONSUMED: frozenset(),
}

GIVEN_BACK = frozenset({C.CONSUMED, C.RETENTION, C.DESTROYED})
"""Where a step puts what it takes: a correction that names another container undoes only that."""


class NoSuchMove(RecordError):
    """A lot or container cannot go from where it is to there."""

    status = 409
    title = "Not from here"
    kept = True


def refuse_move(number: str, now: Stage, to: Stage) -> None:
    """Refuse a move of a lot that is not in the table.

    Raises:
        NoSuchMove: names the lot, where it is, and where it may go.
    """
    if to not in MOVES[now]:
        raise NoSuchMove(_words(number, now.label, to.label, [each.label for each in MOVES[now]]))


def refuse_container_move(number: str, now: C, to: C) -> None:
    """Refuse a move of a container that is not in the table.

    Raises:
        NoSuchMove: names the container, where it is, and where it may go.
    """
    if to not in CONTAINER_MOVES[now]:
        allowed = [each.label for each in CONTAINER_MOVES[now]]
        raise NoSuchMove(_words(number, now.label, to.label, allowed))


def refuse_giving_back(number: str, now: C) -> None:
    """Refuse to put a container back in store that no step of production can have taken.

    Raises:
        NoSuchMove: names the container and where it is.
    """
    if now not in GIVEN_BACK:
        allowed = [each.label for each in CONTAINER_MOVES[now]]
        raise NoSuchMove(_words(number, now.label, C.IN_STORE.label, allowed))


def _words(number: str, now: str, to: str, allowed: list[str]) -> str:
    ways = ", ".join(sorted(allowed)) or "nowhere: its journey has ended"
    return f"{number} is “{now}” and cannot become “{to}”. From here it can become: {ways}."

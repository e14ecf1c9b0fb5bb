"""What was stored is read back only as it was written: an altered record is known on sight."""

from typing import TypeVar

from app.errors import NotAsWritten
from schemas.base import Contract

C = TypeVar("C", bound=Contract)


def as_written(contract: type[C], stored: str, digest: str) -> C:
    """Read a stored contract, if it still has the digest it was written with (R-P11-01).

    Raises:
        NotAsWritten: it was changed since, from outside.
    """
    try:
        content = contract.from_canonical(stored)
    except ValueError as unreadable:
        raise NotAsWritten from unreadable
    if content.digest() != digest:
        raise NotAsWritten
    return content

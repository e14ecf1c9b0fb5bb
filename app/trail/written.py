"""What was stored is read back only as it was written: an altered record is known on sight."""

from functools import lru_cache
from typing import Protocol, TypeVar

from app.errors import NotAsWritten
from schemas.base import Contract

C = TypeVar("C", bound=Contract)


class Stored(Protocol):
    """A row that holds the canonical JSON of a contract."""

    @property
    def ref(self) -> str:
        """How the trail refers to it."""


def as_written(contract: type[C], stored: str, digest: str, row: Stored) -> C:
    """Read a contract from its row, if it still has the digest it was written with (R-P11-01).

    Raises:
        NotAsWritten: it was changed since, from outside; with the reference of the row.
    """
    try:
        content = _read(contract, stored, digest)
    except ValueError:
        raise NotAsWritten(row.ref) from None
    assert isinstance(content, contract)
    return content


@lru_cache(maxsize=8192)
def _read(contract: type[Contract], stored: str, digest: str) -> Contract:
    """The same text always says the same: it is read, and its digest made, once."""
    content = contract.from_canonical(stored)
    if content.digest() != digest:
        raise ValueError(digest)
    return content

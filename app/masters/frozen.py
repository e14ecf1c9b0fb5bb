"""The documents a lot froze at its start, read back by their digests (R-ATMP-04, R-BR-02)."""

from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from app.masters.shelf import document_at
from app.trail.written import as_written
from schemas.base import Contract
from schemas.master import Bundle, MasterBatchRecord
from schemas.product import Product
from schemas.specification import Specification

C = TypeVar("C", bound=Contract)
KEPT_MAX = 500
_kept: dict[str, Contract] = {}
"""What a digest names never changes: it is read from the shelf and checked once."""


class Freezes(Protocol):
    """What names its three documents by code, version and digest: a lot."""

    product_code: str
    product_version: int
    product_digest: str
    specification_code: str
    specification_version: int
    specification_digest: str
    master_code: str
    master_version: int
    master_digest: str


def bundle_of(session: Session, lot: Freezes) -> Bundle:
    """The product, specification and master of a lot, exactly as it froze them.

    Raises:
        NotFound: one of them is not here.
    """
    return Bundle.model_construct(
        product=_read(session, Product, lot.product_code, lot.product_version, lot.product_digest),
        specification=_read(
            session,
            Specification,
            lot.specification_code,
            lot.specification_version,
            lot.specification_digest,
        ),
        master=_read(
            session, MasterBatchRecord, lot.master_code, lot.master_version, lot.master_digest
        ),
    )


def _read(session: Session, contract: type[C], code: str, version: int, digest: str) -> C:
    known = _kept.get(digest)
    if not isinstance(known, contract):
        document = document_at(session, code, version)
        known = as_written(contract, document.content, digest, document)
        if len(_kept) >= KEPT_MAX:
            _kept.clear()
        _kept[digest] = known
    return known

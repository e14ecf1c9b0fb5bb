"""The documents a lot froze at its start, read back by their digests (R-ATMP-04, R-BR-02)."""

from functools import lru_cache
from typing import Protocol

from sqlalchemy.orm import Session

from app.masters.shelf import document_at
from schemas.master import Bundle, MasterBatchRecord
from schemas.product import Product
from schemas.specification import Specification


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
    return Bundle(
        product=_product(
            lot.product_digest, document_at(session, lot.product_code, lot.product_version).content
        ),
        specification=_specification(
            lot.specification_digest,
            document_at(session, lot.specification_code, lot.specification_version).content,
        ),
        master=_master(
            lot.master_digest, document_at(session, lot.master_code, lot.master_version).content
        ),
    )


# What a digest names never changes: it is read once.


@lru_cache(maxsize=256)
def _product(digest: str, content: str) -> Product:
    product = Product.from_canonical(content)
    assert product.digest() == digest, "the stored product is not the one that was frozen"
    return product


@lru_cache(maxsize=256)
def _specification(digest: str, content: str) -> Specification:
    specification = Specification.from_canonical(content)
    assert specification.digest() == digest, "the stored specification is not the one frozen"
    return specification


@lru_cache(maxsize=256)
def _master(digest: str, content: str) -> MasterBatchRecord:
    master = MasterBatchRecord.from_canonical(content)
    assert master.digest() == digest, "the stored master is not the one that was frozen"
    return master

"""The starter library: masters to begin with, each limit naming where it was published.

They are examples to adapt. Times, densities and yields say in their source that the site's own
validation replaces them.
"""

from functools import cache
from importlib.resources import files

from app.masters.documents import Document, read_document
from schemas.document import DocumentKind
from schemas.master import Bundle, MasterBatchRecord
from schemas.product import Product
from schemas.specification import Specification

# In the order of import: a bank before the product that starts from it.
PRODUCT_FILES = ("uc-wcb", "uc-msc-cryo", "bm-msc-auto", "bm-msc-dir")


def starter_texts() -> dict[str, str]:
    """The text of every starter document, by file name, in the order they are imported."""
    folder = files("app.masters") / "starter"
    names = [
        f"{kind}-{product}.yaml"
        for product in PRODUCT_FILES
        for kind in ("product", "specification", "master")
    ]
    return {name: (folder / name).read_text(encoding="utf-8") for name in names}


@cache
def starter_documents() -> tuple[Document, ...]:
    """Every starter document, read."""
    return tuple(read_document(text) for text in starter_texts().values())


def starter_bundle(product_code: str) -> Bundle:
    """A starter product with its specification and its master.

    Raises:
        KeyError: the starter library has no such product.
    """
    read = {(each.kind, each.content.code): each.content for each in starter_documents()}
    product = read[DocumentKind.PRODUCT, product_code]
    assert isinstance(product, Product)
    specification = read[DocumentKind.SPECIFICATION, product.specification_code]
    assert isinstance(specification, Specification)
    master = read[DocumentKind.MASTER_BATCH_RECORD, product.master_code]
    assert isinstance(master, MasterBatchRecord)
    return Bundle(product=product, specification=specification, master=master)

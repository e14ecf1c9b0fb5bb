"""The sentences a certificate is made of (R-QP-04, R-QP-05, R-QP-08)."""

from schemas.product import Product
from schemas.quantity import Unit, with_unit
from schemas.release import Act, Dossier


def statement_of(dossier: Dossier, act: Act) -> str:
    """The sentence that is signed: the product's own text, or what rejection and recall mean."""
    texts = dossier.product.certification
    if act is Act.FINAL:
        return texts.final
    if act is Act.CONDITIONAL:
        return texts.conditional or "This product is not certified conditionally."
    if act is Act.REJECT:
        return "I reject this lot. No container of it may be given to a patient."
    return "I recall this lot. Containers not yet given are stopped and brought back."


def batch_of(product: Product) -> str:
    """What a certificate says the lot is (R-QP-04)."""
    volume = with_unit(f"{product.nominal_volume_ml:f}", Unit.MILLILITRE)
    pack = f"{product.container.value} of {volume}"
    return f"{product.name}; {product.strength}; {product.dosage_form}; {pack}"

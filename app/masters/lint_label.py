"""Rules on the words of a product's label: what the law asks to stand on every one of them."""

from collections.abc import Iterator

from app.rulebook import rule
from schemas.master import Bundle
from schemas.origin import DonationUse
from schemas.product import Product

ORIGIN = "this product contains cells of human origin"
OUT_OF_REACH = "reach of children"
AUTOLOGOUS = "autologous use"


def _says(product: Product, words: str) -> bool:
    """Whether the words stand on the label, wherever the line breaks fall."""
    label = product.label
    printed = (product.active_substance, label.description, label.contents, *label.warnings)
    return any(words in " ".join(each.casefold().split()) for each in printed)


@rule(
    "MAS-40", cite="R-DEL-01; Reg. 1394/2007 Annex III (b)", mend="Add the sentence to the label."
)
def label_names_human_cells(bundle: Bundle) -> Iterator[str]:
    """The label of what is given to patients says that it contains cells of human origin."""
    if not bundle.product.is_bank and not _says(bundle.product, ORIGIN):
        yield "The label does not say “This product contains cells of human origin”."


@rule("MAS-41", cite="R-DEL-01; Reg. 1394/2007 Annex III (f)", mend="Add the warning to the label.")
def label_warns_of_children(bundle: Bundle) -> Iterator[str]:
    """The label of what is given to patients warns to keep it from children."""
    if not bundle.product.is_bank and not _says(bundle.product, OUT_OF_REACH):
        yield "The label does not say to keep the product out of the sight and reach of children."


@rule("MAS-42", cite="R-DEL-02; Annex III (k), (l)", mend="Name who answers for the product.")
def label_names_who_answers(bundle: Bundle) -> Iterator[str]:
    """The label names the holder and the authorisation, or the trial and its sponsor."""
    product, label = bundle.product, bundle.product.label
    authorised = label.holder_name and label.holder_address and label.authorisation_number
    on_trial = label.trial_number and label.sponsor_name and label.sponsor_address
    if not product.is_bank and not authorised and not on_trial:
        yield "The label names neither holder and authorisation, nor trial and sponsor in full."


@rule("MAS-43", cite="R-DEL-02; R-DEL-03; Annex III (n)", mend="Correct the words of the label.")
def label_is_of_its_use(bundle: Bundle) -> Iterator[str]:
    """Only the label of an autologous product says that it is for autologous use."""
    product = bundle.product
    if product.donation_use is not DonationUse.AUTOLOGOUS and _says(product, AUTOLOGOUS):
        yield "The label says “autologous use”; the cells are those of another person."


RULES = (
    label_names_human_cells,
    label_warns_of_children,
    label_names_who_answers,
    label_is_of_its_use,
)

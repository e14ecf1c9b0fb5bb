"""Papers beside the batch record: a certificate on its own, and what travels with a shipment.

Each is made whole as one contract, printed from it and carries it, like the record itself.
"""

from typing import Literal

from pydantic import Field

from schemas.base import Code, Contract, Moment, Text, ZoneName
from schemas.delivery import OrderFacts, ShipmentShown
from schemas.lot import LotFacts, Stage
from schemas.product import Product
from schemas.release import CertificateFacts, ReleaseVerdict
from schemas.trail import Head, SignedWords

CERTIFICATE_FORMAT = "passage-certificate/1"


class Site(Contract):
    """Who made a paper, when, and up to which entry of the trail."""

    code: Code
    name: Text
    zone: ZoneName
    software: Text
    made_at: Moment
    head: Head


class LotCertificate(Contract):
    """One line of the register with the words that were signed and what they rest on (R-QP-01)."""

    format: Literal["passage-certificate/1"] = "passage-certificate/1"
    site: Site
    lot: LotFacts
    product: Product
    containers: int
    line: CertificateFacts
    signed: SignedWords
    verdict: ReleaseVerdict = Field(description="Exactly the one that was signed")
    stage: Stage = Field(description="Of the lot when this paper was made")


class ShippingPapers(Contract):
    """What goes with a shipment: identity, custody, conditions, making ready (R-DEL-01 to -11)."""

    format: Literal["passage-shipping-papers/1"] = "passage-shipping-papers/1"
    site: Site
    order: OrderFacts
    shown: ShipmentShown

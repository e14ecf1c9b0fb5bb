"""The rules of delivery: of a container, a load, an identity, a journey, an administration."""

from app.delivery.rules.containers import RULES as CONTAINER
from app.delivery.rules.journeys import GIVING, IDENTITY, JOURNEY
from app.delivery.rules.loads import RULES as LOAD

RULES = (*CONTAINER, *LOAD, *IDENTITY, *JOURNEY, *GIVING)

__all__ = ["CONTAINER", "GIVING", "IDENTITY", "JOURNEY", "LOAD", "RULES"]

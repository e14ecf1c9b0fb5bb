"""Delivery for machines: the same actions, the same contracts."""

from app.delivery.api import containers, steps
from app.web.routing import API, Addresses

api = Addresses(prefix=API, tags=["delivery"])
api.include(steps.api, containers.api)

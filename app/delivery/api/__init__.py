"""Delivery for machines: the same actions, the same contracts."""

from app.delivery.api import containers, steps
from app.web.routing import API, StageRouter

api = StageRouter(prefix=API, tags=["delivery"])
for part in (steps.api, containers.api):
    api.include_router(part)

"""Delivery for machines: the same actions, the same contracts."""

from fastapi import APIRouter

from app.delivery.api import containers, steps

api = APIRouter(tags=["delivery"])
for part in (steps.api, containers.api):
    api.include_router(part)

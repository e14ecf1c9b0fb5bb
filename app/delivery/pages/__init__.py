"""Screens of delivery: orders, shipments step by step, what was stopped, and genealogy."""

from app.delivery.pages import containers, genealogy, orders, shipments, stops
from app.web.routing import StageRouter

pages = StageRouter()
for part in (orders.pages, shipments.pages, containers.pages, stops.pages, genealogy.pages):
    pages.include_router(part)

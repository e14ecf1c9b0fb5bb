"""Screens of delivery: orders, shipments step by step, what was stopped, and genealogy."""

from app.delivery.pages import containers, genealogy, orders, shipments, stops
from app.web.routing import Addresses

pages = Addresses()
pages.include(orders.pages, shipments.pages, containers.pages, stops.pages, genealogy.pages)

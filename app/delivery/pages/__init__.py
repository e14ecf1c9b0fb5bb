"""Screens of delivery: orders, shipments step by step, what was stopped, and genealogy."""

from fastapi import APIRouter

from app.delivery.pages import containers, genealogy, orders, shipments, stops

pages = APIRouter()
for part in (orders.pages, shipments.pages, containers.pages, stops.pages, genealogy.pages):
    pages.include_router(part)

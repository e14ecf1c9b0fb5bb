"""Screens of production: the lots, their start, their steps, their endorsement."""

from app.expansion.pages import lots, steps
from app.web.routing import Addresses

pages = Addresses()
pages.include(lots.pages, steps.pages)

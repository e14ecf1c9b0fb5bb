"""Screens of production: the lots, their start, their steps, their endorsement."""

from app.expansion.pages import lots, steps
from app.web.routing import StageRouter

pages = StageRouter()
pages.include_router(lots.pages)
pages.include_router(steps.pages)

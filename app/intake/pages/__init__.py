"""Screens of intake: the worklist, donors under their code, donations on their way."""

from app.intake.pages import corrections, donations, donors, results
from app.web.routing import StageRouter

pages = StageRouter()
for part in (donations.pages, donors.pages, results.pages, corrections.pages):
    pages.include_router(part)

"""Screens of intake: the worklist, donors under their code, donations on their way."""

from app.intake.pages import corrections, donations, donors, results
from app.web.routing import Addresses

pages = Addresses()
pages.include(donations.pages, donors.pages, results.pages, corrections.pages)

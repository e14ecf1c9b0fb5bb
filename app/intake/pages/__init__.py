"""Screens of intake: the worklist, donors under their code, donations on their way."""

from fastapi import APIRouter

from app.intake.pages import corrections, donations, donors, results

pages = APIRouter()
for part in (donations.pages, donors.pages, results.pages, corrections.pages):
    pages.include_router(part)

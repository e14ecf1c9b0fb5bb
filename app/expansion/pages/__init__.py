"""Screens of production: the lots, their start, their steps, their endorsement."""

from fastapi import APIRouter

from app.expansion.pages import lots, steps

pages = APIRouter()
pages.include_router(lots.pages)
pages.include_router(steps.pages)

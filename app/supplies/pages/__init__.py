"""Screens of the stores."""

from fastapi import APIRouter

from app.supplies.pages import equipment, materials, stores

pages = APIRouter()
pages.include_router(stores.pages)
pages.include_router(materials.pages)
pages.include_router(equipment.pages)

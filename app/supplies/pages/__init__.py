"""Screens of the stores."""

from app.supplies.pages import equipment, materials, stores
from app.web.routing import StageRouter

pages = StageRouter()
pages.include_router(stores.pages)
pages.include_router(materials.pages)
pages.include_router(equipment.pages)

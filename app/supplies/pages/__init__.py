"""Screens of the stores."""

from app.supplies.pages import equipment, materials, stores
from app.web.routing import Addresses

pages = Addresses()
pages.include(stores.pages, materials.pages, equipment.pages)

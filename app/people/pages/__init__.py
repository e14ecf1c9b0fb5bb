"""The pages of people: signing in, one's own account, everybody's accounts, training."""

from app.people.pages import accounts, own, sign_in, training
from app.web.routing import Addresses

open_pages = sign_in.open_pages
pages = Addresses()
pages.include(sign_in.pages, own.pages, accounts.pages, training.pages)

__all__ = ["open_pages", "pages"]

"""The pages of people: signing in, one's own account, everybody's accounts, training."""

from app.people.pages import accounts, own, sign_in, training
from app.web.routing import StageRouter

open_pages = sign_in.open_pages
pages = StageRouter()
for part in (sign_in, own, accounts, training):
    pages.include_router(part.pages)

__all__ = ["open_pages", "pages"]

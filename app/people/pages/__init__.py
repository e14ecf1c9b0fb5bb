"""The pages of people: signing in, one's own account, everybody's accounts, training."""

from fastapi import APIRouter

from app.people.pages import accounts, own, sign_in, training

open_pages = sign_in.open_pages
pages = APIRouter()
for part in (sign_in, own, accounts, training):
    pages.include_router(part.pages)

__all__ = ["open_pages", "pages"]

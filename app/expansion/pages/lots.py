"""Screens of the lots: the list, and the start of a new one."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.expansion import actions, overview
from app.expansion.cases import is_trained
from app.masters.shelf import effective_bundle
from app.people.actor import Actor, local_day
from app.people.sessions import allowed
from app.web.clock import Now
from app.web.fields import Option
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.expansion import StartLot
from schemas.lot import Stage
from schemas.lot_list import LotSearch

pages = Addresses(prefix="/lots")
Starter = Annotated[Actor, allowed("lot.start")]


@pages.get("", dependencies=[allowed("lot.read")])
def lots(request: Request, search: Annotated[LotSearch, Query()], session: Look) -> Response:
    """Every lot, newest first, by stage, product or number."""
    return show(
        request,
        "expansion/lots.html",
        search=search,
        found=overview.lots(session, search),
        stages=tuple(Stage),
        products=overview.product_codes(session),
    )


@pages.get("/new")
def choose_product(request: Request, by: Starter, at: Now, session: Look) -> Response:
    """What a lot can be started of today."""
    products = overview.products(session, by=by, at=at)
    return show(request, "expansion/new.html", products=products)


@pages.get("/new/{product_code}")
def start_form(
    request: Request, product_code: str, by: Starter, at: Now, session: Look
) -> Response:
    """The form that starts a lot: donations or bank containers, picked or scanned."""
    effective = effective_bundle(session, product_code, on=local_day(by, at))
    product, master = effective.bundle.product, effective.bundle.master
    donations = overview.donations_for(session, product)
    return show(
        request,
        "expansion/start.html",
        contract=StartLot,
        product=product,
        master=master,
        from_donations=master.starting_from.kind == "donations",
        donations=donations,
        options={
            "donations.donation": tuple(
                Option(each.donation_code, f"{each.donation_code}, {each.state.label.lower()}")
                for each in donations
            )
        },
        containers=overview.containers_for(session, master, at=at),
        trained=is_trained(session, by, master, local_day(by, at)),
    )


@pages.post("/new/{product_code}")
def start(
    by: Starter, form: Annotated[StartLot, sent(StartLot)], at: Now, session: UnitOfWork
) -> Response:
    """Start the lot."""
    lot = actions.start_lot(session, form, by=by, at=at)
    return go_to(f"/lots/{lot.number}/production", f"Lot {lot.number} is started.")

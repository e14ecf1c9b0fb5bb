"""Screens of everything in store, of what materials must be, and of who may supply them."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.people.actor import Actor
from app.people.sessions import allowed
from app.supplies import actions
from app.web.clock import Now
from app.web.forms import Option
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, UnitOfWork
from schemas.quantity import Unit
from schemas.supply_forms import ApproveSupplier, NewMaterial
from schemas.supply_views import SupplySearch
from schemas.trail import Meaning

pages = Addresses(prefix="/supplies")

Reader = Annotated[Actor, allowed("supply.read")]
Decider = Annotated[Actor, allowed("supply.decide")]

Words = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]
# What is received and used on a bench; concentrations and densities are not.
STOCK_UNITS = (
    Unit.MILLILITRE,
    Unit.MICROLITRE,
    Unit.LITRE,
    Unit.ONE,
    Unit.MILLIGRAM,
    Unit.GRAM,
    Unit.KILOGRAM,
    Unit.IU,
)
UNIT_OPTIONS = tuple(Option(each.value, each.sign or "pieces") for each in STOCK_UNITS)


@pages.get("")
def stores(
    *,
    request: Request,
    by: Reader,
    at: Now,
    session: Look,
    words: Words = "",
    everything: bool = False,
) -> Response:
    """The material lots, equipment and rooms, and what waits."""
    search = SupplySearch(words=words, everything=everything)
    return show(
        request,
        "supplies/stores.html",
        search=search,
        found=actions.overview(session, search, by=by, at=at),
        tasks=(*actions.waiting(session, by), *actions.falling_due(session, by, at)),
    )


@pages.get("/find", dependencies=[allowed("supply.read")])
def find(session: Look, words: Words = "") -> Response:
    """Where a scanned number leads, or a search."""
    return go_to(actions.page_for(session, words))


@pages.get("/catalogue", dependencies=[allowed("supply.read")])
def show_catalogue(request: Request, session: Look) -> Response:
    """What each material must be, and who may supply it."""
    return show(request, "supplies/catalogue.html", catalogue=actions.catalogue(session))


@pages.get("/catalogue/new", dependencies=[allowed("supply.decide")])
def material_form(request: Request) -> Response:
    """The form that defines a material."""
    options = {"unit": UNIT_OPTIONS}
    return show(request, "supplies/new_material.html", contract=NewMaterial, options=options)


@pages.post("/catalogue/new")
def define_material(
    by: Decider, form: Annotated[NewMaterial, sent(NewMaterial)], at: Now, session: UnitOfWork
) -> Response:
    """Define a material."""
    material = actions.define_material(session, form, by=by, at=at)
    return go_to("/supplies/catalogue", f"{material.code} is defined.")


@pages.get("/suppliers/approve", dependencies=[allowed("supply.decide")])
def supplier_form(request: Request, session: Look, code: Words = "") -> Response:
    """The form that approves a supplier, or decides again on one that is known."""
    names = {each.code: each.name for each in actions.known_suppliers(session)}
    known = tuple(Option(each.code, each.title) for each in actions.known_materials(session))
    return show(
        request,
        "supplies/supplier.html",
        contract=ApproveSupplier,
        values={"code": code, "name": names[code]} if code in names else {},
        options={"materials": known},
        meaning=Meaning.DECIDED,
    )


@pages.post("/suppliers/approve")
def approve_supplier(
    by: Decider,
    form: Annotated[ApproveSupplier, sent(ApproveSupplier)],
    at: Now,
    session: UnitOfWork,
) -> Response:
    """Approve a supplier, or withdraw it."""
    actions.approve_supplier(session, form, by=by, at=at)
    return go_to("/supplies/catalogue", f"{form.name}: {form.standing}.")

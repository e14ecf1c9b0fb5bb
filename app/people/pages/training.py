"""Training: who is trained on what, and what lapses."""

from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from app.people import actions
from app.people.actor import Actor, local_day
from app.people.sessions import allowed
from app.web.clock import Now
from app.web.fields import Option
from app.web.pages import go_to, sent, show
from app.web.routing import Addresses
from app.web.unit import Look, Recording, UnitOfWork
from schemas.people import AccountState, NewTraining

pages = Addresses()

Reader = Annotated[Actor, allowed("training.read")]
Recorder = Annotated[Actor, allowed("training.record")]


@pages.get("/training")
def list_training(request: Request, by: Reader, at: Now, session: Look) -> Response:
    """Every training that counts, what lapses first at the top."""
    trainings = actions.training_list(session, on=local_day(by, at))
    return show(request, "people/training.html", trainings=trainings)


@pages.get("/training/new")
def new_training(
    request: Request, by: Recorder, at: Now, session: Look, username: str = ""
) -> Response:
    """The form to record a training."""
    people = tuple(
        Option(each.username, f"{each.name} ({each.username})")
        for each in actions.account_list(session, by=by, at=at)
        if each.state is not AccountState.CLOSED
    )
    return show(
        request,
        "people/training_new.html",
        contract=NewTraining,
        values={"username": username, "trained_on": local_day(by, at)},
        options={"username": people},
    )


@pages.post("/training/new")
def record_training(
    by: Recorder,
    form: Annotated[NewTraining, sent(NewTraining)],
    at: Now,
    record: Recording,
    session: UnitOfWork,
) -> Response:
    """Record a training."""
    training = actions.record_training(session, form, by=by, at=at, record=record)
    return go_to("/training", f"The training of {training.account.name} is recorded.")

"""The floor under the figures: the same framework, driver, disk and template, and nothing else.

No person, no rule, no trail: one row is kept durably, or one page of lots is found by its key.
"""

import sys
from collections.abc import Iterator
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel
from sqlalchemy import JSON, Column, Integer, MetaData, Table, insert, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.db import Database
from app.expansion.overview import PAGE
from app.lot.models import Lot
from app.main import menu
from app.people.actor import Actor
from app.web.pages import environment, show
from schemas.lot import Stage
from schemas.lot_list import LotList, LotSearch
from schemas.people import Role

row = Table("floor_row", MetaData(), Column("id", Integer, primary_key=True), Column("body", JSON))
NOBODY = Actor(0, "nobody", "Nobody", (Role.QA,), "Europe/Warsaw", "UNIT1")


class Body(BaseModel):
    """Anything."""

    results: list[dict[str, object]]


def floor(database: Database) -> FastAPI:
    """An application with two addresses: one keeps what it is sent, one shows lots."""
    app = FastAPI()
    environment.globals["menu"] = menu
    row.create(database.engine, checkfirst=True)

    def writing() -> Iterator[Session]:
        with database.writing() as session:
            yield session

    def reading() -> Iterator[Session]:
        with database.reading() as session:
            yield session

    @app.post("/row")
    def keep(body: Body, session: Annotated[Session, Depends(writing, scope="function")]) -> Body:
        session.execute(insert(row).values(body=body.model_dump()))
        return body

    @app.get("/lots")
    def lots(
        request: Request, session: Annotated[Session, Depends(reading)], before: int = 2**31 - 1
    ) -> Response:
        request.state.actor = NOBODY
        keyset = (
            select(Lot)
            .where(Lot.stage == Stage.CERTIFIED, Lot.id < before)
            .order_by(Lot.id.desc())
            .limit(PAGE)
        )
        return show(
            request,
            "expansion/lots.html",
            search=LotSearch(stage=Stage.CERTIFIED),
            found=LotList.model_construct(lines=session.scalars(keyset).all(), next_before=1),
            stages=tuple(Stage),
            products=(),
        )

    return app


if __name__ == "__main__":
    uvicorn.run(floor(Database(sys.argv[1])), port=int(sys.argv[2]), log_level="warning")

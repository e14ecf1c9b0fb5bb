"""The floor under every figure: a bare FastAPI that keeps one row for each request, durably.

No person, no rule, no trail: what is left is the framework, the driver and the disk.
"""

import sys
from collections.abc import Iterator
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import JSON, Column, Integer, MetaData, Table, insert
from sqlalchemy.orm import Session

from app.db import Database

row = Table("floor_row", MetaData(), Column("id", Integer, primary_key=True), Column("body", JSON))


class Body(BaseModel):
    """Anything."""

    results: list[dict[str, object]]


def floor(database: Database) -> FastAPI:
    """An application with one address that keeps what it is sent."""
    app = FastAPI()
    row.create(database.engine, checkfirst=True)

    def writing() -> Iterator[Session]:
        with database.writing() as session:
            yield session

    @app.post("/row")
    def keep(body: Body, session: Annotated[Session, Depends(writing, scope="function")]) -> Body:
        session.execute(insert(row).values(body=body.model_dump()))
        return body

    return app


if __name__ == "__main__":
    uvicorn.run(floor(Database(sys.argv[1])), port=int(sys.argv[2]), log_level="warning")

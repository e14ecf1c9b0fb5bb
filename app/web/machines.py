"""Writes by machines: an idempotency key makes a repeated request answer, not act, twice."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial, wraps
from hashlib import sha256
from typing import Annotated, ParamSpec, TypeVar

from fastapi import Depends, Header, Request
from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from starlette.datastructures import UploadFile
from starlette.responses import Response

from app.asking import asked_under
from app.db import Base, Technical, columns_of
from app.errors import RecordError
from app.kept import Ask
from app.web.clock import moment_of
from app.web.unit import Begin, turn_to_write
from schemas.base import Contract

P = ParamSpec("P")
R = TypeVar("R", bound=Contract)
PENDING = "idempotent answer to keep"
STATUS = "status of this address"
_ALONE = select(func.pg_advisory_xact_lock(bindparam("number", type_=BigInteger)))


class IdempotentAnswer(Technical, Base):
    """The answer to a write that named a key, kept in the same transaction as the write."""

    __tablename__ = "idempotent_answer"

    key: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[str]
    status: Mapped[int] = mapped_column(server_default="200")
    body: Mapped[str]
    at: Mapped[datetime]


_ANSWERS = columns_of(IdempotentAnswer)
_KNOWN = select(_ANSWERS.request_digest, _ANSWERS.status, _ANSWERS.body).where(
    _ANSWERS.key == bindparam("key")
)


class KeyReused(RecordError):
    """This idempotency key was used for another request. Choose a new key."""

    status = 422
    title = "Key already used"


class Answered(Exception):
    """This request was done before; its answer is given again."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__("answered before")
        self.status = status
        self.body = body


FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
LENIENT = ("utf-8", "surrogatepass")


async def sent_bytes(request: Request) -> bytes:
    """The body of the request, for telling a repetition from another request.

    A form with files was read from the wire already, and its parts are divided by chance words:
    what counts are the names and the contents.
    """
    if not request.headers.get("content-type", "").startswith(FORMS):
        return await request.body()
    told = []
    for name, value in (await request.form()).multi_items():
        content = value.encode(*LENIENT) if isinstance(value, str) else await _content(value)
        told.append(f"{name}={sha256(content).hexdigest()}")
    return "\n".join(told).encode(*LENIENT)


async def _content(file: UploadFile) -> bytes:
    content = await file.read()
    await file.seek(0)
    return content


@dataclass(frozen=True)
class _ToKeep:
    """What is kept of a request that named a key, beside its answer."""

    key: str
    request_digest: str
    at: datetime


async def _to_keep(request: Request, idempotency_key: str) -> _ToKeep:
    """What is kept of a request that names a key; its answer is not known yet."""
    whose = request.headers.get("authorization", "")
    # with the token, which nobody stores: a body holds a password, and this digest is quick to try
    asked = f"{whose}\n{request.method} {request.url.path}\n".encode() + await sent_bytes(request)
    return _ToKeep(
        key=sha256(f"{whose}\n{idempotency_key}".encode()).hexdigest(),
        request_digest=sha256(asked).hexdigest(),
        at=moment_of(request),
    )


async def once(
    request: Request, idempotency_key: Annotated[str | None, Header(max_length=200)] = None
) -> AsyncIterator[Begin]:
    """What begins a unit of work in which a repeated key gives the first answer, and does nothing.

    The unit raises:
        Answered: the same request was done before.
        KeyReused: the key was used for something else.
    """
    key, status = idempotency_key, getattr(request.scope.get("route"), "status_code", None) or 200
    # first, as nobody else writes while the turn is held: no body is waited for with it
    pending = None if key is None else await _to_keep(request, key)
    async with turn_to_write(request) as unit:
        yield partial(_answering, unit, status, pending)


@contextmanager
def _answering(unit: Begin, status: int, pending: _ToKeep | None) -> Iterator[Session]:
    with unit() as session:
        session.info[STATUS] = status
        if pending is not None:
            _refuse_again(session, pending)
            session.info[PENDING] = pending
        yield session


def _refuse_again(session: Session, pending: _ToKeep) -> None:
    # the same key at the same moment: the second waits, and finds the first one's answer
    number = int.from_bytes(bytes.fromhex(pending.key[:16]), signed=True)
    alone, question = Ask(_ALONE, {"number": number}), Ask(_KNOWN, {"key": pending.key})
    _, (found,) = asked_under(session, [alone], [question])
    known = found.first()
    if known is None:
        return
    if known.request_digest != pending.request_digest:
        raise KeyReused
    raise Answered(known.status, known.body)


Once = Annotated[Session, Depends(once, scope="function")]


def answers_once(endpoint: Callable[P, R]) -> Callable[P, Response]:
    """Keep the answer of an API write beside what it wrote; the endpoint takes `session: Once`.

    The answer is a contract, valid since it was made, and is written once: the bytes that are
    sent are the ones that are kept.
    """

    @wraps(endpoint)
    def answering(*args: P.args, **kwargs: P.kwargs) -> Response:
        body = endpoint(*args, **kwargs).model_dump_json()
        session = kwargs["session"]
        assert isinstance(session, Session)
        said = kwargs.get("response")  # where a deed may be done and yet answer a no
        status = (said.status_code if isinstance(said, Response) else None) or session.info[STATUS]
        pending: _ToKeep | None = session.info.get(PENDING)
        if pending is not None:
            session.add(IdempotentAnswer(**asdict(pending), status=status, body=body))
        return Response(body, status, media_type="application/json")

    return answering


async def answer_again(request: Request, answered: Exception) -> Response:  # noqa: ARG001 - the framework's signature
    """Give the first answer again."""
    assert isinstance(answered, Answered)
    replay = {"idempotent-replay": "true"}
    return Response(answered.body, answered.status, replay, "application/json")

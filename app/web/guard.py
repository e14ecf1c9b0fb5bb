"""What every request passes first: same origin, a limited body, and what every answer carries."""

import secrets
from collections.abc import Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import RecordError

DIGITS_MAX = 15
KEPT_VERSION = "public, max-age=31536000, immutable"
KEPT_FILE = "public, max-age=300, stale-while-revalidate=86400"
"""A page is never kept; what it wears is, so that a tablet does not ask for it at every page."""

ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"permissions-policy": b"camera=(self), geolocation=(), microphone=()",
}
OVER_HTTPS = {b"strict-transport-security": b"max-age=31536000; includeSubDomains"}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class FromElsewhere(RecordError):
    """This form was sent by a page of another site. Open the page here, and fill it in again."""

    status = 403
    title = "Not from here"


class TooLarge(RecordError):
    """What was sent is larger than this site accepts; nothing of it was kept."""

    status = 413
    title = "Too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            f"What was sent is larger than the {limit_bytes // 2**20} MiB this site accepts; "
            "nothing of it was kept. Go back, choose a smaller file, or divide it, and send again."
        )


def client_address(request: Request) -> str:
    """The address a request came from, or a dash."""
    return request.client.host if request.client else "-"


class Guard:
    """Refuses forms from elsewhere and bodies that are too large; sets the security headers."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        upload_bytes: int,
        secure: bool,
        refuse: Callable[[Request, RecordError], Response],
    ) -> None:
        self.app = app
        self.upload_bytes = upload_bytes
        self.secure = secure
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(12)
        scope.setdefault("state", {})["nonce"] = nonce
        sending = self._with_headers(send, nonce, scope)
        no = self._refusal(scope)
        if no is not None:
            await self.refuse(Request(scope), no)(scope, receive, sending)
            return
        await self.app(scope, _limited(receive, self.upload_bytes), sending)

    def _refusal(self, scope: Scope) -> RecordError | None:
        headers = Headers(scope=scope)
        if not _same_origin(scope, headers):
            return FromElsewhere()
        if int_or_zero(headers.get("content-length")) > self.upload_bytes:
            return TooLarge(self.upload_bytes)
        return None

    def _with_headers(self, send: Send, nonce: str, scope: Scope) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = message.get("headers", ())
                names = {name.lower() for name, _ in said}
                ours = _headers(nonce, scope, secure=self.secure).items()
                message["headers"] = [*said, *(each for each in ours if each[0] not in names)]
            await send(message)

        return sending


def _limited(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def receiving() -> MutableMapping[str, Any]:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLarge(limit)  # a body without an honest length
        return message

    return receiving


def _same_origin(scope: Scope, headers: Headers) -> bool:
    """Unsafe requests come from our own pages, or carry a token and no cookie (the API)."""
    if scope["method"] in SAFE:
        return True
    if "authorization" in headers and "cookie" not in headers:
        return True
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")


def _headers(nonce: str, scope: Scope, *, secure: bool) -> dict[bytes, bytes]:
    """What every answer says beside what it is, unless it says otherwise itself."""
    policy = (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; "
        "img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    own = {b"content-security-policy": policy.encode(), b"cache-control": _kept(scope).encode()}
    return own | ALWAYS | (OVER_HTTPS if secure else {})


def _kept(scope: Scope) -> str:
    """How long a browser may keep an answer: a version of a file for ever, a page never."""
    if not scope["path"].startswith("/static/"):
        return "no-store"
    return KEPT_VERSION if scope["query_string"].startswith(b"v=") else KEPT_FILE


def int_or_zero(text: str | None) -> int:
    """A header's whole number, or 0 where there is none."""
    known = text is not None and text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX
    return int(text) if text and known else 0

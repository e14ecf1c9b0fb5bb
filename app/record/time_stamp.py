"""Asking a time-stamp authority outside (RFC 3161) when a record is sealed."""

import urllib.request
from asyncio import to_thread

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import set_tsp_headers

from app.record.seal import NotSealed
from app.settings import settings

TIMEOUT_SECONDS = 20
REPLY = "application/timestamp-reply"
ANSWER_BYTES_MAX = 2**20


class WebTimeStamper(TimeStamper):
    """Asks one authority over http or https.

    Raises:
        NotSealed: the address is neither; when asked: no answer, or something else.
    """

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise NotSealed(f"PASSAGE_TIMESTAMP_URL is no web address: {url}")
        super().__init__()  # type: ignore[no-untyped-call]
        self.url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The authority's answer, as it came."""
        return await to_thread(self._ask, req.dump())

    def _ask(self, question: bytes) -> tsp.TimeStampResp:
        headers = set_tsp_headers({})
        asked = urllib.request.Request(self.url, question, headers)  # noqa: S310 - http, https
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310
                kind, answer = reply.headers.get_content_type(), reply.read(ANSWER_BYTES_MAX)
        except OSError as wrong:
            raise NotSealed(f"The time-stamp authority does not answer: {wrong}.") from wrong
        if kind != REPLY:
            raise NotSealed(f"The time-stamp authority answers {kind}, not a time stamp.")
        return tsp.TimeStampResp.load(answer)


def stamper_of_site() -> TimeStamper | None:
    """The authority named in PASSAGE_TIMESTAMP_URL, or None: then the time is the site's own."""
    url = settings().timestamp_url
    return WebTimeStamper(url) if url else None

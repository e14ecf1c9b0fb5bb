"""A record is sealed under a time stamp that an authority gives over the web, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from asn1crypto import tsp
from cryptography import x509
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from app.record.keys import SealingKey
from app.record.proof import verify
from app.record.seal import NotSealed, seal
from app.record.time_stamp import WebTimeStamper
from schemas.proof import Holds

from .conftest import AT

STAMP = "application/timestamp-reply"


@contextmanager
def authority(stamper: DummyTimeStamper, *, kind: str = STAMP) -> Iterator[str]:
    """The address of an authority that listens on this machine."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            answer = stamper.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            serving.join()


def test_the_authority_vouches_for_the_time_of_the_seal(
    paper: bytes, key: SealingKey, stamper: DummyTimeStamper
) -> None:
    with authority(stamper) as url:
        sealed = seal(
            paper, key, reason="Sealed", location="Brno", at=AT, timestamper=WebTimeStamper(url)
        )
    known = x509.load_der_x509_certificate(stamper.tsa_cert.dump())
    report = verify(sealed, [key.authority, known])
    assert report.holds is Holds.YES
    assert report.seal is not None
    assert report.seal.time_is_stamped
    assert report.seal.sealed_at == AT + timedelta(seconds=3)


def test_an_answer_that_is_no_time_stamp_seals_nothing(
    paper: bytes, key: SealingKey, stamper: DummyTimeStamper
) -> None:
    with authority(stamper, kind="text/html") as url, pytest.raises(NotSealed, match="text/html"):
        seal(paper, key, reason="Sealed", location="Brno", at=AT, timestamper=WebTimeStamper(url))


def test_an_authority_that_does_not_answer_seals_nothing(paper: bytes, key: SealingKey) -> None:
    nobody = WebTimeStamper("http://127.0.0.1:9/")
    with pytest.raises(NotSealed, match="does not answer"):
        seal(paper, key, reason="Sealed", location="Brno", at=AT, timestamper=nobody)


def test_an_address_that_is_not_of_the_web_is_refused() -> None:
    with pytest.raises(NotSealed, match="no web address"):
        WebTimeStamper("file:///etc/passwd")

"""What a stranger at the wire meets: headers, cookies, sessions, methods; see docs/security.md."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import uvicorn

from app import cli
from app.db import Database
from app.main import create_app
from app.people.pages.sign_in import safe_path
from app.settings import settings
from app.web.listening import listen
from tests.conftest import PASSWORD, Browser, Clock

SIGN_IN = {"username": "olga", "password": PASSWORD}
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.fixture
def strangers(sqlite_database: Database, clock: Clock) -> Callable[[], Browser]:
    app = create_app(sqlite_database, clock)
    return lambda: Browser(app, None)


@pytest.fixture
def over_https(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PASSAGE_PUBLIC_URL", "https://passage.example.org")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/", "/nowhere", "/api/v1/lots", "/api/v1/openapi.json", "/static/passage.css"],
)
def test_every_answer_tells_the_browser_what_it_may_not_do(
    strangers: Callable[[], Browser], path: str
) -> None:
    answer = strangers().get(path)
    assert {each: answer.headers[each] for each in ALWAYS} == ALWAYS
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert not {"server", "x-powered-by"} & set(answer.headers)
    assert "strict-transport-security" not in answer.headers, "this one came by http"
    if not path.startswith("/static"):
        assert answer.headers["cache-control"] == "no-store"


def test_over_https_the_cookie_and_the_browser_stay_there(
    over_https: None, strangers: Callable[[], Browser]
) -> None:
    answer = strangers().post("/sign-in", data=SIGN_IN)
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == "__Host-passage"
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(rest.split("; "))
    assert "Domain" not in rest
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


def test_a_session_has_a_name_nobody_guesses_and_a_new_one_each_time(
    strangers: Callable[[], Browser],
) -> None:
    tokens = set()
    for _ in range(3):
        stranger = strangers()
        stranger.cookies.set("passage", "chosen-by-somebody-else")
        answer = stranger.post("/sign-in", data=SIGN_IN)
        tokens.add(answer.cookies["passage"])
    assert len(tokens) == 3
    assert all(len(each) == 43 for each in tokens), "256 bits"


def test_what_signed_out_is_out(strangers: Callable[[], Browser]) -> None:
    olga = strangers()
    token = olga.post("/sign-in", data=SIGN_IN).cookies["passage"]
    assert olga.get("/account").status_code == 200
    answer = olga.post("/sign-out")
    assert 'passage=""' in answer.headers["set-cookie"]
    again = strangers()
    again.cookies.set("passage", token)
    assert again.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("hours", "status"),
    [pytest.param(12, 200, id="twelve hours"), pytest.param(12.01, 303, id="and a little more")],
)
def test_a_session_ends_however_busy(
    strangers: Callable[[], Browser], clock: Clock, hours: float, status: int
) -> None:
    olga, end = strangers(), clock() + timedelta(hours=hours)
    olga.post("/sign-in", data=SIGN_IN)
    while clock() + timedelta(minutes=10) < end:
        clock.forward(minutes=10)
        olga.get("/account")
    clock.now = end
    assert olga.get("/account").status_code == status


def test_no_other_origin_reads_an_answer(strangers: Callable[[], Browser]) -> None:
    for path in ("/sign-in", "/api/v1/lots"):
        answer = strangers().get(path, headers={"origin": "https://elsewhere.example"})
        assert not [each for each in answer.headers if each.startswith("access-control-")]
    asked = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    assert strangers().options("/api/v1/masters", headers=asked).status_code == 405


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT"])
def test_no_other_method_does_anything(strangers: Callable[[], Browser], method: str) -> None:
    for path in ("/sign-in", "/masters/import", "/api/v1/masters"):
        assert strangers().request(method, path).status_code == 405


@pytest.mark.parametrize("path", ["/static/", "/static/vendor", "/docs", "/redoc", "/.env"])
def test_nothing_is_listed_and_nothing_extra_is_served(
    strangers: Callable[[], Browser], path: str
) -> None:
    assert strangers().get(path).status_code == 404


@pytest.mark.parametrize("path", ["/static/../main.py", "/static/..%2fmain.py", "/static/%2e%2e/"])
def test_no_address_leads_out_of_the_folder(strangers: Callable[[], Browser], path: str) -> None:
    assert strangers().get(path).status_code == 404


@pytest.mark.parametrize(
    ("asked", "goes_to"),
    [
        ("/lots?page=2", "/lots?page=2"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("/\t/elsewhere.example", "/"),
        ("/\r\nlocation: x", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(asked: str | None, goes_to: str) -> None:
    assert safe_path(asked) == goes_to


@pytest.mark.parametrize(
    ("password", "status"),
    [
        pytest.param("eleven char", 422, id="11 characters"),
        pytest.param("twelve chars", 303, id="12"),
        pytest.param("żółta łódź 海 płynie", 303, id="of any alphabet, with spaces"),
        pytest.param("x y" * 42 + "zz", 303, id="128"),
        pytest.param("x y" * 42 + "zzz", 422, id="129"),
    ],
)
def test_how_long_a_password_is(
    strangers: Callable[[], Browser], password: str, status: int
) -> None:
    olga = strangers()
    olga.post("/sign-in", data=SIGN_IN)
    change = {"current": PASSWORD, "password": password}
    assert olga.post("/account/password", data=change).status_code == status
    sent = {"username": "olga", "password": password}
    signed_in = strangers().post("/sign-in", data=sent).status_code
    assert (signed_in == 303) is (status == 303)
    if status == 303:
        cut = {**sent, "password": password[:-1]}
        assert strangers().post("/sign-in", data=cut).status_code == 401, "no character is cut off"


def test_the_server_does_not_say_what_it_is(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: Database
) -> None:
    served: list[uvicorn.Config] = []

    class Taken(uvicorn.Server):
        def run(self, **_: object) -> None:
            served.append(self.config)
            self.started = True

    monkeypatch.setattr(uvicorn, "Server", Taken)
    monkeypatch.setattr(cli, "open_database", lambda: sqlite_database)
    with cli.socket_for("127.0.0.1", 0) as listening, pytest.raises(cli.typer.Exit):
        cli.serve_on(listening)
    assert served[0].server_header is False


def test_a_connection_is_not_made_to_wait() -> None:
    """Of a socket that does not say it is TCP, asyncio holds small packets back for 40 ms."""
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        taken, _ = listening.accept()
        with taken:
            assert taken.proto == socket.IPPROTO_TCP

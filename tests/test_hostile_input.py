"""Whatever is sent to a form: no page breaks, and what nobody can read is never written."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote_plus

import anyio
import pytest
from sqlalchemy import select

from app.db import Database
from app.main import create_app
from app.people import actions
from app.people.permissions import MAY
from app.settings import settings
from app.trail import audit
from app.trail.models import AuditEntry
from schemas.people import NewToken, SignIn
from tests.conftest import CAST, ENGINES, PASSWORD, Browser, Clock, Shelf, person
from tests.journeys.site import known_things, site_at_work
from tests.people.test_permissions import WAYS, Way

FORMS = [
    each
    for each in WAYS
    if each.method == "POST" and not each.for_machines and each.path != "/sign-out"
]
PAGES = [each for each in WAYS if each.method == "GET"]

UNREADABLE = {
    "a null byte": b"a%00b",
    "direction marks": quote_plus("\u202e0001 lot\u202c").encode(),
    "half of a character": b"%ED%A0%80lot",
    "no text at all": b"%FF%FE%FA",
    "a megabyte": b"x" * 2**20,
    "a number of ten thousand digits": b"9" * 10_000,
    "a line of another header": b"a%0D%0ASet-Cookie:+b%1B",
    "letters that are not drawn": quote_plus("lot\u00ad\u3164\U000e0041").encode(),
}
"""No field takes these; as they are sent, percent signs and all."""

SCRIPT = "<script>alert(1)</script>"
READABLE = {
    "a script": quote_plus(SCRIPT).encode(),
    "a template": quote_plus("{{7*7}}${7*7}{%raw%}").encode(),
    "a formula": quote_plus("=1+1; DROP TABLE lot").encode(),
    "not a number": b"NaN",
    "infinity": b"-Infinity",
    "an exponent": b"1e999999",
    "the year 10000": b"9999-12-31T23:59",
    "the year 1": b"0001-01-01T00:00",
    "a negative number": b"-1",
    "beyond 64 bit": b"9223372036854775808",
}
"""Text that a field may take; where it is taken it is shown as text, and nothing runs."""

FILES: dict[str, tuple[str, bytes]] = {
    "nothing in it": ("empty.csv", b""),
    "null bytes": ("a.csv", b"2026-03-02T10:15,\x00" * 50),
    "a line without an end": ("a.csv", b"x" * 200_000),
    "an open quote": ("a.csv", b'2026-03-02T10:15,"' + b"5," * 90_000),
    "a script": (f"{SCRIPT}.html", SCRIPT.encode()),
    "half a PDF": ("record.pdf", b"%PDF-1.7\n1 0 obj <</Kids [1 0 R]/Count 99999999999>>"),
    "a name backwards": ("a\u202efdp.csv", b"2026-03-02T10:15,5.1"),
    "a name elsewhere": ("../../etc/passwd", b"2026-03-02T10:15,5.1"),
    "a long name": ("\u017c" * 300, b"2026-03-02T10:15,5.1"),
}


class Boxes(HTMLParser):
    """The fields of the forms on a page: names, and the values a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.files: list[str] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = dict(attrs)
        name = at.get("name") or ""
        if tag == "input" and at.get("type") == "file":
            self.files.append(name)
        elif tag in {"input", "textarea"} and name:
            self.found.setdefault(name, at.get("value") or "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and at.get("value"):
            self.found.setdefault(self._select, at["value"] or "")


@dataclass
class Site:
    """A site at work, and somebody at a browser for each form."""

    database: Database
    clock: Clock
    app: Any
    cookies: dict[str, str]
    tokens: dict[str, str]
    real: dict[str, list[Any]]

    def who(self, way: Way) -> str:
        """Somebody who may do this."""
        roles = {name: roles for name, (_, roles, _) in CAST.items()} | {"adam": ()}
        may = [
            name for name, held in roles.items() if all(set(held) & MAY[each] for each in way.deeds)
        ]
        return (may or ["adam"])[0]

    def browser_for(self, way: Way) -> Browser:
        return Browser(self.app, self.cookies[self.who(way)])

    def machine_for(self, way: Way) -> Browser:
        client = Browser(self.app, None)
        client.headers["authorization"] = f"Bearer {self.tokens[self.who(way)]}"
        return client

    def addresses(self, way: Way, most: int = 1) -> list[str]:
        """The way to things that exist, other ones in each address."""
        parts = way.path.split("/")
        known = [
            self.real.get("donor_results" if "intake/results" in way.path else before, [1])
            if part.startswith("{")
            else None
            for before, part in zip(["", *parts], parts, strict=False)
        ]
        return [
            "/".join(
                _value(part, values, at) if values is not None else part
                for part, values in zip(parts, known, strict=True)
            )
            for at in range(0, -most, -1)
        ]

    def opened(self, way: Way, browser: Browser) -> tuple[str, Boxes]:
        """Where this form is really shown, and its fields; else the first address."""
        shown = {}
        for address in self.addresses(way, most=4):
            page = browser.get(address)
            assert page.status_code < 500, f"GET {address}"
            shown[address] = boxes_on(page.text)
            if page.status_code == 200:
                return address, shown[address]
        return next(iter(shown.items()))

    def done_since(self, last: int) -> set[str]:
        """The deeds in the trail after this entry, refusals left out."""
        with self.database.reading() as session:
            did = session.scalars(select(AuditEntry.did).where(AuditEntry.seq > last))
            return set(did) - {"refused"}

    def last(self) -> int:
        with self.database.reading() as session:
            return audit.head(session).seq


PARTS = {
    "{version}": ["1"],
    "{occurrence}": ["1"],
    "{kind}": ["batch_record", "audit_trail"],
    "{act}": ["final", "conditional", "reject", "recall"],
    "{state}": ["released", "rejected"],
    "{product_code}": ["BM-MSC-AUTO"],
}


def _value(part: str, values: list[Any], at: int) -> str:
    among = PARTS.get(part, values)
    return str(among[at % len(among)])


@pytest.fixture(scope="module")
def sites(shelf: Shelf) -> Iterator[tuple[Site, ...]]:
    """The same site on each engine; forms and pages take turns."""
    with ExitStack() as lent:
        both = [lent.enter_context(shelf.lent(engine, site_at_work)) for engine in ENGINES]
        yield tuple(opened(*each) for each in both)


def opened(database: Database, clock: Clock) -> Site:
    """Everybody of the cast has a browser and a token at this site."""
    cookies, tokens = {}, {}
    with database.writing() as session:
        for username in (*CAST, "adam"):
            sign_in = SignIn(username=username, password=PASSWORD)
            cookies[username], _ = actions.begin_session(
                session, sign_in, address="test", at=clock(), record=audit.record
            )
            by = person(session, username, "account.own")
            new = NewToken(label="hostile", expires_on=clock().date())
            tokens[username], _ = actions.make_token(
                session, new, by=by, at=clock(), record=audit.record
            )
    app = create_app(database, clock)
    return Site(database, clock, app, cookies, tokens, known_things(database))


def boxes_on(page: str) -> Boxes:
    reader = Boxes()
    reader.feed(page)
    return reader


def encoded(fields: dict[str, bytes]) -> bytes:
    return b"&".join(quote_plus(name).encode() + b"=" + value for name, value in fields.items())


def turned(names: list[str], kind: dict[str, bytes], turn: int) -> dict[str, str]:
    """Which text goes into which field: another one at each turn."""
    texts = list(kind)
    return {name: texts[(at + 3 * turn) % len(texts)] for at, name in enumerate(names)}


def filled(boxes: Boxes, who: str, turn: int) -> dict[str, bytes]:
    """The form as it is shown, signed by who sends it, with hostile text where nothing stands."""
    empty = [name for name, value in boxes.found.items() if not value]
    sent = {name: quote_plus(value).encode() for name, value in boxes.found.items() if value}
    sent |= {name: READABLE[text] for name, text in turned(empty, READABLE, turn).items()}
    for name in boxes.found:
        if name.endswith("password") and not name.startswith("password"):
            sent[name] = quote_plus(PASSWORD).encode()
        elif name.endswith("signing.username"):
            sent[name] = who.encode()
    return sent


FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("at", range(len(FORMS)), ids=[str(each) for each in FORMS])
def test_no_text_breaks_a_form(sites: tuple[Site, ...], at: int) -> None:
    way, site = FORMS[at], sites[at % len(sites)]
    browser = site.browser_for(way)
    address, boxes = site.opened(way, browser)
    names = list(boxes.found) or ["reason", "signing.password"]
    broken = []
    before = site.last()
    crowd = {f"reason.{each}": b"x" for each in range(4_000)}
    unread = [turned(names, UNREADABLE, turn) for turn in range(2)]
    for sent in (
        crowd,
        *({box: UNREADABLE[text] for box, text in each.items()} for each in unread),
    ):
        answer = browser.post(address, content=encoded(sent), headers=FORM)
        if answer.status_code >= 500:
            broken.append(f"{answer.status_code} {list(sent)[:40]}")
    if boxes.found and site.done_since(before):
        broken.append(f"written: {site.done_since(before)} {unread}")
    for turn in range(3):
        sent = filled(boxes, site.who(way), turn)
        answer = browser.post(address, content=encoded(sent), headers=FORM)
        if answer.status_code == 303:
            answer = browser.get(answer.headers["location"])
        if answer.status_code >= 500 or SCRIPT in answer.text:
            broken.append(f"{answer.status_code} {sent}")
    assert not broken, address + "\n" + "\n".join(broken)


@pytest.mark.parametrize("at", range(len(FORMS)), ids=[str(each) for each in FORMS])
def test_no_file_breaks_a_form(sites: tuple[Site, ...], at: int) -> None:
    way, site = FORMS[at], sites[at % len(sites)]
    browser = site.browser_for(way)
    address, boxes = site.opened(way, browser)
    broken = {}
    for kind, file in FILES.items() if boxes.files else ():
        sent = filled(boxes, site.who(way), 0)
        data = {name: value.decode("latin-1") for name, value in sent.items()}
        answer = browser.post(address, data=data, files=dict.fromkeys(boxes.files, file))
        if answer.status_code >= 500 or SCRIPT in answer.text:
            broken[kind] = answer.status_code
    assert not broken, address


def test_files_are_asked_for_on_every_screen_that_takes_them(sites: tuple[Site, ...]) -> None:
    """Else the test before would try none of them."""
    site = sites[0]
    ways = {"/masters/import", "/verify", "/supplies/materials/{number}/certificate"}
    asked = {
        way.path: site.opened(way, site.browser_for(way))[1].files
        for way in FORMS
        if way.path in ways
    }
    assert asked == {each: ["file"] for each in ways}


@pytest.mark.parametrize("name", ["Zażółć gęślą.csv", 'a"b; x=y.csv', "\u202e.csv", "a/b"])
def test_a_file_of_any_name_is_given_back(sites: tuple[Site, ...], name: str) -> None:
    site = sites[0]
    anton = Browser(site.app, None)
    anton.headers["authorization"] = f"Bearer {site.tokens['anton']}"
    sample = site.real["samples"][0]
    content = f"raw data of {name}".encode()
    kept = anton.post(
        f"/api/v1/quality/samples/{sample}/files", files={"file": (name, content, "x\u017c/?")}
    )
    assert kept.status_code < 300, kept.text
    assert kept.json()["media_type"] == "application/octet-stream"
    given = Browser(site.app, site.cookies["anton"]).get(f"/quality/files/{kept.json()['sha256']}")
    assert (given.status_code, given.content) == (200, content)
    assert given.headers["content-disposition"].startswith("attachment; ")


NO_IDENTIFIER = {
    "a null byte": "a%00b",
    "a number beyond 32 bit": "2147483648",
    "a number beyond 64 bit": "9223372036854775808",
    "thirty digits": "9" * 30,
    "five thousand digits": "9" * 5000,
    "half of a character": "%ED%A0%80",
    "direction marks": "%E2%80%AE0001",
    "a folder above": "..%2F..%2Fetc",
    "a line of another header": "a%0D%0AX:b",
}
QUERIES = ("before", "limit", "words", "q", "stage", "state", "product", "ref", "notice", "about")


@pytest.mark.parametrize("at", range(len(PAGES)), ids=[str(each) for each in PAGES])
def test_no_address_breaks_a_page(sites: tuple[Site, ...], at: int) -> None:
    """Neither in the path nor in the question after it; every page meets a third of them."""
    way, site = PAGES[at], sites[at % len(sites)]
    ask = site.machine_for(way) if way.for_machines else site.browser_for(way)
    broken = {}
    for name, wrong in list(NO_IDENTIFIER.items())[at % 3 :: 3]:
        questions = "&".join(f"{each}={wrong}" for each in QUERIES)
        path = site.addresses(way)[0]
        if "{" in way.path:
            path = wrong.join(_around_the_last(site, way))
        address = f"{path}?{questions}"
        answer = ask.get(address)
        if answer.status_code >= 500:
            broken[name, address[:200]] = answer.status_code
    assert not broken


def _around_the_last(site: Site, way: Way) -> tuple[str, str]:
    """What stands before and after the last part in braces, with what exists in the others."""
    before, _, after = way.path.rpartition("{")
    real = site.addresses(way)[0].split("/")
    return "/".join(real[: before.count("/")]) + "/", after.partition("}")[2]


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        pytest.param("/api/v1/masters", "application/json", id="JSON"),
        pytest.param("/api/v1/verify", "multipart/form-data; boundary=x", id="a file"),
    ],
)
def test_a_hundred_megabytes_are_not_even_read(
    sites: tuple[Site, ...], path: str, media_type: str
) -> None:
    """Whatever a machine says of the length: what is beyond the limit is left where it is."""
    site, answers, taken = sites[0], [], 0
    headers = {
        "host": "testserver",
        "authorization": f"Bearer {site.tokens['quinn']}",
        "content-type": media_type,
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    head = b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        piece = head if taken == 1 else b"x" * 2**20
        return {"type": "http.request", "body": piece, "more_body": taken < 100}

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    anyio.run(site.app, scope, receive, send)
    assert answers[0]["status"] == 413
    assert (b"content-type", b"application/problem+json") in answers[0]["headers"]
    assert taken <= settings().upload_mib + 2

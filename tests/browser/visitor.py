"""A person at a browser: opens pages, types, scans, signs, and reads what the screen says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Response

from tests.browser.accessibility import faults_on
from tests.conftest import PASSWORD

Boxes = Mapping[str, str | Sequence[str]]
"""What is typed: by the name of the box; several for boxes of one name."""

KINDS = """names => Object.fromEntries(names.map(name => [name,
    [...document.getElementsByName(name)].map(each => ({
        kind: each.tagName === "SELECT" ? "select" : each.type, value: each.value,
        folded: Boolean(each.closest("details:not([open])")) }))]))"""


USABLE: Literal["domcontentloaded"] = "domcontentloaded"
"""A page is there when its scripts have run; its letters may still be drawn by another font."""

FORGED = """([path, boxes]) => {
    const form = document.createElement("form");
    form.method = "post"; form.action = path;
    for (const [name, value] of Object.entries(boxes)) {
        const box = document.createElement("input");
        box.name = name; box.value = value; form.append(box);
    }
    document.body.append(form); form.submit(); }"""


@dataclass
class Visitor:
    """One person of the cast and their browser window."""

    username: str
    page: Page
    address: str
    scripts: bool = True
    """Whether this browser runs scripts."""
    complaints: list[str] = field(default_factory=list)
    """What the browser itself found wrong: scripts that failed, styles that were blocked."""
    examined: set[str] = field(default_factory=set)
    """The pages that were examined for accessibility, by the shape of their path."""

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        # A refusal has a status of its own, which the browser's console tells as an error.
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def opens(self, path: str) -> Response:
        """Open a page; whoever was locked out after a pause signs in again, and is taken there."""
        answer = self.goes_to(path)
        if "/sign-in" in self.page.url:
            answer = self._signs_in()
            assert "/sign-in" not in self.page.url, self.reads()
        return answer

    def goes_to(self, path: str) -> Response:
        """Open a page as whoever is at the browser, signed in or not."""
        answer = self.page.goto(self.address + path, wait_until=USABLE)
        assert answer is not None
        return answer

    def _signs_in(self) -> Response:
        self.page.fill('[name="username"]', self.username)
        self.page.fill('[name="password"]', PASSWORD)
        return self._goes_on(self.page.get_by_role("button", name="Sign in"))

    def types(self, boxes: Boxes) -> None:
        """Type, choose and tick; a box that is not on the page is a fault of the page."""
        found: dict[str, list[dict[str, Any]]] = self.page.evaluate(KINDS, list(boxes))
        missing = [name for name, elements in found.items() if not elements]
        assert not missing, f"{self.page.url} has no {', '.join(missing)}"
        for name, given in boxes.items():
            elements, box = found[name], self.page.locator(f'[name="{name}"]')
            if elements[0]["kind"] == "hidden":
                assert elements[0]["value"] == given, f"{name} is {elements[0]['value']}"
            elif elements[0]["kind"] in {"radio", "checkbox"}:
                self._ticks(name, [given] if isinstance(given, str) else list(given))
            else:
                values = [given] if isinstance(given, str) else list(given)
                assert len(values) <= len(elements), f"{name} has {len(elements)} boxes"
                for at, value in enumerate(values):
                    self._enters(box.nth(at), elements[at]["kind"], value)

    def _ticks(self, name: str, values: list[str]) -> None:
        for value in values:
            if value != "false" or self.page.locator(f'[name="{name}"][value="false"]').count():
                self.page.locator(f'[name="{name}"][value="{value}"]').check()

    @staticmethod
    def _enters(box: Locator, kind: str, value: str) -> None:
        if kind == "select":
            box.select_option(value)
        else:
            box.fill(value)

    def scans(self, codes: Mapping[str, str]) -> None:
        """Scan labels one after the other: a scanner types into the box it is in, then Enter."""
        self.page.locator(f'[name="{next(iter(codes))}"]').focus()
        for name, code in codes.items():
            at: str = self.page.evaluate("() => document.activeElement.name")
            assert at == name, f"the scanner is in {at or 'no box'}, not in {name}"
            self.page.keyboard.type(code)
            self.page.keyboard.press("Enter")

    def encloses(self, name: str, file: str, content: bytes, media_type: str = "text/csv") -> None:
        """Choose a file."""
        box = self.page.locator(f'input[type="file"][name="{name}"]')
        box.set_input_files({"name": file, "mimeType": media_type, "buffer": content})

    def signs(self, password: str = PASSWORD, prefix: str = "signing.") -> None:
        """Type the password under the meaning; the user name where it is asked for."""
        username = self.page.locator(f'[name="{prefix}username"]')
        if username.count():
            username.fill(self.username)
        self.page.fill(f'[name="{prefix}password"]', password)

    def presses(self, button: str) -> Response:
        """Press a button that sends a form; gives the answer to it."""
        return self._goes_on(self.page.get_by_role("button", name=button, exact=True))

    def follows(self, link: str) -> Response:
        """Follow the first link of these words."""
        return self._goes_on(self.page.get_by_role("link", name=link).first)

    def _goes_on(self, control: Locator) -> Response:
        with self.page.expect_navigation(wait_until=USABLE) as going:
            control.click()
        answer = going.value
        assert answer is not None
        assert answer.status < 500, f"{self.page.url}: {self.reads()}"
        return answer

    def does(self, path: str, boxes: Boxes, button: str, *, signed: bool = False) -> None:
        """Open a form, fill it, sign it where it is signed, send it: it must be taken."""
        self.opens(path)
        self.examines()
        self.types(boxes)
        if signed:
            self.signs()
        answer = self.presses(button)
        assert answer.ok, f"{answer.status} at {path}: {self.refusal()}"

    def reads(self) -> str:
        """The words on the screen, spaces and line ends made one."""
        return re.sub(r"\s+", " ", self.page.locator("body").inner_text())

    def refusal(self) -> str:
        """The words of a refusal, or all of the page where there is none."""
        box = self.page.locator("#refusal")
        return re.sub(r"\s+", " ", box.inner_text()) if box.count() else self.reads()

    def sees(self, *words: str) -> None:
        """These words are on the screen."""
        shown = self.reads()
        for each in words:
            assert each in shown, f"“{each}” is not on {self.page.url}: {shown}"

    def is_refused(self, *words: str) -> None:
        """The page stands again, with a refusal that says this."""
        said = self.refusal()
        assert self.page.locator("#refusal").count(), f"nothing was refused: {said}"
        for each in words:
            assert each in said, f"“{each}” is not in: {said}"

    def forges(self, path: str, boxes: Mapping[str, str]) -> Response:
        """Send a form that no page offers, as whoever knows the tools of a browser can."""
        with self.page.expect_navigation() as going:
            self.page.evaluate(FORGED, [path, dict(boxes)])
        answer = going.value
        assert answer is not None
        return answer

    def finds_refused(self, about: str, *words: str) -> None:
        """An auditor finds the refused attempt in the trail, with its reason."""
        self.opens(f"/trail?about={about}&did=refused")
        self.examines()
        self.sees("refused", *words)

    def examines(self) -> None:
        """Examine the page for accessibility, each shape of page once."""
        shape = re.sub(r"/[^/]*\d[^/]*", "/…", urlsplit(self.page.url).path)
        shape += " refused" if self.page.locator("#refusal").count() else ""
        if self.scripts and shape not in self.examined:
            self.examined.add(shape)
            self.page.wait_for_load_state("load")
            faults = faults_on(self.page)
            assert not faults, f"{self.page.url}: " + "\n".join(faults)

"""Release through the browser: Quinn reviews, Petra certifies; the record is sealed and proved."""

import re
from collections.abc import Callable

from schemas.release import Act, Checklist, ReviewKind
from tests.browser.serving import Site
from tests.browser.visitor import Visitor

People = Callable[[str], Visitor]
MADE_WITHIN_S = 180


def reviewed(site: Site, people: People, number: str) -> None:
    """Quinn reads the trail and the record, and signs for both."""
    quinn = people("quinn")
    for kind in ReviewKind:
        site.clock.forward(minutes=20)
        quinn.does(
            f"/lots/{number}/review/{kind.value}",
            {"comment": "Complete; nothing to be added"},
            "Sign the review",
            signed=True,
        )
        quinn.sees(f"{kind.label} reviewed and signed.")


def certified(site: Site, people: People, number: str, act: Act) -> None:
    """Petra goes from her first page to the release of the lot, ticks what she checked, signs."""
    site.clock.forward(minutes=20)
    petra = people("petra")
    petra.opens(f"/lots/{number}/release")
    petra.examines()
    petra.follows(act.label)
    petra.examines()
    boxes = {
        "destination": "Poland",
        **{f"checklist.{each}": "true" for each in Checklist.model_fields},
    }
    if act is Act.CONDITIONAL:
        boxes["responsible"] = "vera"
    petra.types(boxes)
    petra.signs()
    answer = petra.presses(f"Sign: {act.label.lower()}")
    assert answer.ok, petra.refusal()
    petra.sees("of the register.")


def sealed_record(site: Site, people: People, number: str) -> bytes:
    """Quinn asks for the record, waits until it is made, and downloads it."""
    quinn = people("quinn")
    reason = {"reason": "The journey of this lot has ended"}
    quinn.does(f"/lots/{number}/record/new", reason, "Make the record")
    quinn.examines()
    download = quinn.page.get_by_role("link", name="Download the PDF")
    # The page asks by itself; whoever has no scripts reloads it.
    ended = download.or_(quinn.page.get_by_text("Failed", exact=True))
    ended.wait_for(timeout=MADE_WITHIN_S * 1000)
    assert download.count(), quinn.reads()
    with quinn.page.expect_download() as coming:
        download.click()
    assert coming.value.suggested_filename == f"{number}-v1.pdf"
    quinn.follows("Verify it")
    quinn.examines()
    quinn.sees("The record holds.", f"Lot {number}")
    return coming.value.path().read_bytes()


def proved(people: People, file: bytes, username: str = "ada") -> str:
    """An auditor sends the file to the page that verifies any record; what it says of it."""
    visitor = people(username)
    visitor.opens("/verify")
    visitor.examines()
    visitor.encloses("file", "record.pdf", file, "application/pdf")
    visitor.presses("Verify")
    visitor.examines()
    return re.split(r"Checked Outcome Found", visitor.reads())[0]

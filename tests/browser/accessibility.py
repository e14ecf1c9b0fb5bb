"""What axe finds on a page, in words: WCAG 2.2 AA."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
OPTIONS = {
    "runOnly": {"type": "tag", "values": list(WCAG)},
    "resultTypes": ["violations"],
    # 24 px for a target is AA; axe leaves the rule off unless it is asked for.
    "rules": {"target-size": {"enabled": True}},
}


SCRIPT = Axe().axe_script
FAULTS = "options => axe.run(document, options).then(found => found.violations)"
"""What axe passed stays in the browser: it is most of the answer, and nobody reads it."""


def faults_on(page: Page) -> list[str]:
    """Every fault on the page: which rule, what would be right, and where."""
    page.evaluate(SCRIPT)
    found = page.evaluate(FAULTS, OPTIONS)
    return [
        f"{each['id']}: {each['help']}, at {node['target'][0]} ({node['html'][:160]}) "
        f"{node.get('failureSummary', '')}"
        for each in found
        for node in each["nodes"]
    ]


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than its window; 0 where nobody scrolls sideways."""
    wide: int = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide


GLOVE = 44
"""Pixels that a fingertip in a glove hits."""

SMALL = """least => [...document.querySelectorAll(
        "button, .govuk-button, input, select, textarea, summary")]
    .filter(each => !["hidden", "radio", "checkbox"].includes(each.type) && each.checkVisibility())
    .filter(each => Math.min(each.getBoundingClientRect().width,
        each.getBoundingClientRect().height) < least)
    .map(each => each.outerHTML.slice(0, 120))"""


def too_small(page: Page) -> list[str]:
    """What is tapped and is smaller than a glove hits; boxes to tick have labels around them."""
    found: list[str] = page.evaluate(SMALL, GLOVE)
    return found

"""Characters that no typeface at hand can draw are printed by their number: [U+1F9EA].

An empty box would say nothing to a reader, and an archival file may not hold one. The attached
record keeps the character itself.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

_PRINTER = logging.getLogger("weasyprint")
_COMPLAINT = ".notdef glyph"


class _Listener(logging.Handler):
    """Hears the printer name each character it could not draw, in this thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: set[str] = set()
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        mine = record.thread == self._thread
        if mine and str(record.msg).startswith(_COMPLAINT) and isinstance(record.args, tuple):
            self.heard.add(str(record.args[0]))


@contextmanager
def undrawn() -> Iterator[set[str]]:
    """The characters that could not be drawn while this was open."""
    listener = _Listener()
    _PRINTER.addHandler(listener)
    try:
        yield listener.heard
    finally:
        _PRINTER.removeHandler(listener)


def by_number(text: str, characters: Iterable[str]) -> str:
    """The text with each of these characters as its number."""
    return text.translate({ord(each): f"[U+{ord(each):04X}]" for each in characters})

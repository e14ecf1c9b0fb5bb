"""Reading a master from YAML or JSON text. Every error names its line, its field and what is right.

The reader is small on purpose. Every number stays text, digit for digit (95.0 is not 95), until
a contract reads it; a word is a word (no is not false); an alias, a tag or a key written twice
is refused, because two readers of such a text may see two documents.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, TypeAlias

import yaml
from pydantic import ValidationError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from app.errors import BadInput, FieldError
from app.masters.wording import Path, in_words, path_words
from schemas.base import invisible_in
from schemas.document import MAX_CHARACTERS, DocumentKind
from schemas.master import MasterBatchRecord
from schemas.product import Product
from schemas.specification import Specification

MAX_DEPTH = 16
MAX_NODES = 40_000

Master: TypeAlias = Product | Specification | MasterBatchRecord
Node: TypeAlias = "dict[str, Node] | list[Node] | str | bool | None"

CONTRACTS: dict[DocumentKind, type[Master]] = {
    DocumentKind.PRODUCT: Product,
    DocumentKind.SPECIFICATION: Specification,
    DocumentKind.MASTER_BATCH_RECORD: MasterBatchRecord,
}
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True)
class Problem:
    """What is wrong on one line of a document, and what would be right."""

    line: int
    path: str
    says: str


class Unreadable(BadInput):
    """The document cannot be taken as it is. Nothing was saved; correct the lines below."""

    title = "Check the document"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__([FieldError("text", f"{_place(each)}: {each.says}") for each in problems])
        self.problems = tuple(problems)


def _place(problem: Problem) -> str:
    return f"Line {problem.line}" + (f", {problem.path}" if problem.path else "")


@dataclass(frozen=True)
class Document:
    """A document that was read: its kind, its contract, and the digest a lot freezes."""

    kind: DocumentKind
    content: Master
    lines: dict[Path, int] = field(default_factory=dict, compare=False, repr=False)

    def problem(self, name: str, says: str) -> Problem:
        """What is wrong with this field of the document, with its line."""
        return Problem(_line_of((name,), self.lines), name, says)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical content: spaces, comments and key order do not change it."""
        return self.content.digest()


def read_document(text: str | bytes) -> Document:
    """Read one product, specification or master batch record.

    Raises:
        Unreadable: with every problem found, each with its line.
    """
    tree, lines = read_tree(as_text(text))
    if not isinstance(tree, dict):
        raise Unreadable([Problem(1, "", "a document is a list of `field: value` lines")])
    named = tree.pop("document", None)
    known = ", ".join(DocumentKind)
    if named not in tuple(DocumentKind):
        says = f"the document must say what it is; right would be one of: {known}"
        raise Unreadable([Problem(lines.get(("document",), 1), "document", says)])
    kind = DocumentKind(str(named))
    return Document(kind, _checked(CONTRACTS[kind], tree, lines), lines)


def _checked(contract: type[Master], tree: dict[str, Node], lines: dict[Path, int]) -> Master:
    try:
        return contract.model_validate(tree)
    except ValidationError as wrong:
        problems = []
        for each in wrong.errors(include_url=False):
            path, says = in_words(each, tree, contract)
            problems.append(Problem(_line_of(path, lines), path_words(path), says))
        raise Unreadable(sorted(problems, key=lambda each: each.line)) from None


def _line_of(path: Path, lines: dict[Path, int]) -> int:
    """The line of the field, or of the nearest thing around a field that is missing."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def as_text(text: str | bytes) -> str:
    """The text of a document, as it was sent or as a file holds it.

    Raises:
        Unreadable: it is too long, not UTF-8, no text file at all, or holds what nobody sees.
    """
    words = _from_bytes(text) if isinstance(text, bytes) else text.removeprefix("\ufeff")
    if len(words) > MAX_CHARACTERS:
        raise Unreadable([Problem(1, "", _too_long(len(words), "characters"))])
    if "\0" in words:
        line = words[: words.index("\0")].count("\n") + 1
        raise Unreadable([Problem(line, "", "contains a null byte; this is not a text file")])
    hidden = invisible_in(words)
    if hidden is not None:
        line = words[:hidden].count("\n") + 1
        says = f"contains an invisible character (U+{ord(words[hidden]):04X}); type the line again"
        raise Unreadable([Problem(line, "", says)])
    if words.lstrip().startswith("{"):
        # JSON may be indented by tabs, which YAML does not know; inside its strings none can be.
        words = words.replace("\t", " ")
    return words


def _from_bytes(text: bytes) -> str:
    if len(text) > 4 * MAX_CHARACTERS:
        raise Unreadable([Problem(1, "", _too_long(len(text), "bytes"))])
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = text[: wrong.start].count(b"\n") + 1
        raise Unreadable([Problem(line, "", "is not UTF-8 text; save it as UTF-8")]) from None


def _too_long(length: int, what: str) -> str:
    return f"is {length:,} {what} long; {MAX_CHARACTERS:,} at most: import one document at a time"


def read_tree(text: str) -> tuple[Node, dict[Path, int]]:
    """Read YAML (or JSON) into plain values, and say on which line each of them stands.

    Raises:
        Unreadable: broken text, an alias or anchor, a tag, a key twice, too deep, too large.
    """
    lines: dict[Path, int] = {}
    try:
        # libyaml reads the same events as the parser in Python, forty times as fast
        reader = _Reader(yaml.parse(text, Loader=yaml.CSafeLoader), lines)
        return reader.document(), lines
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        line = mark.line + 1 if mark else 1
        says = f"cannot be read: {wrong.problem or wrong.context}; check indents, colons and quotes"
        raise Unreadable([Problem(line, "", says)]) from None


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


class _Reader:
    """Builds plain values from the parser's events, within limits, noting each line."""

    def __init__(self, events: Iterator[Event], lines: dict[Path, int]) -> None:
        self._events = events
        self._lines = lines
        self._nodes = 0

    def document(self) -> Node:
        first = self._next()
        while isinstance(first, StreamStartEvent | DocumentStartEvent):
            first = self._next()
        if isinstance(first, StreamEndEvent):
            raise Unreadable([Problem(1, "", "is empty")])
        node = self._value(first, ())
        self._next()
        more = self._next()
        if not isinstance(more, StreamEndEvent):
            self._refuse(more, (), "a second document begins here; import one at a time")
        return node

    def _next(self) -> Event:
        return next(self._events)

    def _refuse(self, event: Event, path: Path, says: str) -> NoReturn:
        raise Unreadable([Problem(_line(event), path_words(path), says)])

    def _value(self, event: Event, path: Path) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._refuse(event, (), f"holds more than {MAX_NODES:,} values; split the document")
        if len(path) > MAX_DEPTH:
            self._refuse(event, path[:4], f"is nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            self._refuse(event, path, "uses & or * (an alias); write the value out, or quote it")
        if getattr(event, "tag", None):
            self._refuse(event, path, "uses a tag (!); write the plain value, or quote it")
        self._lines.setdefault(path, _line(event))
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path)
        assert isinstance(event, ScalarEvent)
        plain = event.implicit[0] and not event.style
        return _WORDS.get(event.value, event.value) if plain else str(event.value)

    def _mapping(self, path: Path) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while not isinstance(key := self._next(), MappingEndEvent):
            if not isinstance(key, ScalarEvent) or key.anchor or key.tag:
                self._refuse(key, path, "a field name is one plain word")
            name = str(key.value)
            if name in found:
                self._refuse(key, (*path, name), "is written twice; keep one of them")
            if name == "<<":
                self._refuse(key, path, "uses << (a merge); write the fields out")
            self._lines[(*path, name)] = _line(key)
            found[name] = self._value(self._next(), (*path, name))
        return found

    def _sequence(self, path: Path) -> list[Node]:
        found: list[Node] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            found.append(self._value(event, (*path, len(found))))
        return found

"""What a contract found wrong, in words for whoever wrote the document."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic_core import ErrorDetails

from schemas.base import Contract

Path: TypeAlias = tuple[str | int, ...]
Schema: TypeAlias = Mapping[str, Any]

_NOTHING = object()
_RIGHT = {
    "bool_parsing": "true or false",
    "int_parsing": "a whole number, such as 12",
    "decimal_parsing": "a number, such as 97.5",
    "date_parsing": "a date, such as 2026-03-31",
    "date_from_datetime_parsing": "a date, such as 2026-03-31",
}
_PATTERNS = {
    r"^[A-Z0-9][A-Z0-9._-]{0,39}$": "capitals, digits, dot, dash and underscore, 40 at most",
    r"^-?[0-9]+(\.[0-9]+)?$": "digits with one decimal point at most, such as 95 or 0.25",
    r"^[a-z][a-z0-9_]{1,59}$": "small letters, digits and underscore",
}


def path_words(path: Path) -> str:
    """A path as people write it: `phases[0].steps[2].code`."""
    words = ""
    for each in path:
        words += f"[{each}]" if isinstance(each, int) else f".{each}"
    return words.removeprefix(".")


def in_words(error: ErrorDetails, tree: object, contract: type[Contract]) -> tuple[Path, str]:
    """Where in the document an error stands, and what would be right."""
    path = _path_in(tree, error["loc"], missing=error["type"] == "missing")
    schema = contract.model_json_schema()
    match error["type"]:
        case "missing":
            about = _describe(_schemas_at(schema, path, tree))
            says = f"is missing; it is: {about}" if about else "is missing"
        case "extra_forbidden":
            says = _unknown(str(path[-1]), _schemas_at(schema, path[:-1], tree))
        case "union_tag_invalid":
            path, says = (*path, "kind"), _right_would_be(error, "expected_tags")
        case "union_tag_not_found":
            says = "does not say its kind"
        case "literal_error" | "enum":
            says = _right_would_be(error, "expected")
        case _:
            says = _plainly(error)
    return path, says


def _right_would_be(error: ErrorDetails, which: str) -> str:
    context = error["ctx"]
    given = context["tag"] if "tag" in context else error["input"]
    return f"is {given!r}; right would be {context[which]}"


def _plainly(error: ErrorDetails) -> str:
    given = error["input"]
    if error["type"] == "string_pattern_mismatch":
        pattern = error["ctx"]["pattern"]
        return f"is {given!r}; right would be {_PATTERNS.get(pattern, f'the form {pattern}')}"
    if error["type"] in _RIGHT and not isinstance(given, dict | list):
        return f"is {given!r}; right would be {_RIGHT[error['type']]}"
    if error["type"] == "string_type" and isinstance(given, bool):
        return f"is the word {str(given).lower()}, read as yes or no; put it in quotes"
    says = error["msg"].removeprefix("Value error, ")
    if error["type"] == "value_error" or isinstance(given, dict | list):
        return says
    return f"is {'empty' if given is None else repr(given)}; {says[:1].lower()}{says[1:]}"


def _path_in(tree: object, location: tuple[int | str, ...], *, missing: bool) -> Path:
    """The error's place in the document: without the tags of the unions on the way."""
    path: list[str | int] = []
    node = tree
    for position, each in enumerate(location):
        below = _below(node, each)
        if below is _NOTHING and not (missing and position == len(location) - 1):
            continue
        path.append(each)
        node = below
    return tuple(path)


def _below(node: object, name: str | int) -> object:
    if isinstance(node, dict) and name in node:
        return node[name]
    if isinstance(node, list) and isinstance(name, int) and name < len(node):
        return node[name]
    return _NOTHING


def _unknown(name: str, schemas: list[Schema]) -> str:
    known = sorted({each for schema in schemas for each in schema.get("properties", {})})
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"is not known here; did you mean {near[0]}?"
    return f"is not known here; known are: {', '.join(known)}"


def _describe(schemas: list[Schema]) -> str:
    for schema in schemas:
        words = schema.get("description") or schema.get("title")
        if words:
            return str(words).split("\n", 1)[0].rstrip(".")
    return ""


def _schemas_at(root: Schema, path: Path, tree: object) -> list[Schema]:
    """What the contract says about this place; several answers where it may be one of several."""
    here, node = list(_resolved(root, root, tree)), tree
    for each in path:
        below = _below(node, each)
        found: list[Schema] = []
        for schema in here:
            part = schema.get("items") if isinstance(each, int) else _property(schema, each)
            if part is not None:
                found.extend(_resolved(part, root, below))
        here, node = found, below
    return here


def _property(schema: Schema, name: str) -> Schema | None:
    found: Schema | None = schema.get("properties", {}).get(name)
    return found


def _resolved(schema: Schema, root: Schema, node: object) -> Iterator[Schema]:
    """Follow references and alternatives down to what stands there, by `kind` where it is said."""
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        own = {name: value for name, value in schema.items() if name != "$ref"}
        yield from _resolved({**target, **own}, root, node)
        return
    options = schema.get("oneOf") or schema.get("anyOf")
    if not options:
        yield schema
        return
    mapping = schema.get("discriminator", {}).get("mapping", {})
    said = node.get("kind") if isinstance(node, dict) else None
    if said in mapping:
        yield from _resolved({"$ref": mapping[said]}, root, node)
        return
    for each in options:
        yield from _resolved(each, root, node)


@dataclass(frozen=True)
class WrongLine:
    """A line of a document that cannot stay as it is, and why."""

    line: int
    text: str
    says: str


def excerpt(problems: Iterable[Any], text: str) -> tuple[WrongLine, ...]:
    """The lines the problems are on, as they were typed."""
    lines = text.splitlines()
    return tuple(
        WrongLine(
            each.line,
            lines[each.line - 1][:200] if each.line <= len(lines) else "",
            f"{each.path}: {each.says}" if each.path else each.says,
        )
        for each in problems
    )

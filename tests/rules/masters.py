"""Starter masters with one thing changed."""

from collections.abc import Callable
from typing import Any

from app.masters.starters import starter_bundle
from schemas.master import Bundle, MasterBatchRecord
from schemas.product import Product
from schemas.specification import Specification

Change = Callable[[Any], None]


def changed(code: str, change: Change) -> Bundle:
    """A starter bundle with one thing changed: `change` gets the plain bundle."""
    plain = starter_bundle(code).plain()
    change(plain)
    return Bundle(
        product=Product.model_validate(plain["product"]),
        specification=Specification.model_validate(plain["specification"]),
        master=MasterBatchRecord.model_validate(plain["master"]),
    )


def step(bundle: Any, code: str) -> Any:
    steps = [each for phase in bundle["master"]["phases"] for each in phase["steps"]]
    return next(each for each in steps if each["code"] == code)


def put(path: str, value: Any) -> Change:
    """Set one field: `product.container`, `S240.seeded_in`, `criterion VIABILITY.gate`."""

    def change(bundle: Any) -> None:
        first, *rest = path.split(".")
        here = _start(bundle, first)
        for part in rest[:-1]:
            here = here[int(part)] if part.isdigit() else here[part]
        here[int(rest[-1]) if rest[-1].isdigit() else rest[-1]] = value

    return change


def _start(bundle: Any, first: str) -> Any:
    if first.startswith("criterion "):
        code = first.removeprefix("criterion ")
        criteria = bundle["specification"]["criteria"]
        return next(each for each in criteria if each["code"] == code)
    return step(bundle, first) if first.startswith("S") and first[1:].isdigit() else bundle[first]


def without(*codes: str) -> Change:
    def change(bundle: Any) -> None:
        for phase in bundle["master"]["phases"]:
            phase["steps"] = [each for each in phase["steps"] if each["code"] not in codes]

    return change


def again(copied: str, **fields: Any) -> Change:
    """The same step once more, right behind, with some fields changed."""

    def change(bundle: Any) -> None:
        for phase in bundle["master"]["phases"]:
            codes = [each["code"] for each in phase["steps"]]
            if copied in codes:
                at = codes.index(copied)
                phase["steps"].insert(at + 1, {**phase["steps"][at], **fields})

    return change


def drop_limit(code: str, name: str) -> Change:
    def change(bundle: Any) -> None:
        here = step(bundle, code)
        here["limits"] = [each for each in here["limits"] if each["name"] != name]

    return change


def set_limit(code: str, name: str, acceptance: dict[str, str], **fields: Any) -> Change:
    def change(bundle: Any) -> None:
        here = next(each for each in step(bundle, code)["limits"] if each["name"] == name)
        here.update({"acceptance": acceptance, **fields})

    return change


def omit(attribute: str, *, say_why: bool) -> Change:
    def change(bundle: Any) -> None:
        spec = bundle["specification"]
        spec["criteria"] = [each for each in spec["criteria"] if each["attribute"] != attribute]
        if say_why:
            why = {"attribute": attribute, "rationale": "Shown in the validation."}
            spec["omitted"] = [*spec["omitted"], why]

    return change


def only_information(bundle: Any) -> None:
    for each in bundle["specification"]["criteria"]:
        each["gate"] = "info"


def at_most(limit: str) -> dict[str, str]:
    return {"kind": "at_most", "limit": limit}


def exactly(limit: str) -> dict[str, str]:
    return {"kind": "range", "low": limit, "high": limit}

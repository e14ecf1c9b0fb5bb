"""A plain, valid criterion and a typed reading; a test changes one field."""

from typing import Any

from pydantic import TypeAdapter

from app.masters.evaluate import evaluate
from schemas.reading import Evaluation, Reading
from schemas.specification import Criterion

READING: TypeAdapter[Reading] = TypeAdapter(Reading)
PLAIN = {
    "code": "C-1",
    "title": "Assay",
    "attribute": "assay",
    "test": "T-1",
    "method": "SOP-1",
    "method_version": "2",
    "sample_point": "HARVEST",
    "result_kind": {"kind": "number"},
    "unit": "mg/mL",
    "acceptance": {"kind": "at_least", "limit": "95"},
    "rounding": "usp",
    "gate": "pre",
    "level": "frozen",
    "source": "Product dossier, section 3",
}


def criterion(**changed: Any) -> Criterion:
    return Criterion.model_validate({**PLAIN, **changed})


def limit(kind: str, value: str) -> dict[str, str]:
    return {"kind": kind, "limit": value}


def judged(asked: Criterion, *typed: str, unit: str | None = None) -> Evaluation:
    reading = {"kind": "number", "values": typed, "unit": unit or asked.unit}
    return evaluate(asked, READING.validate_python(reading))

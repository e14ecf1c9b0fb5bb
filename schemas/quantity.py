"""Numbers as the bench writes them: text with its digits, a unit from a closed table."""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from schemas.base import MAX_DIGITS, Contract, Text

THIN_SPACE = "\u202f"
"""Stands between thousands, and is never the end of a line."""

_LONG_NUMBER = re.compile(r"(?<![\w./-])[0-9]{5,}(?![\w/-])")
_THOUSANDS = re.compile(r"(?<=[0-9])(?=(?:[0-9]{3})+$)")


class Unit(StrEnum):
    """Every unit Passage knows. The value is UCUM-like; `sign` is what is printed."""

    ONE = "1"
    PERCENT = "%"
    FOLD = "{fold}"
    DOUBLINGS = "{doublings}"
    PASSAGES = "{passages}"
    CELLS = "{cells}"
    MILLION_CELLS = "10*6.{cells}"
    CELLS_PER_ML = "{cells}/mL"
    MILLION_CELLS_PER_ML = "10*6.{cells}/mL"
    CELLS_PER_CM2 = "{cells}/cm2"
    CELLS_PER_KG = "{cells}/kg"
    MILLION_CELLS_PER_KG = "10*6.{cells}/kg"
    COLONIES = "{colonies}"
    CFU = "{CFU}"
    CFU_PER_ML = "{CFU}/mL"
    CFU_PER_M3 = "{CFU}/m3"
    COPIES_PER_ML = "{copies}/mL"
    METAPHASES = "{metaphases}"
    EU = "{EU}"
    EU_PER_ML = "{EU}/mL"
    EU_PER_KG = "{EU}/kg"
    EU_PER_KG_H = "{EU}/kg/h"
    IU = "[iU]"
    IU_PER_ML = "[iU]/mL"
    IU_PER_KG = "[iU]/kg"
    IU_PER_KG_H = "[iU]/kg/h"
    LITRE = "L"
    MILLILITRE = "mL"
    MICROLITRE = "uL"
    KILOGRAM = "kg"
    GRAM = "g"
    MILLIGRAM = "mg"
    MG_PER_ML = "mg/mL"
    UG_PER_ML = "ug/mL"
    NG_PER_ML = "ng/mL"
    PG_PER_ML = "pg/mL"
    CENTIMETRE = "cm"
    CM2 = "cm2"
    MINUTE = "min"
    HOUR = "h"
    DAY = "d"
    CELSIUS = "Cel"
    PH = "[pH]"
    MOSM_PER_KG = "mosm/kg"
    SIGNAL = "{signal}"

    @property
    def sign(self) -> str:
        """The unit as it is printed beside a number; empty for a plain ratio or a signal."""
        return _SIGNS.get(self, self.value.replace("{", "").replace("}", ""))


_SIGNS = {
    Unit.ONE: "",
    Unit.FOLD: "-fold",
    Unit.MILLION_CELLS: "× 10⁶ cells",
    Unit.MILLION_CELLS_PER_ML: "× 10⁶ cells/mL",
    Unit.MILLION_CELLS_PER_KG: "× 10⁶ cells/kg",
    Unit.CELLS_PER_CM2: "cells/cm²",
    Unit.CFU_PER_M3: "CFU/m³",
    Unit.IU: "IU",
    Unit.IU_PER_ML: "IU/mL",
    Unit.IU_PER_KG: "IU/kg",
    Unit.IU_PER_KG_H: "IU/kg/h",
    Unit.MICROLITRE: "µL",
    Unit.UG_PER_ML: "µg/mL",
    Unit.CM2: "cm²",
    Unit.CELSIUS: "°C",
    Unit.PH: "pH",
    Unit.MOSM_PER_KG: "mOsm/kg",
    Unit.SIGNAL: "",
}


def with_unit(number: str, unit: Unit | None) -> str:
    """A number and its unit as they are printed: `97.5 %`, `1.9-fold`, `pH 7.2`."""
    if unit is None or not unit.sign:
        return number
    if unit is Unit.PH:
        return f"pH {number}"
    return f"{number}{unit.sign}" if unit is Unit.FOLD else f"{number} {unit.sign}"


def apart(words: str) -> str:
    """Words with calculated numbers in them: the thousands of each long number set apart.

    What was entered is shown as it was entered, on screen and on paper.
    """
    return _LONG_NUMBER.sub(lambda found: _THOUSANDS.sub(THIN_SPACE, found[0]), words)


def _few_digits(text: str) -> str:
    if sum(each.isdigit() for each in text) > MAX_DIGITS:
        raise ValueError(f"has more than {MAX_DIGITS} digits; check what was typed")
    return text


DecimalText = Annotated[
    str, StringConstraints(pattern=r"^-?[0-9]+(\.[0-9]+)?$"), AfterValidator(_few_digits)
]
"""A decimal number whose digits mean something: 95 and 95.0 are different limits (R-SPEC-01)."""

RawText = Annotated[
    str, StringConstraints(min_length=1, max_length=40), AfterValidator(_few_digits)
]
"""A value exactly as it was typed or sent: 97.95, <0.1, >98.3. It is read when it is judged."""

ExactText = Annotated[str, StringConstraints(pattern=r"^-?[0-9]+(\.[0-9]+)?$", max_length=120)]
"""A calculated number with all the digits it was calculated to, never with an exponent."""


class CalculationInput(Contract):
    """What went into a calculation under one name, as it was entered or calculated before."""

    name: Text
    values: tuple[ExactText, ...]


class Calculation(Contract):
    """A calculated value that can be calculated again: formula, inputs, result (R-EXP-13)."""

    formula: Text
    """Identifier and version, for example R-EXP-01/1."""
    says: Text
    inputs: tuple[CalculationInput, ...]
    exact: ExactText | None
    """None when the formula is not defined for these inputs."""
    shown: Text
    unit: Unit

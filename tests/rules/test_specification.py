"""What a specification may not say (R-SPEC-01, R-SPEC-02, R-ATMP-01)."""

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.specification import Specification
from tests.rules.criteria import PLAIN, criterion, limit


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"unit": None}, "needs a unit", id="a number without unit"),
        pytest.param({"acceptance": {"kind": "informative"}}, "cannot gate", id="no limit, a gate"),
        pytest.param({"na_permitted": True}, "say why", id="an exception without rationale"),
        pytest.param({"source": ""}, "source", id="a limit from nowhere"),
        pytest.param(
            {"acceptance": {"kind": "range", "low": "5", "high": "4"}}, "no value", id="empty range"
        ),
        pytest.param({"acceptance": limit("at_most", "1e3")}, "pattern", id="a limit as a power"),
        pytest.param(
            {"acceptance": {"kind": "equals_one_of", "accepted": ["5"]}}, "by a limit", id="words"
        ),
        pytest.param(
            {"result_kind": {"kind": "endotoxin", "basis": "total"}}, "not a unit", id="its unit"
        ),
    ],
)
def test_a_criterion_that_cannot_be_judged_is_refused(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        criterion(**changed)


def test_a_specification_names_each_criterion_once() -> None:
    document = {
        "code": "SP-6",
        "version": 1,
        "title": "Release specification",
        "product_code": "UC-MSC",
        "effective_from": "2026-01-01",
        "criteria": [PLAIN],
        "source": "Published product specification",
    }
    assert Specification.model_validate(document).criterion("C-1").title == "Assay"
    with pytest.raises(ValidationError, match="used twice"):
        Specification.model_validate({**document, "criteria": [PLAIN, PLAIN]})

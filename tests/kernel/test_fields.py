"""Forms are drawn from contracts: which box a field gets, and what stands in it."""

from typing import Any

import pytest
from pydantic import Field, ValidationError

from app.web.fields import FormField, Option, Typed, fields_of
from app.web.forms import label_of
from app.web.pages import role_in_words
from app.web.words import say
from schemas.base import Contract, Text, shortened
from schemas.expansion import StartLot
from schemas.trail import place_of

SCANNED = "UNIT1-26-0001-001\nUNIT1-26-0001-002"


def containers(typed: Typed | None = None, **values: object) -> FormField:
    drawn = fields_of(StartLot, typed, values, zone="Europe/Warsaw")
    return next(each for each in drawn if each.name == "containers")


def test_what_is_scanned_one_after_the_other_has_a_line_each() -> None:
    assert (containers().kind, containers().value) == ("textarea", "")
    assert containers(containers=SCANNED.split()).value == SCANNED
    assert containers(Typed({"containers": [SCANNED]})).value == SCANNED


def test_choices_stand_in_one_line_while_they_fit_a_telephone() -> None:
    answers = tuple(Option(each, each) for each in ("Yes", "No", "Not applicable"))
    assert FormField("one", "One", "radios", options=answers).is_short
    assert not FormField(
        "one", "One", "radios", options=(*answers, Option("x", "Elsewhere"))
    ).is_short


def test_references_and_roles_are_said_in_words() -> None:
    assert place_of("lot/UNIT1-26-0001/step/S110/1") == "lot UNIT1-26-0001, step S110, 1"
    assert (role_in_words("qa"), role_in_words("-")) == ("Quality assurance", "-")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("Not closed", "Not closed", id="it fits"),
        pytest.param("Not closed.", "Not …", id="one character too many"),
        pytest.param("Sterility", "Sterility", id="one word that fits"),
        pytest.param("Cryopreserved", "Cryoprese…", id="one word that does not"),
        pytest.param("Failed, see D01", "Failed …", id="no comma before the mark"),
    ],
)
def test_a_long_text_ends_with_a_word_and_a_mark(text: str, said: str) -> None:
    assert shortened(text, 10) == said


class Told(Contract):
    words: Text = Field(title="Raw data kept at")
    codes: tuple[Text, ...] = Field(default=(), max_length=2, title="Equipment")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        pytest.param(
            {"words": "x" * 401},
            "Raw data kept at is too long: 400 characters at most.",
            id="of a text, characters",
        ),
        pytest.param(
            {"words": "x", "codes": ["a", "b", "c"]}, "Equipment: 2 at most.", id="of many, things"
        ),
    ],
)
def test_what_is_too_long_is_told_by_what_is_counted(sent: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as no:
        Told.model_validate(sent)
    (error,) = no.value.errors()
    assert say(error, label_of(Told, [str(error["loc"][0])])) == said

"""Choices the forms of intake offer beside the enumerations of their contracts."""

from app.web.fields import Option
from schemas.donation import ReceivedUnit
from schemas.donor import RiskSubject
from schemas.marker import Marker

YES_NO = (Option("true", "Yes"), Option("false", "No"))
"""For a question nobody may leave unanswered: neither is chosen beforehand."""

MARKERS = tuple(Option(each.value, each.words) for each in Marker)
"""The tests, as the bench calls them."""

UNITS = tuple(Option(each.value, each.value) for each in ReceivedUnit)
"""Signs of units, written as they are: mL, not ML."""

SUBJECTS = (
    Option(RiskSubject.QUESTIONNAIRE.value, "Questionnaire"),
    Option(RiskSubject.ANTI_HBC.value, "Reactive anti-HBc"),
    Option(RiskSubject.SYPHILIS.value, "Reactive syphilis test"),
    Option(RiskSubject.OTHER_MARKER.value, "Another marker"),
)
"""What the responsible person can answer for."""

RECEIPT = (
    ("Whose cells are these", ("donation_code", "patient_code_on_container")),
    (
        "How they came",
        (
            "received_at",
            "handed_over_by",
            "lowest_temperature_c",
            "highest_temperature_c",
            "product_code",
        ),
    ),
    (
        "What was seen",
        (
            "container_intact",
            "label_matches",
            "quantity",
            "quantity_unit",
            "inspection",
            "condition",
            "reason",
        ),
    ),
)
"""A receipt in the order of the bench: both identifiers, then the way, then the inspection."""

INFUSIONS = (
    "blood_infused_ml",
    "colloids_infused_ml",
    "crystalloids_infused_ml",
    "weight_kg",
    "pre_transfusion_sample",
    "tests_validated_for_dilution",
)
"""Asked apart: most donors received nothing before their blood was sampled."""

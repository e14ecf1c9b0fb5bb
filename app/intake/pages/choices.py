"""Choices the forms of intake offer beside the enumerations of their contracts."""

from app.web.fields import Option
from schemas.marker import Marker

YES_NO = (Option("true", "Yes"), Option("false", "No"))
"""For a question nobody may leave unanswered: neither is chosen beforehand."""

MARKERS = tuple(Option(each.value, each.words) for each in Marker)
"""The tests, as the bench calls them."""

"""What is wrong with a field, in words for the bench: what was given, and what would be right."""

from typing import Any

from pydantic_core import ErrorDetails

WORDS = {
    "missing": "Enter “{Label}”.",
    "string_too_short": "Enter “{Label}”; at least {min_length} characters.",
    "string_too_long": "{Label} is too long: {max_length} characters at most.",
    "string_pattern_mismatch": "“{input}” is not in the form expected for “{Label}” ({pattern}).",
    "decimal_parsing": "“{input}” is not a number. Write for example 97.5, with a dot.",
    "decimal_type": "Enter “{Label}” as a number, for example 97.5.",
    "decimal_max_digits": "{Label} has too many digits; {max_digits} at most.",
    "decimal_max_places": "{Label} has too many decimal places; {decimal_places} at most.",
    "decimal_whole_digits": "{Label} is too large a number.",
    "int_parsing": "“{input}” is not a whole number. Write for example 12.",
    "int_type": "Enter “{Label}” as a whole number, for example 12.",
    "int_parsing_size": "{Label} is too large a number.",
    "finite_number": "{Label} must be a finite number.",
    "greater_than": "{Label} must be more than {gt}.",
    "greater_than_equal": "{Label} must be at least {ge}.",
    "less_than": "{Label} must be less than {lt}.",
    "less_than_equal": "{Label} must be at most {le}.",
    "enum": "Choose “{Label}” from the list.",
    "literal_error": "Choose “{Label}” from the list.",
    "date_from_datetime_parsing": "“{input}” is not a date. Write it as 2026-03-31.",
    "date_parsing": "“{input}” is not a date. Write it as 2026-03-31.",
    "datetime_parsing": "“{input}” is not a date and time. Write it as 2026-03-31 14:05.",
    "datetime_from_date_parsing": "“{input}” is not a date and time. Write it as 2026-03-31 14:05.",
    "timezone_aware": "{Label} needs a time zone, for example 2026-03-31T14:05+02:00.",
    "too_short": "Enter at least {min_length} for “{Label}”.",
    "too_long": "{Label}: {max_length} at most.",
    "extra_forbidden": "{Label} is not a field of this form.",
    "bool_parsing": "Answer “{Label}” with yes or no.",
    "string_type": "Enter “{Label}” as text.",
}


def say(error: ErrorDetails, label: str) -> str:
    """One sentence for one validation error of the field called `label`."""
    context: dict[str, Any] = dict(error.get("ctx") or {})
    kind = error["type"]
    if isinstance(error.get("input"), str) and f"string_{kind}" in WORDS:
        kind = f"string_{kind}"  # of a text that is composed first, only a length is told
    if kind in ("value_error", "assertion_error"):
        reason = str(context.get("error", error["msg"]))
        return reason if reason[:1].isupper() else f"{_upper(label)} {reason}"
    pattern = WORDS.get(kind)
    if pattern is None:
        return f"{_upper(label)}: {error['msg']}."
    given = str(error.get("input", ""))
    context.setdefault("pattern", "")
    shown = given if len(given) <= 60 else given[:57] + "…"  # noqa: PLR2004 - what fits a line
    return pattern.format(**{**context, "Label": _upper(label), "input": shown})


def _upper(label: str) -> str:
    return label[:1].upper() + label[1:]

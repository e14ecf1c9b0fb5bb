"""Rounding as a pharmacopoeia does it: once, half-up, on the reportable value (R-SPEC-04).

Python's `round` is half-even: it makes 94 of 94.5, where a pharmacopoeia makes 95.
"""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

from schemas.specification import Rounding

_WIDE = Context(prec=200, rounding=ROUND_HALF_UP)


def decimals_of(limit: str) -> int:
    """How many decimals a limit is written with: 2 for "0.02", 0 for "95"."""
    return len(limit.partition(".")[2])


def figures_of(limit: str) -> int:
    """How many significant figures a limit is written with: 4 for "100.0", 1 for "0.02".

    Each digit from the first that is not zero counts; a limit is written as it is meant. A limit
    of zero has none.
    """
    return len(limit.lstrip("-").replace(".", "").lstrip("0"))


def round_to_decimals(value: Decimal, decimals: int) -> Decimal:
    """Round half-up, away from zero, to so many decimals."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), context=_WIDE)
    return rounded or abs(rounded)


def cut_to_decimals(value: Decimal, decimals: int) -> Decimal:
    """Leave digits out without rounding, for the eye only."""
    cut = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_DOWN, context=_WIDE)
    return cut or abs(cut)


def round_to_figures(value: Decimal, figures: int) -> Decimal:
    """Round half-up to so many significant figures (at least one)."""
    if not value:
        return value
    rounded = _to_exponent(value, value.adjusted() - figures + 1)
    # 9.996 to three figures is 10.0: a carry brings one digit too many.
    return _to_exponent(rounded, rounded.adjusted() - figures + 1)


def round_to_limit(value: Decimal, limit: str, policy: Rounding) -> Decimal:
    """The reportable value for this limit: USP to its decimals, Ph. Eur. to its figures.

    Without a policy the value stays as it is. A limit of zero has no figures: its decimals count.
    """
    if policy is Rounding.NONE:
        return value
    figures = figures_of(limit)
    if policy is Rounding.USP or not figures:
        return round_to_decimals(value, decimals_of(limit))
    return round_to_figures(value, figures)


def digits(value: Decimal) -> str:
    """A number with its digits, never with an exponent."""
    return format(value, "f")


def _to_exponent(value: Decimal, exponent: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(exponent), context=_WIDE)

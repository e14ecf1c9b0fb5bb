"""Raw values in words: what was typed, as people read it on screen and on paper."""

from app.web.fields import in_words
from app.web.pages import local_time
from schemas.quantity import with_unit
from schemas.reading import (
    CategoryReading,
    CountReading,
    FoldReading,
    InhibitionReading,
    KaryotypeReading,
    MarkerReading,
    NumberReading,
    Reading,
    SterilityReading,
)

Line = tuple[str, str]


def reading_lines(reading: Reading, zone: str) -> tuple[Line, ...]:
    """What was typed for a result, as labels and values; times in the zone of the site."""
    match reading:
        case NumberReading(values=values, unit=unit):
            return (("Value", ", ".join(with_unit(each, unit) for each in values)),)
        case MarkerReading():
            positive = ", ".join(with_unit(each, reading.unit) for each in reading.values)
            events = (("Events", str(reading.events)),) if reading.events else ()
            return (("Positive", positive), *events)
        case SterilityReading():
            return _culture(reading, zone)
        case CategoryReading() | KaryotypeReading():
            return _worded(reading)
        case CountReading() | InhibitionReading() | FoldReading():
            return _raw(reading)
        case _:
            return (("Reason", reading.reason),)


def _worded(reading: CategoryReading | KaryotypeReading) -> tuple[Line, ...]:
    if isinstance(reading, CategoryReading):
        return (("Outcome", reading.outcome),)
    return (
        ("ISCN", reading.iscn),
        ("Metaphases", str(reading.metaphases)),
        ("Interpretation", in_words(reading.interpretation)),
        ("Conclusion", reading.conclusion),
    )


def _raw(reading: CountReading | InhibitionReading | FoldReading) -> tuple[Line, ...]:
    if isinstance(reading, InhibitionReading):
        return (
            ("Ratio", reading.ratio),
            ("With cells", ", ".join(reading.with_cells)),
            ("Without cells", ", ".join(reading.without_cells)),
        )
    if isinstance(reading, FoldReading):
        treated, control = ", ".join(reading.treated), ", ".join(reading.control)
        return (("Treated", treated), ("Control", control))
    counted = "; ".join(
        f"{each.live} live, {each.dead} dead in {each.squares} squares" for each in reading.counts
    )
    volume = f"{reading.suspension_ml:f} mL" if reading.suspension_ml is not None else ""
    lines = [("Counted", counted), ("Dilution", f"{reading.dilution:f}"), ("Suspension", volume)]
    return tuple((label, value) for label, value in lines if value)


def _culture(reading: SterilityReading, zone: str) -> tuple[Line, ...]:
    looks = (
        (
            f"Day {each.day}" + (f", {each.medium}" if each.medium else ""),
            f"{each.outcome.value}, read {local_time(each.read_at, zone)}",
        )
        for each in reading.readings
    )
    return (("Inoculated", local_time(reading.inoculated_at, zone)), *looks)

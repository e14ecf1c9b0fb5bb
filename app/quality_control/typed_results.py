"""Reading what was typed for a sample: each criterion as its kind of result is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from app.errors import BadInput, FieldError
from app.quality_control.boxes import PREFILLED
from app.web.forms import read_form
from schemas.base import Contract, Moment
from schemas.quality_forms import WithoutSample
from schemas.quantity import Unit
from schemas.reading import (
    CategoryReading,
    CountReading,
    CultureReading,
    Dosing,
    FoldReading,
    Growth,
    InhibitionReading,
    InvalidReading,
    KaryotypeReading,
    MarkerReading,
    NotApplicableReading,
    NotTestedReading,
    NumberReading,
    Reading,
    SterilityReading,
)
from schemas.result import EnterResults, NewResult
from schemas.result_kind import (
    EndotoxinBasis,
    EndotoxinResult,
    MarkerResult,
    SterilityResult,
)
from schemas.specification import Criterion

INSTEAD: dict[str, type[NotTestedReading | NotApplicableReading | InvalidReading]] = {
    "not_tested": NotTestedReading,
    "invalid": InvalidReading,
    "not_applicable": NotApplicableReading,
}


READ_AS: dict[str, type[Reading]] = {
    "number": NumberReading,
    "endotoxin": NumberReading,
    "marker": MarkerReading,
    "category": CategoryReading,
    "viability": CountReading,
    "cell_count": CountReading,
    "potency_inhibition": InhibitionReading,
    "potency_fold": FoldReading,
    "sterility": SterilityReading,
    "karyotype": KaryotypeReading,
}
"""How each kind of result is read."""


class CultureLook(Contract):
    """One look at all media of a culture, as it is typed."""

    day: int
    read_at: Moment
    outcome: tuple[Growth, ...]


class CultureStart(Contract):
    """A culture is inoculated; nothing was read yet."""

    inoculated_at: Moment


@dataclass(frozen=True)
class Part:
    """What was typed under one prefix of a form."""

    form: FormData
    prefix: str
    zone: str

    def below(self, name: str) -> FormData:
        """What was typed under a name, with the names inside it."""
        start = f"{self.prefix}{name}"
        return FormData(
            [
                (key.removeprefix(start), value)
                for key, value in self.form.multi_items()
                if key.startswith(start) and isinstance(value, str)
            ]
        )

    def text(self, name: str) -> str:
        """One field as it was typed, or nothing."""
        value = self.form.get(self.prefix + name)
        return value.strip() if isinstance(value, str) else ""

    @property
    def is_blank(self) -> bool:
        """Whether nobody typed anything here."""
        return not any(
            isinstance(value, str) and value.strip()
            for key, value in self.form.multi_items()
            if key.startswith(self.prefix) and key.removeprefix(self.prefix) not in PREFILLED
        )


def read_result(
    criterion: Criterion, part: Part, before: Reading | None, *, whole: bool = False
) -> Reading:
    """The reading that was typed for a criterion; a culture with what was read before.

    `whole` reads a culture with all its looks, as a correction sends it.

    Raises:
        BadInput: fields named below "reading." or "look.".
    """
    if instead := INSTEAD.get(part.text("instead")):
        fixed = {"kind": part.text("instead")}
        with _below("reason", ""):
            reason: Reading = read_form(
                instead, FormData([("reason", part.text("reason"))]), part.zone, fixed
            )
            return reason
    if isinstance(criterion.result_kind, SterilityResult) and not whole:
        return _culture(criterion.result_kind, part, before)
    with _below("", "reading."):
        contract = READ_AS[criterion.result_kind.kind]
        return read_form(contract, part.below("reading."), part.zone, _fixed(criterion, contract))


def read_dosing(part: Part) -> Dosing | None:
    """How the dose is given, where the limit asks for it and somebody typed it."""
    typed = part.below("dosing.")
    if not any(isinstance(value, str) and value.strip() for value in typed.values()):
        return None
    with _below("", "dosing."):
        return read_form(Dosing, typed, part.zone)


def _culture(kind: SterilityResult, part: Part, before: Reading | None) -> SterilityReading:
    if not isinstance(before, SterilityReading):
        with _below("", "reading."):
            start = read_form(CultureStart, part.below("reading."), part.zone)
        return SterilityReading(inoculated_at=start.inoculated_at)
    media = kind.media or (None,)
    outcomes = [part.text(f"look.outcome.{at}") for at in range(len(media))]
    errors = [
        FieldError(f"look.outcome.{at}", f"Say what the {medium or 'culture'} shows.")
        for at, (medium, outcome) in enumerate(zip(media, outcomes, strict=True))
        if outcome not in set(Growth)
    ]
    if errors:
        raise BadInput(errors)
    typed = FormData(
        [
            ("day", part.text("look.day")),
            ("read_at", part.text("look.read_at")),
            *(("outcome", each) for each in outcomes),
        ]
    )
    with _below("", "look."):
        look = read_form(CultureLook, typed, part.zone)
    seen = tuple(
        CultureReading(day=look.day, outcome=outcome, read_at=look.read_at, medium=medium)
        for medium, outcome in zip(media, look.outcome, strict=True)
    )
    return before.model_copy(update={"readings": (*before.readings, *seen)})


def _fixed(criterion: Criterion, contract: type[Reading]) -> dict[str, Any]:
    """What the criterion says of an entry, so that nobody types it."""
    kind = criterion.result_kind
    if isinstance(kind, MarkerResult):
        return {"marker": kind.marker}
    if contract is NumberReading:
        per_ml = isinstance(kind, EndotoxinResult) and kind.basis is not EndotoxinBasis.PER_ML
        return {"unit": Unit.EU_PER_ML if per_ml else criterion.unit}
    return {}


@contextmanager
def _below(name: str, prefix: str) -> Iterator[None]:
    """Name what could not be read as it is named on the form."""
    try:
        yield
    except BadInput as wrong:
        raise BadInput(
            [FieldError(name or f"{prefix}{each.field}", each.says) for each in wrong.errors]
        ) from wrong


def read_without_sample(form: WithoutSample) -> EnterResults:
    """A criterion without a result, as the action takes it."""
    contract = INSTEAD[form.instead]
    reading: Reading = contract.model_validate({"kind": form.instead, "reason": form.reason})
    return EnterResults(results=(NewResult(criterion=form.criterion, reading=reading),))

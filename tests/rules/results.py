"""Plain facts of results and investigations; a test changes what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.masters.evaluate import evaluate
from app.quality_control.rules.standing import Entry, standing_of
from schemas.lot import FrozenVersion
from schemas.people import Role
from schemas.quality import Conclusion, InvestigationFacts, InvestigationState
from schemas.quality_record import CriterionFacts, ResultFacts, Standing
from schemas.reading import Reading
from schemas.result import ReceiptFacts, ResultChange, ResultWords, SampleCondition
from schemas.specification import Criterion
from schemas.trail import Meaning, Signature
from tests.rules.criteria import READING, criterion, limit

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PASSING, FAILING = "97", "12"
ASSAY = criterion(acceptance=limit("at_least", "95"), na_permitted=True, rationale="Rarely needed.")
CULTURE = criterion(
    code="STERILITY",
    result_kind={"kind": "sterility", "days": 14, "media": ["aerobic", "anaerobic"]},
    unit=None,
    acceptance={"kind": "equals_one_of", "accepted": ["no growth"]},
)


def reading(value: str = PASSING) -> Reading:
    return READING.validate_python({"kind": "number", "values": [value], "unit": "mg/mL"})


def reason(kind: str) -> Reading:
    return READING.validate_python({"kind": kind, "reason": "The control did not work."})


def culture(*days: int, growth: bool = False) -> Reading:
    looks = [
        {
            "day": day,
            "medium": medium,
            "outcome": "growth" if growth and day == days[-1] else "no growth",
            "read_at": NOON + timedelta(days=day),
        }
        for day in days
        for medium in ("aerobic", "anaerobic")
    ]
    return READING.validate_python({"kind": "sterility", "inoculated_at": NOON, "readings": looks})


def signature(meaning: Meaning = Meaning.VERIFIED) -> Signature:
    return Signature(
        username="vera",
        name="Vera Lind",
        role=Role.QC_REVIEWER,
        meaning=meaning,
        about="lot/UNIT1-26-0001/sample/UNIT1-26-0001-S01",
        words_digest="1" * 64,
        at=NOON,
        zone="Europe/Warsaw",
        binding="2" * 64,
    )


def receipt(condition: SampleCondition = SampleCondition.INTACT) -> ReceiptFacts:
    return ReceiptFacts(
        received_at=NOON,
        condition=condition,
        containers=1,
        kept_in="FR-1",
        received_by="Anton Berg",
        recorded_at=NOON,
    )


def entry(
    number: int = 1,
    revision: int = 1,
    *,
    read: Reading | None = None,
    of: Criterion = ASSAY,
    signed: bool = True,
    change: ResultChange = ResultChange.FIRST,
    retest_of: str | None = None,
    **changed: Any,
) -> ResultFacts:
    """Write one entry, verified unless it says otherwise; its standing is judged later."""
    read = read or reading()
    evaluation = evaluate(of, read)
    words = ResultWords(
        number=f"UNIT1-26-0001-R{number:02d}",
        revision=revision,
        change=change,
        replaces=None,
        reason=None,
        retest_of=retest_of,
        lot_number="UNIT1-26-0001",
        sample_number="UNIT1-26-0001-S01",
        specification=FrozenVersion(code="SPEC", version=1, sha256="0" * 64),
        criterion=of.code,
        title=of.title,
        method=of.method,
        method_version=of.method_version,
        limit=evaluation.compared_with,
        reading=read,
        dosing=None,
        tested_at=NOON,
        equipment=("BAL-1",),
        raw_file=None,
        raw_reference="Notebook 7, page 12",
        evaluation=evaluation,
        entered_by="anton",
        entered_name="Anton Berg",
        entered_at=NOON,
    ).model_copy(update=changed)
    return ResultFacts(
        words=words,
        words_digest=words.digest(),
        standing=Standing.CURRENT,
        signature=signature() if signed else None,
    )


def investigation(
    of: int = 1,
    conclusion: Conclusion | None = None,
    *,
    state: InvestigationState | None = None,
    retests: int = 0,
    through: int = 1,
) -> InvestigationFacts:
    """Open an investigation of result number `of`; with a conclusion it is closed."""
    closed = InvestigationState.CLOSED if conclusion else InvestigationState.OPEN
    return InvestigationFacts(
        number=f"UNIT1-26-0001-OOS{of:02d}",
        result_number=f"UNIT1-26-0001-R{of:02d}",
        criterion=ASSAY.code,
        title=ASSAY.title,
        opened_at=NOON,
        opened_for="It failed.",
        state=state or closed,
        through_revision=through,
        checks="Everything was looked at.",
        conclusion=conclusion,
        cause="Wrong standard" if conclusion is Conclusion.SET_ASIDE else None,
        plan="Two portions by another analyst" if retests else None,
        retests=retests,
        closed_at=NOON if conclusion else None,
        signatures=(),
    )


def facts(
    *results: ResultFacts,
    about: tuple[InvestigationFacts, ...] = (),
    of: Criterion = ASSAY,
    sampled: bool = True,
) -> CriterionFacts:
    """Everything known of a criterion, each entry with the standing it has."""
    entries = [Entry(each.words.number, each.words.revision) for each in results]
    stood = tuple(
        each.model_copy(update={"standing": standing_of(one, entries, about)})
        for each, one in zip(results, entries, strict=True)
    )
    return CriterionFacts(criterion=of, sampled=sampled, results=stood, investigations=about)

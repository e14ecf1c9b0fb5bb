"""Quality control for machines: the same actions, the same contracts."""

from typing import Annotated

from fastapi import Path, UploadFile

from app.lot.deviations import decide, deviation_facts, find_deviation, investigate, open_deviation
from app.lot.lots import facts_of, find_lot, hold_lot
from app.people.actor import Actor
from app.people.sessions import allowed
from app.quality_control.actions import holding
from app.quality_control.actions import investigations as oos
from app.quality_control.actions.results import (
    correct_result,
    enter_results,
    enter_without_sample,
)
from app.quality_control.actions.samples import keep_raw_data, receive_sample
from app.quality_control.actions.verification import approve_not_applicable, verify_results
from app.quality_control.models import Investigation
from app.quality_control.quality import (
    find_sample,
    gather,
    quality_of,
)
from app.quality_control.reading import investigation_facts
from app.trail.signatures import signatures_about
from app.web.clock import Now
from app.web.machines import Once, answers_once
from app.web.routing import API, Addresses
from app.web.unit import Look
from schemas.lot import Decide, DeviationFacts, HoldLot, Investigate, LotFacts, NewDeviation
from schemas.quality import (
    AnswerInvestigation,
    InvestigationFacts,
    LeadInvestigation,
    OpenInvestigation,
)
from schemas.quality_record import (
    EnteredResults,
    QualityRecord,
    SampleRecord,
)
from schemas.result import (
    ApproveNotApplicable,
    CorrectResult,
    EnterResults,
    ReceiveSample,
    VerifyResults,
)
from schemas.trail import KeptFile, Signature

api = Addresses(prefix=API, tags=["quality"])

Number = Annotated[str, Path(max_length=60)]
Reader = Annotated[Actor, allowed("lot.read")]
Receives = Annotated[Actor, allowed("sample.receive")]
Enters = Annotated[Actor, allowed("result.enter")]
Corrects = Annotated[Actor, allowed("result.correct")]
Verifies = Annotated[Actor, allowed("result.verify")]
Agrees = Annotated[Actor, allowed("result.not_applicable")]
Leads = Annotated[Actor, allowed("investigation.lead")]
Answers = Annotated[Actor, allowed("investigation.approve")]
Opens = Annotated[Actor, allowed("deviation.open")]
Investigates = Annotated[Actor, allowed("deviation.investigate")]
Decides = Annotated[Actor, allowed("deviation.decide")]
Holds = Annotated[Actor, allowed("lot.hold")]


def _sample(session: Look, number: str) -> SampleRecord:
    record = gather(session, find_sample(session, number).lot).sample(number)
    assert record is not None
    return record


def _investigation(session: Look, row: Investigation) -> InvestigationFacts:
    return investigation_facts(row, signatures_about(session, row.ref))


@api.get("/quality/lots/{number}")
def lot_quality(number: Number, by: Reader, session: Look) -> QualityRecord:
    """Everything quality control knows of a lot."""
    return quality_of(session, find_lot(session, number))


@api.get("/quality/samples/{number}")
def sample(number: Number, by: Reader, session: Look) -> SampleRecord:
    """A sample and its receipt."""
    return _sample(session, number)


@api.post("/quality/samples/{number}/receipt")
@answers_once
def receive(
    number: Number, by: Receives, form: ReceiveSample, at: Now, session: Once
) -> SampleRecord:
    """Receive a sample in the laboratory."""
    receive_sample(session, number, form, by=by, at=at)
    return _sample(session, number)


@api.post("/quality/samples/{number}/files")
@answers_once
def keep_file(number: Number, by: Enters, file: UploadFile, at: Now, session: Once) -> KeptFile:
    """Keep raw data with a sample; results name it by its digest."""
    return keep_raw_data(
        session,
        number,
        file.file.read(),
        name=file.filename or "raw data",
        media_type=file.content_type or "application/octet-stream",
        by=by,
        at=at,
    )


@api.post("/quality/samples/{number}/results")
@answers_once
def enter(number: Number, by: Enters, form: EnterResults, at: Now, session: Once) -> EnteredResults:
    """Enter results of a sample, all or none."""
    return EnteredResults(results=enter_results(session, number, form, by=by, at=at))


@api.post("/quality/lots/{number}/results")
@answers_once
def enter_for_lot(
    number: Number, by: Enters, form: EnterResults, at: Now, session: Once
) -> EnteredResults:
    """Say of criteria without a sample that they were not tested, or do not apply."""
    return EnteredResults(results=enter_without_sample(session, number, form, by=by, at=at))


@api.post("/quality/results/{number}/corrections")
@answers_once
def correct(
    number: Number, by: Corrects, form: CorrectResult, at: Now, session: Once
) -> EnteredResults:
    """Correct a result; the entry before stays."""
    corrected = correct_result(session, number, form, by=by, at=at)
    return EnteredResults(results=(corrected,))


@api.post("/quality/samples/{number}/verifications")
@answers_once
def verify(number: Number, by: Verifies, form: VerifyResults, at: Now, session: Once) -> Signature:
    """Verify results of a sample under one signature."""
    return verify_results(session, number, form, by=by, at=at)


@api.post("/quality/results/{number}/not-applicable")
@answers_once
def not_applicable(
    number: Number, by: Agrees, form: ApproveNotApplicable, at: Now, session: Once
) -> Signature:
    """Agree that a test does not apply to a lot."""
    return approve_not_applicable(session, number, form, by=by, at=at)


@api.post("/quality/results/{number}/investigations")
@answers_once
def open_oos(
    number: Number, by: Leads, form: OpenInvestigation, at: Now, session: Once
) -> InvestigationFacts:
    """Have a result investigated that cannot be told from its limit."""
    return _investigation(session, oos.open_investigation(session, number, form, by=by, at=at))


@api.get("/quality/investigations/{number}")
def investigation(number: Number, by: Reader, session: Look) -> InvestigationFacts:
    """An investigation as it stands."""
    return _investigation(session, oos.find_investigation(session, number))


@api.post("/quality/investigations/{number}/conclusion")
@answers_once
def lead(
    number: Number, by: Leads, form: LeadInvestigation, at: Now, session: Once
) -> InvestigationFacts:
    """Sign what the laboratory concludes."""
    return _investigation(session, oos.lead_investigation(session, number, form, by=by, at=at))


@api.post("/quality/investigations/{number}/answer")
@answers_once
def answer(
    number: Number, by: Answers, form: AnswerInvestigation, at: Now, session: Once
) -> InvestigationFacts:
    """Approve the conclusion, or send it back."""
    return _investigation(session, oos.answer_investigation(session, number, form, by=by, at=at))


@api.post("/quality/lots/{number}/deviations")
@answers_once
def report(number: Number, by: Opens, form: NewDeviation, at: Now, session: Once) -> DeviationFacts:
    """Report a deviation."""
    return deviation_facts(session, open_deviation(session, number, form, by=by, at=at))


@api.get("/quality/deviations/{number}")
def deviation(number: Number, by: Reader, session: Look) -> DeviationFacts:
    """A deviation as it stands."""
    return deviation_facts(session, find_deviation(session, number))


@api.post("/quality/deviations/{number}/investigation")
@answers_once
def investigate_deviation(
    number: Number, by: Investigates, form: Investigate, at: Now, session: Once
) -> DeviationFacts:
    """Sign what was found out about a deviation."""
    return deviation_facts(session, investigate(session, number, form, by=by, at=at))


@api.post("/quality/deviations/{number}/decision")
@answers_once
def decide_deviation(
    number: Number, by: Decides, form: Decide, at: Now, session: Once
) -> DeviationFacts:
    """Decide on a deviation, and close it."""
    return deviation_facts(session, decide(session, number, form, by=by, at=at))


@api.post("/quality/lots/{number}/hold")
@answers_once
def hold(number: Number, by: Holds, form: HoldLot, at: Now, session: Once) -> LotFacts:
    """Hold a lot."""
    return facts_of(hold_lot(session, number, form, by=by, at=at), by)


@api.post("/quality/lots/{number}/let-go")
@answers_once
def let_go(number: Number, by: Holds, form: HoldLot, at: Now, session: Once) -> LotFacts:
    """Let a held lot go on."""
    return facts_of(holding.let_go(session, number, form, by=by, at=at), by)

"""The laboratory at work: what is written, what is refused, what it sets in motion."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.errors import BadInput, Forbidden, OutOfDate, Refused, SamePerson, SignatureFailed
from app.expansion.models import SampleTaken
from app.lot.lots import move
from app.lot.models import Deviation, Lot
from app.people.actor import Actor
from app.quality_control import worklist
from app.quality_control.actions import investigations, verification
from app.quality_control.actions.investigations import NothingToInvestigate, NotThere
from app.quality_control.actions.results import correct_result, enter_results
from app.quality_control.actions.samples import keep_raw_data, receive_sample
from app.quality_control.models import Investigation, Result
from app.quality_control.on_record import OnRecord, on_record_of_sample
from app.quality_control.quality import gather, quality_of
from app.quality_control.typed_screen import equipment_codes
from app.supplies.actions.uses import supplies_of_lot
from app.trail import audit
from app.trail.models import AuditEntry
from schemas.lot import Stage
from schemas.people import Role
from schemas.quality import (
    Answer,
    AnswerInvestigation,
    Conclusion,
    LeadInvestigation,
    OpenInvestigation,
)
from schemas.quality_record import CriterionRecord, Standing
from schemas.reading import ResultState
from schemas.result import (
    ApproveNotApplicable,
    CorrectResult,
    EnterResults,
    NewResult,
    ReceiveSample,
    SampleCondition,
    VerifyResults,
)
from tests.actions.laboratory import (
    Laboratory,
    laboratory_of,
    lot_with_samples,
    microscope,
    samples_to_test,
)
from tests.conftest import Clock, person, signing
from tests.journeys.production import corrected, started, through, working_unit
from tests.journeys.testing import (
    culture_of,
    entered,
    lot_through_testing,
    received_samples,
    verified_results,
)
from tests.rules.criteria import READING

GOOD = {"kind": "counts", "counts": [{"live": 190, "dead": 10}]}
BAD = {"kind": "counts", "counts": [{"live": 100, "dead": 100}]}


class Bench:
    """A lot of the frozen product in the laboratory, its samples received."""

    def __init__(self, session: Session, clock: Clock, laboratory: Laboratory) -> None:
        self.session, self.clock, self.lot = session, clock, laboratory.lot
        self.bulk, self.vial = laboratory.samples["UC-BULK"], laboratory.samples["UC-VIAL"]

    def person(self, name: str, deed: str) -> Actor:
        return person(self.session, name, deed)

    def enters(self, reading: dict[str, Any], code: str = "VIABILITY") -> None:
        entered(self.session, self.clock, self.bulk, {code: reading})

    def corrects(self, reading: dict[str, Any], number: str = "R01", revision: int = 1) -> Result:
        self.clock.forward(minutes=5)
        form = CorrectResult(
            reading=READING.validate_python(reading),
            tested_at=self.clock(),
            raw_reference="Notebook QC-7, page 12",
            reason="Live and dead were exchanged",
            revision=revision,
        )
        number = f"{self.lot.number}-{number}"
        anton = self.person("anton", "result.correct")
        return correct_result(self.session, number, form, by=anton, at=self.clock())

    def verifies(self, by: str = "vera", password: str = "", digests: Any = None) -> None:
        waiting = verification.to_verify(gather(self.session, self.lot), self.bulk)
        form = VerifyResults(
            digests=digests or tuple(each.words_digest for each in waiting),
            signing=signing(by, password) if password else signing(by),
        )
        verification.verify_results(
            self.session, self.bulk, form, by=self.person(by, "result.verify"), at=self.clock()
        )

    def leads(self, by: str = "vera", **changed: Any) -> Investigation:
        plain: dict[str, Any] = {
            "checks": "Raw data, stain, chamber and calculation were looked at.",
            "conclusion": Conclusion.SET_ASIDE,
            "cause": "The stain was expired: bottle TB-9",
            "plan": "Two portions of the retained sample, counted by another analyst",
            "retests": 2,
            "version": self.investigation().version,
            "signing": signing(by),
        }
        form = LeadInvestigation.model_validate({**plain, **changed})
        self.clock.forward(minutes=30)
        vera = self.person(by, "investigation.lead")
        number = self.investigation().number
        return investigations.lead_investigation(
            self.session, number, form, by=vera, at=self.clock()
        )

    def answers(self, answer: Answer = Answer.APPROVE, by: str = "quinn") -> Investigation:
        form = AnswerInvestigation(
            answer=answer,
            reason="The expired stain explains the dead cells",
            version=self.investigation().version,
            signing=signing(by),
        )
        return investigations.answer_investigation(
            self.session,
            self.investigation().number,
            form,
            by=self.person(by, "investigation.approve"),
            at=self.clock(),
        )

    def investigation(self) -> Investigation:
        return self.session.scalars(select(Investigation)).one()

    def record(self, code: str = "VIABILITY") -> CriterionRecord:
        return quality_of(self.session, self.lot).criterion(code)

    def both_roles(self, name: str, *roles: Role) -> None:
        from app.people.actions import account_named

        account_named(self.session, name).role_names = [each.value for each in roles]
        audit.record(self.session, by=None, at=self.clock(), did="account.change", about="account")


pytestmark = pytest.mark.site(build=samples_to_test, fixture="bench")


@pytest.fixture
def bench(session: Session, clock: Clock) -> Bench:
    return Bench(session, clock, laboratory_of(session))


# Samples


def test_a_sample_is_received_once(bench: Bench) -> None:
    form = ReceiveSample(
        received_at=bench.clock(),
        condition=SampleCondition.INTACT,
        containers=1,
        kept_in="FR-1",
    )
    anton = bench.person("anton", "sample.receive")
    with pytest.raises(OutOfDate):
        receive_sample(bench.session, bench.bulk, form, by=anton, at=bench.clock())


def test_a_broken_sample_opens_a_deviation_and_is_not_tested(
    session: Session, clock: Clock
) -> None:
    sample = lot_with_samples(session, clock).samples["UC-BULK"]
    broken = ReceiveSample(
        received_at=clock(), condition=SampleCondition.LEAKING, containers=1, kept_in="FR-1"
    )
    anton = person(session, "anton", "sample.receive")
    receive_sample(session, sample, broken, by=anton, at=clock())
    assert session.scalars(select(Deviation)).one().rule == "QC-12"
    with pytest.raises(Refused, match="QC-12"):
        entered(session, clock, sample, {"VIABILITY": GOOD})


def test_nothing_is_read_on_a_sample_that_is_not_received(session: Session, clock: Clock) -> None:
    sample = lot_with_samples(session, clock).samples["UC-BULK"]
    with pytest.raises(Refused, match="QC-11"):
        entered(session, clock, sample, {"VIABILITY": GOOD})


def test_a_sample_is_known_as_its_step_was_corrected(session: Session, clock: Clock) -> None:
    unit = working_unit(session, clock)
    lot = through(unit, started(unit, "BM-MSC-AUTO"), "S330")
    corrected(unit, lot, "S320", appearance="Yellow, two clumps")
    sample = quality_of(session, lot).samples[0]
    assert (sample.sample_point, sample.appearance) == ("BM-SUP", "Yellow, two clumps")


def judged_by(session: Session, lot: Lot, sample_number: str) -> OnRecord:
    """What an entry of every criterion would be judged by."""
    codes = [each.code for each in gather(session, lot).specification.criteria]
    known, whole = on_record_of_sample(session, sample_number, codes), gather(session, lot)
    assert (known.approved_at, known.specification) == (whole.approved_at, whole.specification)
    assert known.count == len({each.words.number for each in whole.results})
    for criterion in whole.specification.criteria:
        there, facts = known.facts_on(criterion), whole.facts_on(criterion)
        assert (there.results, there.investigations) == (facts.results, facts.investigations)
    shown = whole.sample(sample_number)
    assert known.sample is not None
    assert shown is not None
    assert all(getattr(shown, name) == value for name, value in known.sample)
    return known


def test_an_entry_is_judged_by_the_sample_as_its_step_was_corrected(
    session: Session, clock: Clock
) -> None:
    unit = working_unit(session, clock)
    lot = through(unit, started(unit, "BM-MSC-AUTO"), "S330")
    (number,) = session.scalars(select(SampleTaken.number).where(SampleTaken.lot_id == lot.id))
    before = judged_by(session, lot, number).sample
    assert before is not None
    corrected(unit, lot, "S320", taken_at=before.taken_at - timedelta(minutes=2))
    after = judged_by(session, lot, number).sample
    assert after is not None
    assert after.taken_at == before.taken_at - timedelta(minutes=2)


def test_of_a_sample_that_nothing_is_read_on_nothing_is_on_record(
    session: Session, clock: Clock
) -> None:
    """A retention sample may have no criteria."""
    laboratory = lot_with_samples(session, clock)
    received_samples(session, clock, laboratory.lot.number)
    sample = laboratory.samples["UC-BULK"]
    entered(session, clock, sample, {"VIABILITY": GOOD})
    known = on_record_of_sample(session, sample, ())
    assert (known.count, known.results, known.investigations) == (1, (), ())


# Entering


def test_an_entry_is_judged_by_what_the_record_shows(bench: Bench) -> None:
    assert judged_by(bench.session, bench.lot, bench.bulk).results == ()
    bench.enters(
        {"kind": "category", "outcome": "off-white suspension without clumps"}, "APPEARANCE"
    )
    bench.verifies()
    bench.enters(BAD)
    bench.leads()
    bench.answers()
    bench.enters(GOOD)  # the retest that was planned
    bench.corrects(GOOD, "R03")
    known = judged_by(bench.session, bench.lot, bench.bulk)
    assert [each.standing for each in known.results] == [
        Standing.CURRENT,
        Standing.SET_ASIDE,
        Standing.SUPERSEDED,
        Standing.CURRENT,
    ]


def test_a_whole_lot_is_tested(bench: Bench) -> None:
    record = lot_through_testing(bench.session, bench.clock, bench.lot.number)
    assert {each.state for each in record.criteria} == {ResultState.PASS}
    assert all(one.signature for each in record.criteria for one in each.results)
    assert record.investigations == ()


def test_a_long_list_shows_the_samples_that_wait_longest_each_with_all_of_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear = {"kind": "category", "outcome": "off-white suspension without clumps"}
    bench.enters(GOOD)
    entered(bench.session, bench.clock, bench.vial, {"VIABILITY-THAW": GOOD})
    bench.enters(clear, "APPEARANCE")
    waiting = worklist.results_to_verify(bench.session)
    assert [each.sample_number for each in waiting] == [bench.bulk, bench.vial]
    monkeypatch.setattr(worklist, "SHOWN_MAX", 1)
    assert worklist.results_to_verify(bench.session) == waiting[:1]
    assert len(waiting[0].titles) == 2


def test_a_result_keeps_what_was_typed_and_what_it_is_worth(bench: Bench) -> None:
    bench.enters(GOOD)
    found = bench.record().results[0]
    assert found.words.evaluation.reported == "95 %"
    assert found.words.evaluation.formula == "VIABILITY/1"
    assert (found.words.entered_name, found.words.equipment) == ("Anton Berg", ("MIC-01",))
    assert found.words.number == f"{bench.lot.number}-R01"
    assert bench.record().state is ResultState.PENDING


def test_all_results_are_saved_or_none(bench: Bench) -> None:
    with pytest.raises(BadInput) as wrong:
        entered(
            bench.session,
            bench.clock,
            bench.bulk,
            {
                "VIABILITY": GOOD,
                "ENDOTOXIN": {"kind": "number", "values": ["low"], "unit": "{EU}/mL"},
            },
        )
    assert [each.field for each in wrong.value.errors] == ["results.1.reading.values"]
    assert bench.record().results == ()


def test_a_second_result_is_refused(bench: Bench) -> None:
    bench.enters(GOOD)
    with pytest.raises(Refused, match="QC-16"):
        bench.enters(GOOD)


def test_a_specification_approved_after_the_sample_judges_nothing(
    session: Session, clock: Clock
) -> None:
    long_ago = clock() - timedelta(days=31)
    laboratory = lot_with_samples(session, clock, taken_at=long_ago)
    received_samples(session, clock, laboratory.lot.number)
    with pytest.raises(Refused, match="QC-15"):
        entered(session, clock, laboratory.samples["UC-BULK"], {"VIABILITY": GOOD})


def test_raw_data_belong_to_the_sample(bench: Bench) -> None:
    form = EnterResults(
        results=(
            NewResult(
                criterion="VIABILITY",
                reading=READING.validate_python(GOOD),
                tested_at=bench.clock(),
                raw_file="0" * 64,
            ),
        )
    )
    anton = bench.person("anton", "result.enter")
    with pytest.raises(BadInput, match="not attached"):
        enter_results(bench.session, bench.bulk, form, by=anton, at=bench.clock())
    kept = keep_raw_data(
        bench.session,
        bench.bulk,
        b"live,dead\n190,10\n",
        name="count.csv",
        media_type="text/csv",
        by=anton,
        at=bench.clock(),
    )
    new = form.results[0].model_copy(update={"raw_file": kept.sha256})
    entered_now = EnterResults(results=(new,))
    enter_results(bench.session, bench.bulk, entered_now, by=anton, at=bench.clock())
    assert bench.record().results[0].words.raw_file == kept.sha256


def with_instrument(bench: Bench, code: str, *, tested_at: datetime | None = None) -> None:
    new = NewResult(
        criterion="VIABILITY",
        reading=READING.validate_python(GOOD),
        tested_at=tested_at or bench.clock(),
        equipment=(code,),
        raw_reference="Notebook QC-7, page 12",
    )
    anton = bench.person("anton", "result.enter")
    form = EnterResults(results=(new,))
    enter_results(bench.session, bench.bulk, form, by=anton, at=bench.clock())


@pytest.mark.parametrize(
    ("count", "refused"),
    [pytest.param(50, False, id="as many as may be"), pytest.param(51, True, id="one more")],
)
def test_a_test_names_at_most_fifty_instruments(count: int, refused: bool) -> None:
    codes = [f"MIC-{place:02d}" for place in range(count)]
    plain = {"criterion": "VIABILITY", "reading": GOOD, "equipment": codes}
    for read in (
        lambda: NewResult.model_validate(plain).equipment,
        lambda: equipment_codes(", ".join(codes), "common.equipment"),
    ):
        if refused:
            with pytest.raises((ValidationError, BadInput)):
                read()
        else:
            assert read() == tuple(codes)


@pytest.mark.parametrize(
    "tested_at",
    [
        pytest.param(datetime(9999, 12, 31, 23, 59, 30, tzinfo=UTC), id="the last minute of all"),
        pytest.param(datetime(1, 1, 1, tzinfo=UTC), id="the first"),
    ],
)
def test_a_test_at_an_end_of_the_calendar_is_refused_like_any_other(
    bench: Bench, tested_at: datetime
) -> None:
    with pytest.raises(Refused, match="QC-14"):
        with_instrument(bench, "MIC-01", tested_at=tested_at)


def test_an_instrument_that_is_on_no_register_is_refused(bench: Bench) -> None:
    with pytest.raises(BadInput, match="no equipment MIC-77"):
        with_instrument(bench, "MIC-77")


@pytest.mark.parametrize(
    ("later", "used"),
    [
        pytest.param({"days": 3}, True, id="the last day of its calibration"),
        pytest.param({"days": 4}, False, id="the day after"),
    ],
)
def test_an_instrument_is_in_calibration_on_the_day_of_the_test(
    bench: Bench, later: dict[str, float], used: bool
) -> None:
    microscope(bench.session, bench.clock, "MIC-02", days=3)
    bench.clock.forward(**later)
    if used:
        with_instrument(bench, "MIC-02")
        uses = supplies_of_lot(bench.session, bench.lot.number).equipment
        ref = f"{bench.lot.ref}/result/{bench.lot.number}-R01"
        assert [(each.code, each.about) for each in uses] == [("MIC-02", ref)]
    else:
        with pytest.raises(Refused, match="SUP-13"):
            with_instrument(bench, "MIC-02")


def test_an_operator_enters_nothing(bench: Bench) -> None:
    form = EnterResults(
        results=(NewResult(criterion="VIABILITY", reading=READING.validate_python(GOOD)),)
    )
    olga = person(bench.session, "olga")
    with pytest.raises(Forbidden):
        enter_results(bench.session, bench.bulk, form, by=olga, at=bench.clock())


def test_a_result_is_never_edited_even_behind_our_back(bench: Bench) -> None:
    bench.enters(GOOD)
    with pytest.raises(AssertionError):
        bench.session.execute(update(Result).values(state="pass"))
    with pytest.raises(DBAPIError, match="append-only"):
        bench.session.execute(text("UPDATE result SET state = 'pass'"))


# Verifying


def test_several_results_are_verified_under_one_signature(bench: Bench) -> None:
    bench.enters(GOOD)
    bench.enters({"kind": "number", "values": ["<0.5"], "unit": "{EU}/mL"}, "ENDOTOXIN")
    bench.verifies()
    first, second = bench.record().results[0], bench.record("ENDOTOXIN").results[0]
    assert first.signature == second.signature
    assert bench.record().state is ResultState.PASS
    deeds = select(AuditEntry.about).where(AuditEntry.did == "result.verify")
    refs = [f"{bench.lot.ref}/result/{bench.lot.number}-{each}" for each in ("R01", "R02")]
    assert bench.session.scalars(deeds).all() == refs


def test_who_entered_a_result_does_not_verify_it(bench: Bench) -> None:
    bench.both_roles("anton", Role.QC_TECHNICIAN, Role.QC_REVIEWER)
    bench.enters(GOOD)
    with pytest.raises(SamePerson, match="SOD-02"):
        bench.verifies(by="anton")
    assert bench.record().state is ResultState.PENDING


def test_a_correction_makes_the_page_of_the_verifier_stale(bench: Bench) -> None:
    bench.enters(GOOD)
    shown = (bench.record().results[0].words_digest,)
    bench.corrects({"kind": "counts", "counts": [{"live": 180, "dead": 20}]})
    with pytest.raises(Refused, match="QC-24"):
        bench.verifies(digests=shown)
    with pytest.raises(OutOfDate):
        bench.verifies(digests=("0" * 64,))


def test_a_wrong_password_verifies_nothing(bench: Bench) -> None:
    bench.enters(GOOD)
    with pytest.raises(SignatureFailed):
        bench.verifies(password="wrong horse battery")
    assert bench.record().results[0].signature is None


def test_a_correction_is_verified_anew_and_leaves_the_original_readable(bench: Bench) -> None:
    bench.enters(GOOD)
    bench.verifies()
    bench.corrects({"kind": "counts", "counts": [{"live": 180, "dead": 20}]})
    record = bench.record()
    assert record.state is ResultState.PENDING
    assert [each.standing for each in record.results] == [Standing.SUPERSEDED, Standing.CURRENT]
    assert record.results[1].words.replaces == record.results[0].words_digest
    assert record.results[1].words.reason == "Live and dead were exchanged"
    bench.verifies()
    assert (bench.record().state, bench.record().reported) == (ResultState.PASS, "90 %")


def test_two_corrections_of_one_entry_are_one_too_many(bench: Bench) -> None:
    bench.enters(GOOD)
    bench.corrects(GOOD)
    with pytest.raises(OutOfDate):
        bench.corrects(GOOD, revision=1)


def test_not_applicable_is_signed_by_quality_assurance(bench: Bench) -> None:
    with pytest.raises(Refused, match="QC-18"):
        bench.enters({"kind": "not_applicable", "reason": "Not asked for this lot"})


def test_a_proposal_of_another_kind_is_not_agreed_to(bench: Bench) -> None:
    bench.enters(GOOD)
    found = bench.record().results[0]
    form = ApproveNotApplicable(
        reason="It does not apply", words_digest=found.words_digest, signing=signing("quinn")
    )
    with pytest.raises(verification.NotProposed):
        verification.approve_not_applicable(
            bench.session,
            found.words.number,
            form,
            by=bench.person("quinn", "result.not_applicable"),
            at=bench.clock(),
        )


# Cultures


def test_a_culture_is_read_on_until_its_last_day(bench: Bench) -> None:
    kind = bench.record("STERILITY").criterion.result_kind
    start = bench.clock()
    for days in ((), (3,), (3, 7), (3, 7, 14)):
        bench.clock.now = start
        bench.clock.forward(days=max(days, default=0), hours=1)
        looks = culture_of(kind, start, days=days)
        entered(bench.session, bench.clock, bench.vial, {"STERILITY": looks})
    record = bench.record("STERILITY")
    assert [each.words.revision for each in record.results] == [1, 2, 3, 4]
    assert record.results[2].words.evaluation.reported == "no growth up to day 7"
    verified_results(bench.session, bench.clock, bench.lot.number)
    assert bench.record("STERILITY").state is ResultState.PASS


def test_growth_fails_at_once_and_opens_its_investigation(bench: Bench) -> None:
    kind = bench.record("STERILITY").criterion.result_kind
    start = bench.clock()
    entered(bench.session, bench.clock, bench.vial, {"STERILITY": culture_of(kind, start, days=())})
    bench.clock.forward(days=3, hours=1)
    looks = culture_of(kind, start, days=(3,), passes=False)
    entered(bench.session, bench.clock, bench.vial, {"STERILITY": looks})
    assert bench.record("STERILITY").state is ResultState.FAIL
    assert bench.investigation().result_number == f"{bench.lot.number}-R01"
    assert not bench.lot.held


def test_a_late_failure_holds_the_lot_at_once(bench: Bench) -> None:
    move(bench.lot, Stage.CONDITIONALLY_CERTIFIED)
    audit.record(bench.session, by=None, at=bench.clock(), did="lot.certify", about=bench.lot.ref)
    bench.enters(BAD)
    deviation = bench.session.scalars(select(Deviation)).one()
    assert (deviation.critical, deviation.rule) == (True, "QC-01")
    assert bench.lot.held
    assert bench.lot.stage is Stage.CONDITIONALLY_CERTIFIED


# Investigations


def test_a_failure_leaves_the_verdict_only_by_an_approved_investigation(bench: Bench) -> None:
    bench.enters(BAD)
    bench.verifies()
    with pytest.raises(Refused, match="QC-16"):
        bench.enters(GOOD)
    bench.leads()
    assert bench.record().state is ResultState.FAIL
    bench.answers()
    assert bench.record().results[0].standing is Standing.SET_ASIDE
    assert bench.record().state is ResultState.PENDING
    for expected in (ResultState.PENDING, ResultState.PASS):
        bench.enters(GOOD)
        bench.verifies()
        assert bench.record().state is expected
    with pytest.raises(Refused, match="QC-16"):
        bench.enters(GOOD)
    assert [each.words.retest_of for each in bench.record().results[1:]] == [
        bench.investigation().number
    ] * 2


def test_a_failure_corrected_into_a_pass_waits_for_the_quality_unit(bench: Bench) -> None:
    bench.enters(BAD)
    bench.corrects(GOOD)
    bench.verifies()
    assert bench.record().state is ResultState.FAIL
    bench.leads(cause="Live and dead were exchanged in typing", plan=None, retests=0)
    bench.answers()
    assert bench.record().state is ResultState.PASS


def test_a_confirmed_failure_stays(bench: Bench) -> None:
    bench.enters(BAD)
    bench.leads(conclusion=Conclusion.CONFIRMED, cause=None, plan=None, retests=0)
    bench.answers()
    assert bench.record().state is ResultState.FAIL
    with pytest.raises(Refused, match="QC-19"):
        bench.corrects(GOOD)


def test_quality_assurance_sends_a_thin_conclusion_back(bench: Bench) -> None:
    bench.enters(BAD)
    bench.leads()
    bench.answers(Answer.SEND_BACK)
    assert bench.record().state is ResultState.FAIL
    bench.leads()
    with pytest.raises(NotThere):
        bench.leads()


def test_no_cause_no_setting_aside(bench: Bench) -> None:
    bench.enters(BAD)
    with pytest.raises(Refused, match="QC-31"):
        bench.leads(cause=None)


def test_who_entered_the_result_does_not_lead_its_investigation(bench: Bench) -> None:
    bench.both_roles("anton", Role.QC_TECHNICIAN, Role.QC_REVIEWER)
    bench.enters(BAD)
    with pytest.raises(SamePerson, match="SOD-10"):
        bench.leads(by="anton")


def test_who_led_an_investigation_does_not_answer_it(bench: Bench) -> None:
    bench.both_roles("vera", Role.QC_REVIEWER, Role.QA)
    bench.enters(BAD)
    bench.leads()
    with pytest.raises(SamePerson, match="SOD-09"):
        bench.answers(by="vera")


def test_what_cannot_be_told_is_investigated_when_a_reviewer_asks(bench: Bench) -> None:
    endotoxin = {"kind": "number", "values": ["<5.0"], "unit": "{EU}/mL"}
    bench.enters(endotoxin, "ENDOTOXIN")
    assert bench.record("ENDOTOXIN").state is ResultState.INDETERMINATE
    vera = bench.person("vera", "investigation.lead")
    asked = OpenInvestigation(reason="The dilution was too high to tell")
    number = f"{bench.lot.number}-R01"
    investigations.open_investigation(bench.session, number, asked, by=vera, at=bench.clock())
    with pytest.raises(NothingToInvestigate):
        investigations.open_investigation(bench.session, number, asked, by=vera, at=bench.clock())
    bench.leads(retests=1)
    bench.answers()
    bench.enters({**endotoxin, "values": ["<0.5"]}, "ENDOTOXIN")
    bench.verifies()
    assert bench.record("ENDOTOXIN").state is ResultState.PASS

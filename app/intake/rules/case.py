"""One donation before one jurisdiction's pack: the facts as the rules read them.

Days are civil days on the calendar of the collection site, never multiples of 24 hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from schemas.donation import MarrowReading
from schemas.donor import (
    DonorFacts,
    DonorKind,
    InfectiousDiseaseResult,
    Questionnaire,
    QuestionnaireOutcome,
    RiskDecision,
    RiskSubject,
    SampledPerson,
    Specimen,
)
from schemas.eligibility import (
    AskedWhen,
    Consequence,
    JurisdictionPack,
    RequiredTest,
    SamplingWindow,
)
from schemas.marker import Marker, MarkerOutcome
from schemas.origin import DonationUse, Jurisdiction, Tissue


@dataclass(frozen=True)
class DonorCase:
    """What a donor rule is asked about: the facts, and the pack that judges them."""

    facts: DonorFacts
    pack: JurisdictionPack

    @property
    def autologous(self) -> bool:
        """Whether the cells go back to the donor."""
        return self.facts.donation.use is DonationUse.AUTOLOGOUS

    @property
    def collected_on(self) -> date:
        """The day of the donation on the site's calendar."""
        zone = ZoneInfo(self.facts.donor.site_zone)
        return self.facts.donation.collected_at.astimezone(zone).date()

    @property
    def assessed(self) -> tuple[Questionnaire, ...]:
        """The questionnaires that were done, in an interview by a trained professional."""
        return tuple(
            each
            for each in self.facts.questionnaires
            if each.outcome is not QuestionnaireOutcome.NOT_DONE and each.interviewed
        )

    @property
    def risks(self) -> tuple[tuple[date, str], ...]:
        """Every risk any questionnaire found: the day it was asked, and its words."""
        return tuple(
            (each.assessed_on, each.risk)
            for each in self.facts.questionnaires
            if each.risk is not None
        )

    def asks(self, test: RequiredTest) -> bool:
        """Whether the pack requires this test of this donor."""
        if test.when is AskedWhen.HTLV_HIGH_PREVALENCE:
            return any(each.htlv_high_prevalence for each in self.facts.questionnaires)
        if test.when is AskedWhen.LEUKOCYTE_RICH:
            return self.facts.donation.tissue in self.pack.leukocyte_rich
        return True

    @property
    def required_by_pack(self) -> tuple[RequiredTest, ...]:
        """The tests the pack asks of this donor."""
        return tuple(each for each in self.pack.required_tests if self.asks(each))

    @property
    def required(self) -> tuple[RequiredTest, ...]:
        """The tests the pack asks of this donor, then those the donor's history asks for."""
        asked = self.required_by_pack
        further = {
            marker: RequiredTest(name=marker.words, any_of=(marker,), cite="donor's history")
            for each in self.facts.questionnaires
            for marker in each.further_tests
            if not any(test.any_of == (marker,) for test in asked)
        }
        return asked + tuple(further.values())

    def of(self, *markers: Marker) -> tuple[InfectiousDiseaseResult, ...]:
        """All results of these markers, whether they count or not."""
        return tuple(each for each in self.facts.results if each.marker in markers)

    def flaws(self, result: InfectiousDiseaseResult) -> Iterator[str]:
        """Why this result does not count, in words; nothing when it does."""
        if not result.laboratory_authorised:
            yield f"{result.laboratory} is not authorised to test donors"
        if self.pack.jurisdiction is Jurisdiction.EU and not result.kit_ce_marked:
            yield "the kit is not CE-marked"
        if self.pack.jurisdiction is Jurisdiction.US and not result.kit_fda_licensed:
            yield "the kit is not FDA-licensed"
        if result.specimen is Specimen.OTHER:
            yield "neither serum nor plasma was tested"
        yield from self._wrong_person(result)

    def _wrong_person(self, result: InfectiousDiseaseResult) -> Iterator[str]:
        mother = result.sampled_person is SampledPerson.BIRTH_MOTHER
        neonate = self.facts.donor.kind is DonorKind.NEONATE
        if mother and not neonate:
            yield "the mother of a donor older than one month does not speak for the donor"
        if neonate and not mother and self.pack.jurisdiction is Jurisdiction.US:
            yield "for a donor at most one month old the birth mother is tested"

    def counting(self, *markers: Marker) -> tuple[InfectiousDiseaseResult, ...]:
        """The results of these markers that count."""
        return tuple(each for each in self.of(*markers) if not any(self.flaws(each)))

    def inside(self, sampled_on: date, window: SamplingWindow) -> bool:
        """Whether a sample lies in a window around the donation; both ends are inside."""
        days = (sampled_on - self.collected_on).days
        return -window.before_days <= days <= window.after_days

    @property
    def marrow_donor(self) -> bool:
        """Whether the marrow window applies; in the EU the site's reading decides (R-DON-11)."""
        donation = self.facts.donation
        if donation.tissue is not Tissue.BONE_MARROW:
            return False
        reading = donation.marrow_reading is MarrowReading.STEM_CELL_DONOR
        return reading or self.pack.jurisdiction is Jurisdiction.US

    @property
    def repeat_needed(self) -> bool:
        """Whether an allogeneic donor is sampled again before cells stored for long are used.

        NAT replaces the repeat only on the sample of the donation itself, and never for a
        marrow stem-cell donor (R-DON-10, R-DON-11).
        """
        repeat = self.pack.repeat
        if repeat is None or self.autologous or not self.facts.donation.long_storage:
            return False
        return self.marrow_donor or bool(self.nat_missing)

    @property
    def nat_missing(self) -> tuple[Marker, ...]:
        """Which tests that would replace the repeat have no answer on the donation sample."""
        asked = self.pack.repeat.replaced_by if self.pack.repeat else ()
        return tuple(
            marker
            for marker in asked
            if not any(
                self.inside(each.sampled_on, self.pack.living_window)
                and each.outcome in (MarkerOutcome.NON_REACTIVE, MarkerOutcome.REACTIVE)
                for each in self.counting(marker)
            )
        )

    @property
    def window(self) -> SamplingWindow:
        """Where the donation sample of this donor has to lie."""
        if self.marrow_donor:
            return self.pack.marrow_window
        if self.pack.repeat is not None and (self.repeat_needed or self._repeated):
            return self.pack.repeat.window
        return self.pack.living_window

    @property
    def repeat_from(self) -> date | None:
        """The first day on which a repeat sample counts; None where the pack knows no repeat."""
        if self.pack.repeat is None:
            return None
        return self.collected_on + timedelta(days=self.pack.repeat.after_days)

    def not_tested_again(self) -> tuple[RequiredTest, ...]:
        """The required tests without a result that counts on a repeat sample."""
        first = self.repeat_from
        return tuple(
            test
            for test in self.required_by_pack
            if first is None
            or not any(each.sampled_on >= first for each in self.counting(*test.any_of))
        )

    @property
    def _repeated(self) -> bool:
        """Whether an allogeneic donor was sampled again, needed or not."""
        return not self.autologous and not self.not_tested_again()

    @property
    def reactive(self) -> tuple[InfectiousDiseaseResult, ...]:
        """Every reactive result, of any sample, whoever tested it; the latest never wins.

        A non-specific syphilis test leaves when a specific one of the same or a later sample
        is non-reactive (R-DON-04).
        """
        return tuple(
            each
            for each in self.facts.results
            if each.outcome is MarkerOutcome.REACTIVE and not self._confirmed_harmless(each)
        )

    def _confirmed_harmless(self, result: InfectiousDiseaseResult) -> bool:
        return self.pack.on_reactive(result.marker).then is Consequence.CONFIRM and any(
            each.outcome is MarkerOutcome.NON_REACTIVE and each.sampled_on >= result.sampled_on
            for each in self.counting(Marker.SYPHILIS_SPECIFIC)
        )

    def reactive_with(self, then: Consequence) -> tuple[InfectiousDiseaseResult, ...]:
        """The reactive results that lead to this consequence."""
        return tuple(
            each for each in self.reactive if self.pack.on_reactive(each.marker).then is then
        )

    def answered(self, outcome: MarkerOutcome) -> tuple[InfectiousDiseaseResult, ...]:
        """The results with this outcome."""
        return tuple(each for each in self.facts.results if each.outcome is outcome)

    @property
    def hazards(self) -> tuple[InfectiousDiseaseResult, ...]:
        """What the label warns of: reactive or indeterminate, unless the pack says otherwise."""
        found = self.reactive + self.unclear
        return tuple(each for each in found if self.pack.on_reactive(each.marker).hazard)

    @property
    def unclear(self) -> tuple[InfectiousDiseaseResult, ...]:
        """Every indeterminate result that stands.

        A newer result never wins by itself: it takes a non-reactive one of the same or a later
        sample, and the responsible person who accepts it.
        """
        return tuple(
            each
            for each in self.answered(MarkerOutcome.INDETERMINATE)
            if not any(
                again.outcome is MarkerOutcome.NON_REACTIVE
                and again.sampled_on >= each.sampled_on
                and self.accepted(RiskSubject.OTHER_MARKER, again.sampled_on, each.marker)
                for again in self.counting(each.marker)
            )
        )

    def accepted(self, about: RiskSubject, known_on: date, marker: Marker | None = None) -> bool:
        """Whether the responsible person accepted this risk, on the day it was known or later.

        An acceptance speaks of what was known when it was given, never of what came after it.
        """
        return any(
            each.decision is RiskDecision.ACCEPT
            and each.about is about
            and each.marker == marker
            and each.decided_on >= known_on
            for each in self.facts.risk_assessments
        )

    @property
    def diluted(self) -> str | None:
        """Why the blood sample may be too diluted to trust, in words; None when it is not.

        Every volume counts in whole; both body volumes follow from the weight (R-DON-08).
        """
        donation, limits = self.facts.donation, self.pack.haemodilution
        not_blood = donation.colloids_infused_ml + donation.crystalloids_infused_ml
        everything = not_blood + donation.blood_infused_ml
        if everything <= limits.suspected_above_ml:
            return None
        validated = donation.tests_validated_for_dilution and limits.validated_tests_suffice
        if donation.pre_transfusion_sample or validated:
            return None
        if donation.weight_kg is None:
            return f"{everything:f} mL were infused; without the body weight nobody can say how far"
        if not_blood * limits.kg_per_ml_of_plasma > donation.weight_kg:
            return f"{not_blood:f} mL of colloids and crystalloids exceed the plasma volume"
        if everything * limits.kg_per_ml_of_blood > donation.weight_kg:
            return f"{everything:f} mL of infusions exceed the blood volume"
        return None

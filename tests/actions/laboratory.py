"""A lot whose samples are taken, for tests of the laboratory alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.expansion.models import SampleTaken, StepRow
from app.lot import alarm
from app.lot.models import Lot
from app.masters import actions as masters
from app.masters.shelf import versions_of
from app.masters.starters import starter_bundle, starter_texts
from app.supplies import actions as supplies
from app.trail import audit
from schemas.document import ApproveDocument, DocumentText
from schemas.lot import FrozenVersion, Stage
from schemas.master import Bundle
from schemas.production import EntryWords
from schemas.step_product import SampleValues
from schemas.supply import CalibrationOutcome
from schemas.supply_forms import LogCalibration, NewEquipment
from tests.conftest import ZONE, Clock, person, signing
from tests.journeys.testing import received_samples

FILES = {
    "UC-WCB": "uc-wcb",
    "UC-MSC-CRYO": "uc-msc-cryo",
    "BM-MSC-AUTO": "bm-msc-auto",
    "BM-MSC-DIR": "bm-msc-dir",
}


@dataclass(frozen=True)
class Laboratory:
    """The lot and the number of its sample at each sample point."""

    lot: Lot
    samples: dict[str, str]


def approved_masters(session: Session, clock: Clock, product: str) -> Bundle:
    """Import the starter documents of a product and have them approved a month ago."""
    at = clock() - timedelta(days=30)
    texts = starter_texts()
    for kind in ("product", "specification", "master"):
        form = DocumentText(text=texts[f"{kind}-{FILES[product]}.yaml"], change="Starter library")
        olga = person(session, "olga", "master.import")
        masters.import_document(session, form, by=olga, at=at)
    bundle = starter_bundle(product)
    for code in (product, bundle.specification.code, bundle.master.code):
        row = versions_of(session, code)[0]
        quinn = person(session, "quinn", "master.approve")
        form = ApproveDocument(signing=signing("quinn"))
        masters.approve(session, code, row.document_version, form, by=quinn, at=at)
    return bundle


def lot_with_samples(
    session: Session,
    clock: Clock,
    product: str = "UC-MSC-CRYO",
    *,
    taken_at: datetime | None = None,
) -> Laboratory:
    """Write a lot and one sample for each sample point of its specification."""
    bundle = approved_masters(session, clock, product)
    olga = person(session, "olga", "step.perform")
    lot = Lot(
        number="UNIT1-26-0001",
        product_code=product,
        product_version=1,
        product_digest=bundle.product.digest(),
        product_name=bundle.product.name,
        specification_code=bundle.specification.code,
        specification_version=1,
        specification_digest=bundle.specification.digest(),
        master_code=bundle.master.code,
        master_version=1,
        master_digest=bundle.master.digest(),
        is_bank=bundle.product.is_bank,
        donation_use=bundle.product.donation_use,
        patient_coi=None if bundle.product.donation_use == "allogeneic" else "COI-1",
        stage=Stage.IN_TESTING,
        started_at=clock() - timedelta(days=20),
    )
    session.add(lot)
    microscope(session, clock)
    points = dict.fromkeys(each.sample_point for each in bundle.specification.criteria)
    samples = {}
    for at, point in enumerate(points, 1):
        number = f"{lot.number}-S{at:02d}"
        words = sampling_words(lot, bundle, point, at, clock())
        entry = StepRow(
            lot=lot,
            number=at,
            step=words.step,
            occurrence=1,
            words=words.canonical().decode(),
            sha256=words.digest(),
            performed_by="olga",
            performed_at=clock(),
            entered_at=clock(),
        )
        session.add(
            SampleTaken(
                number=number,
                lot=lot,
                entry=entry,
                sample_point=point,
                title=f"Sample of {point}",
                quantity="1 x 2 ml",
                storage="2 to 8 °C",
                retention=False,
                taken_at=taken_at or clock(),
                taken_by="Olga Nowak",
                volume_ml=Decimal(2),
                containers=1,
                appearance="Clear",
            )
        )
        samples[point] = number
    audit.record(session, by=olga, at=clock(), did="step.perform", about=lot.ref)
    return Laboratory(lot, samples)


def laboratory_of(session: Session) -> Laboratory:
    """The lot that `lot_with_samples` wrote, and its samples."""
    lot = session.scalars(select(Lot)).one()
    taken = session.scalars(select(SampleTaken))
    return Laboratory(lot, {each.sample_point: each.number for each in taken})


def samples_to_receive(session: Session, clock: Clock) -> None:
    """A lot whose samples are on their way to the laboratory."""
    lot_with_samples(session, clock)


def samples_to_test(session: Session, clock: Clock) -> None:
    """A lot whose samples the laboratory has received."""
    received_samples(session, clock, lot_with_samples(session, clock).lot.number)


def sampling_words(lot: Lot, bundle: Bundle, point: str, number: int, at: datetime) -> EntryWords:
    """What Olga entered at the step where the master takes this sample."""
    step = next(
        each
        for phase in bundle.master.phases
        for each in phase.steps
        if each.sample is not None and each.sample.sample_point == point
    )
    return EntryWords(
        entry=number,
        lot_number=lot.number,
        master=FrozenVersion(
            code=lot.master_code, version=lot.master_version, sha256=lot.master_digest
        ),
        step=step.code,
        title=step.title,
        kind=step.kind,
        occurrence=1,
        values=SampleValues(
            taken_at=at, volume_per_container_ml=Decimal(2), containers=1, appearance="Clear"
        ),
        materials=(),
        equipment=(),
        room="CR-1",
        containers=(),
        calculated=(),
        limits=(),
        performed_by="Olga Nowak",
        username="olga",
        role="operator",
        performed_at=at,
        entered_at=at,
        zone=ZONE,
        late_reason=None,
        corrects=None,
        why=None,
    )


def microscope(session: Session, clock: Clock, code: str = "MIC-01", *, days: int = 365) -> str:
    """Put a microscope on the register whose calibration holds for so many days from today."""
    olga, today = person(session, "olga", "supply.maintain"), clock().date()
    new = NewEquipment(code=code, kind="EQ-MIC", title="Microscope", needs_calibration=True)
    row = supplies.add_equipment(session, new, by=olga, at=clock())
    calibration = LogCalibration(
        done_on=today,
        outcome=CalibrationOutcome.PASSED,
        due_on=today + timedelta(days=days),
        words="By the maker, SOP-12",
        version=row.version,
    )
    supplies.log_calibration(session, code, calibration, alarm=alarm, by=olga, at=clock())
    return code

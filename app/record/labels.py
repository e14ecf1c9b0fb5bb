"""The labels of a lot, taken from its dossier: the specimen on paper is the label itself.

Pure. A container label is small: what identifies, and what must not be overlooked. The outer
label says everything Annex III of Regulation (EC) 1394/2007 asks (R-DEL-01 to -03).
"""

from dataclasses import dataclass

from app.web.matrix import Matrix, data_matrix
from schemas.label import ContainerLabel, LotLabels
from schemas.product import LabelTexts
from schemas.release import Dossier


@dataclass(frozen=True)
class Codes:
    """The codes of one label: the container's number, and the patient's code where it has one."""

    container: Matrix
    patient: Matrix | None


def labels_of(dossier: Dossier) -> LotLabels:
    """Everything that stands on the labels of this lot."""
    lot, product = dossier.lot, dossier.product
    label = product.label
    statement = product.donation_use.statement
    texts = [
        text
        for each in dossier.donations
        for text in each.label_texts
        if _same(text) != _same(statement or "")
    ]
    return LotLabels(
        lot_number=lot.number,
        zone=lot.zone,
        is_bank=product.is_bank,
        product_code=product.code,
        product_name=product.name,
        common_name=product.common_name,
        strength=product.strength,
        dosage_form=product.dosage_form,
        active_substance=product.active_substance,
        description=label.description,
        contents=label.contents,
        excipients=label.excipients,
        route=product.route,
        for_one_patient=statement,
        patient_code=lot.patient_coi,
        donations=tuple(each.donation.donation_code for each in dossier.donations),
        plan=_plan(dossier),
        warnings=label.warnings,
        donor_texts=tuple(dict.fromkeys(texts)),
        storage=product.storage.words,
        disposal=label.disposal,
        manufacturer=f"{label.manufacturer_name}, {label.manufacturer_address}",
        holder=_holder(label),
        authorisation_number=label.authorisation_number,
        trial=label.trial_number if product.investigational else None,
        containers=tuple(
            ContainerLabel(
                number=each.number,
                kind=each.kind,
                volume_ml=each.volume_ml,
                viable_cells=each.viable_cells,
                expires_at=each.expires_at or lot.expires_at,
            )
            for each in dossier.containers
        ),
    )


def _same(words: str) -> str:
    """A sentence however it is written: it stands on a label once."""
    return words.casefold().strip(" .")


def _plan(dossier: Dossier) -> str | None:
    plans = [
        line.step.containers.label
        for phase in dossier.production.phases
        for line in phase.steps
        if line.step.containers
    ]
    return plans[-1] if plans else None


def _holder(label: LabelTexts) -> str | None:
    pair = (
        (label.holder_name, label.holder_address)
        if label.holder_name
        else (label.sponsor_name, label.sponsor_address)
    )
    return ", ".join(each for each in pair if each) or None


def codes_of(labels: LotLabels, container: ContainerLabel) -> Codes:
    """What a scanner reads from a label, in the very words that a form asks for (R-DEL-09)."""
    return Codes(
        container=data_matrix(container.number),
        patient=data_matrix(labels.patient_code) if labels.patient_code else None,
    )

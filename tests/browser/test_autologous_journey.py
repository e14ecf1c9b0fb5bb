"""A patient's own marrow, from the donor to the sealed record, by people at browsers."""

from functools import partial

from app.lot.lots import containers_of, find_lot
from schemas.lot import ContainerState, Stage
from schemas.origin import DonationUse, Tissue
from schemas.release import Act
from tests.browser.conftest import Enter, Serve
from tests.browser.delivering import delivered
from tests.browser.intake import donated
from tests.browser.laboratory import analysed, cultures_read, verified
from tests.browser.production import lot_started, produced
from tests.browser.releasing import certified, proved, reviewed, sealed_record


def test_a_patients_own_cells_from_donor_to_sealed_record(serve: Serve, enter: Enter) -> None:
    site = serve(engine="sqlite")
    people = partial(enter, site)
    patient = donated(site, people, DonationUse.AUTOLOGOUS, Tissue.BONE_MARROW)
    number = lot_started(people, "BM-MSC-AUTO", patient)
    produced(site, people, number)
    inoculated_at = analysed(site, people, number)
    reviewed(site, people, number)
    certified(site, people, number, Act.CONDITIONAL)
    journey = delivered(site, people, number, patient)
    cultures_read(site, people, number, inoculated_at=inoculated_at)
    verified(site, people, number)
    reviewed(site, people, number)
    certified(site, people, number, Act.FINAL)
    with site.looking() as session:
        lot = find_lot(session, number)
        assert lot.stage is Stage.CERTIFIED
        given = [each for each in containers_of(session, lot) if each.number in journey.containers]
        assert {each.state for each in given} == {ContainerState.ADMINISTERED}
    file = sealed_record(site, people, number)
    assert "The record holds." in proved(people, file)
    flipped = bytearray(file)
    flipped[len(file) // 2] ^= 1
    assert "The record does not hold." in proved(people, bytes(flipped))

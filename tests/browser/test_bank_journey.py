"""Cells of a cord: a bank, frozen vials from it, and a patient far away, by people at browsers."""

from functools import partial

from app.lot.lots import containers_of, find_lot
from schemas.lot import ContainerState
from schemas.origin import DonationUse, Tissue
from schemas.release import Act
from tests.browser.conftest import Enter, Serve
from tests.browser.delivering import delivered
from tests.browser.intake import donated
from tests.browser.laboratory import People, analysed, cultures_read, verified
from tests.browser.production import lot_started, lot_started_from, produced
from tests.browser.releasing import certified, proved, reviewed, sealed_record
from tests.browser.serving import Site


def released(site: Site, people: People, number: str) -> None:
    """Testing, its cultures to their end, two reviews and the certificate."""
    inoculated_at = analysed(site, people, number)
    cultures_read(site, people, number, inoculated_at=inoculated_at)
    verified(site, people, number)
    reviewed(site, people, number)
    certified(site, people, number, Act.FINAL)


def in_store(site: Site, number: str) -> list[str]:
    with site.looking() as session:
        rows = containers_of(session, find_lot(session, number))
        return [each.number for each in rows if each.state is ContainerState.IN_STORE]


def test_frozen_vials_from_a_cord_by_way_of_its_bank(serve: Serve, enter: Enter) -> None:
    site = serve(engine="postgresql")
    people = partial(enter, site)
    donated(site, people, DonationUse.ALLOGENEIC, Tissue.UMBILICAL_CORD)
    bank = lot_started(people, "UC-WCB", None)
    produced(site, people, bank)
    released(site, people, bank)
    number = lot_started_from(people, "UC-MSC-CRYO", *in_store(site, bank)[-2:])
    produced(site, people, number)
    released(site, people, number)
    journey = delivered(site, people, number, None)
    with site.looking() as session:
        given = {
            each.number: each.state for each in containers_of(session, find_lot(session, number))
        }
    assert {given[each] for each in journey.containers} == {ContainerState.ADMINISTERED}
    ada = people("ada")
    ada.opens(f"/genealogy?ref={number}")
    ada.sees(bank, journey.patient, *journey.containers)
    assert "The record holds." in proved(people, sealed_record(site, people, number))

"""Who opens which page of the busy site: every page there is, with something on it."""

BANK, FROZEN, GIVEN, TESTED, HALF = (f"UNIT1-26-000{at}" for at in range(1, 6))
CORD, MARROW = "PL0014990000000000005", "PL0014990000000000006"
DONOR, DONOR_UNVERIFIED = "D-2026-0005", "D-2026-0006"
ORDERED, PACKED, ON_THE_WAY, AT_SITE, STOPPED = (f"UNIT1-O26-000{at}" for at in range(1, 6))
VIAL = f"{FROZEN}-{{}}"
QUARANTINED = "UNIT1-M26-00020"

ROUNDS: dict[str, tuple[str, ...]] = {
    "nobody": ("/sign-in",),
    "adam": (
        *("/", "/people", "/people/new", "/people/accounts/olga", "/trail"),
        *(f"/people/accounts/olga/{each}" for each in ("roles", "password", "close")),
    ),
    "ada": (f"/trail?about=lot/{HALF}", "/trail/20", "/verify", f"/lots/{FROZEN}"),
    "olga": (
        *("/", "/account", "/account/password", "/account/tokens/new", "/account/tokens/1/revoke"),
        *("/lots", "/lots/new", "/lots/new/UC-MSC-CRYO", "/lots/new/BM-MSC-AUTO"),
        f"/lots/{HALF}",
        *(f"/lots/{HALF}/{each}" for each in ("production", "steps/S200", "endorse")),
        f"/lots/{HALF}/steps/S140/1/correct",
        *("/intake", "/intake/donors", "/intake/donors/new", "/intake/patients/new"),
        *("/intake/donations/new", "/intake/patients/{patient}"),
        f"/intake/donors/{DONOR}",
        *(f"/intake/donors/{DONOR}/{each}" for each in ("consent", "withdraw", "questionnaire")),
        *(f"/intake/donations/{MARROW}{each}" for each in ("", "/receive", "/correct", "/label")),
        "/intake/questionnaires/1/correct",
        *("/supplies/equipment/new", "/supplies/equipment/BAL-01"),
        *(f"/supplies/equipment/BAL-01/{each}" for each in ("calibration", "cleaning", "service")),
        *("/supplies/rooms/R-101", "/supplies/rooms/R-101/service", "/supplies/find"),
        f"/find?number={FROZEN}",
        *("/masters", "/masters/import", "/masters/MBR-BM-MSC-AUTO/1", "/training"),
        f"/quality/deviations/new?lot={HALF}",
    ),
    "oskar": (f"/lots/{HALF}/steps/S140/1/check", f"/delivery/shipments/{PACKED}-S1/check"),
    "anton": (
        *("/", "/quality", f"/quality/lots/{TESTED}", f"/quality/lots/{TESTED}/not-tested"),
        *(f"/quality/samples/{TESTED}-S02{each}" for each in ("", "/receive")),
        *(f"/quality/results/{TESTED}-R01{each}" for each in ("", "/correct")),
        f"/intake/donors/{DONOR}/results",
        "/intake/results/1/correct",
    ),
    "vera": (
        *("/", f"/quality/samples/{TESTED}-S01/verify", "/intake/reports/6/verify"),
        f"/quality/results/{TESTED}-R01/investigate",
        *(f"/quality/investigations/{GIVEN}-OOS01{each}" for each in ("", "/lead")),
        *(f"/quality/deviations/{HALF}-D01{each}" for each in ("", "/investigate")),
    ),
    "quinn": (
        *("/", f"/quality/investigations/{GIVEN}-OOS01/answer"),
        f"/quality/deviations/{HALF}-D01/decide",
        *(f"/quality/lots/{GIVEN}/{each}" for each in ("hold", "let-go")),
        f"/quality/results/{TESTED}-R01/not-applicable",
        *(f"/intake/donations/{CORD}/{each}" for each in ("decide", "urgent-need")),
        f"/intake/donors/{DONOR}/risk",
        *(f"/masters/MBR-BM-MSC-DIR/1{each}" for each in ("", "/approve", "/withdraw")),
        *("/training/new", "/people/accounts/olga/confirm"),
        *("/supplies", "/supplies/catalogue", "/supplies/catalogue/new"),
        *("/supplies/suppliers/approve", "/supplies/rooms/new"),
        f"/supplies/materials/{QUARANTINED}/decision/released",
        *(f"/lots/{TESTED}/review/{each}" for each in ("audit_trail", "batch_record")),
        f"/lots/{FROZEN}/record/new",
        *("/delivery/shippers", "/delivery/shippers/new", "/delivery/set-aside/1"),
    ),
    "petra": (
        *("/", "/release", "/release/register", f"/lots/{TESTED}/release"),
        *(f"/lots/{TESTED}/certify/{each}" for each in ("conditional", "final")),
        *(f"/lots/{TESTED}/stop/reject", f"/lots/{GIVEN}/stop/recall"),
    ),
    "lars": (
        *("/", "/delivery", f"/delivery/orders/{ORDERED}", f"/delivery/orders/{ORDERED}/pack"),
        *("/supplies/materials/new", f"/supplies/materials/{QUARANTINED}"),
        *(f"/supplies/materials/{QUARANTINED}/{each}" for each in ("certificate", "label")),
        *(f"/delivery/shipments/{PACKED}-S1{each}" for each in ("", "/papers", "/hand-over")),
        f"/delivery/containers/{VIAL.format('001')}/unpack",
        *(f"/genealogy?ref={FROZEN}", f"/delivery/lots/{GIVEN}"),
    ),
    "sita": (
        *("/", "/delivery/requests/new", f"/delivery/orders/{ORDERED}/cancel"),
        *("/delivery/notices", f"/delivery/notices/{GIVEN}-001"),
        *(f"/delivery/shipments/{ON_THE_WAY}-S1/{each}" for each in ("temperatures", "receive")),
        *(f"/delivery/shipments/{AT_SITE}-S1/{each}" for each in ("prepare", "administer")),
        f"/delivery/containers/{VIAL.format('008')}",
        *(f"/delivery/containers/{VIAL.format('008')}/{each}" for each in ("return", "destroy")),
        *("/delivery/patients/{patient}", "/nothing/here"),
    ),
}
"""By person, in the order they are opened."""

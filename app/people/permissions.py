"""The one table of who may do what. A deed that is not here nobody may do."""

from schemas.people import Role

OPERATOR, TECHNICIAN, REVIEWER = Role.OPERATOR, Role.QC_TECHNICIAN, Role.QC_REVIEWER
QA, QP, LOGISTICS, SITE = Role.QA, Role.QP, Role.LOGISTICS, Role.TREATING_SITE
AUDITOR, ADMINISTRATOR = Role.AUDITOR, Role.ADMINISTRATOR

EVERYONE = frozenset(Role)
UNIT = EVERYONE - {SITE, ADMINISTRATOR}
"""Everyone who works in the unit, and the auditor who reads; not the hospitals outside it."""

MAY: dict[str, frozenset[Role]] = {
    # people
    "account.open": frozenset({ADMINISTRATOR}),
    "account.change": frozenset({ADMINISTRATOR}),
    "account.close": frozenset({ADMINISTRATOR}),
    "account.confirm": frozenset({QA, QP}),
    "account.read": frozenset({ADMINISTRATOR, QA, QP, AUDITOR}),
    "account.own": EVERYONE,
    "training.record": frozenset({QA}),
    "training.read": UNIT | {ADMINISTRATOR},
    # trail
    "trail.read": frozenset({QA, QP, AUDITOR, ADMINISTRATOR}),
    # masters
    "master.import": frozenset({QA, OPERATOR, REVIEWER}),
    "master.approve": frozenset({QA}),
    "master.withdraw": frozenset({QA}),
    "master.read": UNIT,
    # supplies
    "supply.receive": frozenset({OPERATOR, TECHNICIAN, LOGISTICS}),
    "supply.decide": frozenset({QA}),
    "supply.maintain": frozenset({OPERATOR, TECHNICIAN, REVIEWER}),
    "supply.read": UNIT,
    # intake
    "intake.register": frozenset({OPERATOR}),
    "intake.receive": frozenset({OPERATOR}),
    "intake.result": frozenset({TECHNICIAN, OPERATOR}),
    "intake.verify": frozenset({REVIEWER, QA}),
    "intake.decide": frozenset({QA}),
    "intake.read": UNIT,
    # lots and expansion
    "lot.read": UNIT,
    "lot.start": frozenset({OPERATOR}),
    "step.perform": frozenset({OPERATOR}),
    "step.check": frozenset({OPERATOR}),
    "step.correct": frozenset({OPERATOR}),
    "production.endorse": frozenset({OPERATOR}),
    "deviation.open": frozenset({OPERATOR, TECHNICIAN, REVIEWER, QA, LOGISTICS, QP}),
    "deviation.investigate": frozenset({OPERATOR, REVIEWER, QA}),
    "deviation.decide": frozenset({QA}),
    "lot.hold": frozenset({QA, QP}),
    # quality control
    "sample.receive": frozenset({TECHNICIAN}),
    "result.enter": frozenset({TECHNICIAN}),
    "result.correct": frozenset({TECHNICIAN}),
    "result.verify": frozenset({REVIEWER}),
    "result.not_applicable": frozenset({QA}),
    "investigation.lead": frozenset({REVIEWER}),
    "investigation.approve": frozenset({QA}),
    # release
    "release.read": UNIT,
    "trail.review": frozenset({QA}),
    "record.review": frozenset({QA}),
    "lot.certify": frozenset({QP}),
    "lot.reject": frozenset({QP, QA}),
    "register.read": UNIT,
    # delivery
    "delivery.read": UNIT | {SITE},
    "delivery.request": frozenset({SITE}),
    "delivery.pack": frozenset({LOGISTICS}),
    "delivery.check": frozenset({LOGISTICS, OPERATOR}),
    "delivery.hand_over": frozenset({LOGISTICS}),
    "delivery.temperature": frozenset({LOGISTICS, SITE}),
    "delivery.receive": frozenset({SITE}),
    "delivery.administer": frozenset({SITE}),
    "delivery.return": frozenset({SITE, LOGISTICS}),
    "delivery.destroy": frozenset({LOGISTICS, SITE}),
    "delivery.witness": frozenset({LOGISTICS, OPERATOR, QA, SITE}),
    "delivery.decide": frozenset({QA}),
    "delivery.qualify": frozenset({QA}),
    "delivery.acknowledge": frozenset({SITE}),
    "genealogy.read": UNIT,
    # record
    "record.read": UNIT,
    "record.seal": frozenset({QA, QP}),
}

EXCLUSIVE = (ADMINISTRATOR, AUDITOR, SITE)
"""Roles held alone: no GMP entry for who runs the machine, reads it, or stands outside."""


def clashing_roles(roles: tuple[Role, ...]) -> str | None:
    """Why these roles may not be one person's, or None (R-A11D-04, R-DI-13)."""
    for alone in EXCLUSIVE:
        if alone in roles and len(roles) > 1:
            return f"{alone.label} is held alone, without any other role."
    return None


def who_may(deed: str) -> str:
    """The roles that may do a deed, in words."""
    return " or ".join(role.label for role in Role if role in MAY[deed])


def acting_role(roles: tuple[Role, ...], deed: str) -> Role | None:
    """The first of a person's roles that may do this deed, or None."""
    assert deed in MAY, f"{deed} is not in the table of who may do what"
    return next((role for role in roles if role in MAY[deed]), None)

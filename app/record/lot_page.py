"""The lot at a glance: where it is on its journey, and what waits at each stage."""

from dataclasses import dataclass

from schemas.lot import ContainerState, DeviationState, Stage
from schemas.release import Dossier, Standing


@dataclass(frozen=True)
class Stop:
    """One stage of the journey on the lot's page: its state, in a word and in a sentence."""

    title: str
    state: str
    says: str
    href: str


def journey(dossier: Dossier, verdict: Standing, records: int) -> tuple[Stop, ...]:
    """The stages of a lot's journey, in order; states are done, now, later or stopped."""
    return (
        _intake(dossier),
        _production(dossier),
        _testing(dossier),
        _release(dossier, verdict),
        _delivery(dossier),
        _record(dossier, records),
    )


def _intake(dossier: Dossier) -> Stop:
    codes = [each.donation.donation_code for each in dossier.donations]
    href = f"/intake/donations/{codes[0]}" if codes else "/intake"
    closed = [each for each in dossier.donations if each.state.value != "accepted"]
    state = "now" if closed else "done"
    count = len(codes)
    words = f"{count} donation{'s' if count != 1 else ''}"
    return Stop("Intake", state, f"{words}{', one not accepted' if closed else ''}", href)


def _production(dossier: Dossier) -> Stop:
    number = dossier.lot.number
    steps = [step for phase in dossier.production.phases for step in phase.steps]
    done = sum(1 for step in steps if step.entries)
    running = dossier.lot.stage is Stage.IN_PRODUCTION
    says = f"{done} of {len(steps)} steps" + ("" if running else ", endorsed")
    return Stop("Expansion", "now" if running else "done", says, f"/lots/{number}/production")


def _testing(dossier: Dossier) -> Stop:
    lines = dossier.quality.criteria
    passed = sum(1 for line in lines if line.opens_gate)
    failed = any(line.state.value.upper() == "FAIL" and line.criterion.gates for line in lines)
    whole = all(line.opens_gate for line in lines if line.criterion.gates)
    state = "stopped" if failed else "done" if whole else "now"
    says = f"{passed} of {len(lines)} criteria passed"
    return Stop("Testing", state, says, f"/quality/lots/{dossier.lot.number}")


def _release(dossier: Dossier, verdict: Standing) -> Stop:
    stage = dossier.lot.stage
    href = f"/lots/{dossier.lot.number}/release"
    closed = sum(1 for gate in verdict.gates if not gate.is_open)
    if stage in (Stage.REJECTED, Stage.RECALLED):
        return Stop("Release", "stopped", stage.label, href)
    if stage is Stage.CERTIFIED:
        return Stop("Release", "done", "Certified", href)
    if stage is Stage.CONDITIONALLY_CERTIFIED:
        return Stop("Release", "now", "Certified conditionally", href)
    state = "now" if stage is Stage.IN_TESTING else "later"
    return Stop("Release", state, f"{closed} of {len(verdict.gates)} gates closed", href)


def _delivery(dossier: Dossier) -> Stop:
    states = [each.state for each in dossier.containers]
    out = sum(
        1 for each in states if each not in (ContainerState.IN_STORE, ContainerState.RETENTION)
    )
    given = states.count(ContainerState.ADMINISTERED)
    whole = (
        bool(states)
        and ContainerState.IN_STORE not in states
        and out == given + states.count(ContainerState.DESTROYED)
    )
    state = "done" if whole and given else "now" if out else "later"
    says = f"{given} given, {states.count(ContainerState.IN_STORE)} in store"
    return Stop("Delivery", state, says, f"/delivery?lot={dossier.lot.number}")


def _record(dossier: Dossier, records: int) -> Stop:
    says = f"{records} sealed version{'s' if records != 1 else ''}" if records else "not made yet"
    return Stop(
        "Record", "done" if records else "later", says, f"/lots/{dossier.lot.number}#record"
    )


def open_deviations(dossier: Dossier) -> int:
    """How many deviations of the lot are not closed."""
    return sum(1 for each in dossier.deviations if each.state is not DeviationState.CLOSED)

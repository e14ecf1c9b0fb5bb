"""What waits for each person, for the first page."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from app.people.actor import Actor, local_day
from app.quality_control import worklist
from app.quality_control.actions.failures import CERTIFIED
from schemas.base import shortened
from schemas.lot import DeviationState
from schemas.people import Task
from schemas.quality import InvestigationState

FEW = 3


def waiting(session: Session, by: Actor) -> Sequence[Task]:
    """The tasks of the laboratory and of the quality unit that this person may do."""
    return (
        *_late_failures(session, by),
        *_of_technicians(session, by),
        *_of_reviewers(session, by),
        *_of_quality_assurance(session, by),
        *_deviations(session, by),
    )


def _few(titles: Sequence[str]) -> str:
    """The first of them, and how many more."""
    more = f" and {len(titles) - FEW} more" if len(titles) > FEW else ""
    return f"{', '.join(titles[:FEW])}{more}"


def _late_failures(session: Session, by: Actor) -> Iterator[Task]:
    """A failure after certification is the first thing QA and the QP see (R-ATMP-26)."""
    if not by.may("lot.hold"):
        return
    for each in worklist.open_deviations(session):
        if each.critical and each.lot.stage in CERTIFIED:
            yield Task(
                title=f"Act on lot {each.lot.number}: {each.title}",
                about=f"{each.lot.product_name}: {each.lot.stage.label.lower()}, on hold",
                href=f"/quality/deviations/{each.number}",
                since=each.opened_at,
                urgent=True,
            )


def _of_technicians(session: Session, by: Actor) -> Iterator[Task]:
    if by.may("sample.receive"):
        for sample in worklist.samples_to_receive(session):
            yield Task(
                title=f"Receive sample {sample.number}",
                about=f"{sample.title}, {sample.quantity}; {sample.storage}",
                href=f"/quality/samples/{sample.number}/receive",
                since=sample.taken_at,
            )
    if by.may("result.enter"):
        for due in worklist.results_due(session):
            yield Task(
                title=f"Enter results of sample {due.number}",
                about=f"{_few(due.missing)}; due {local_day(by, due.due_at)}",
                href=f"/quality/samples/{due.number}",
                since=due.received_at,
            )


def _of_reviewers(session: Session, by: Actor) -> Iterator[Task]:
    if by.may("result.verify"):
        for each in worklist.results_to_verify(session):
            yield Task(
                title=f"Verify results of sample {each.sample_number}",
                about=_few(each.titles),
                href=f"/quality/samples/{each.sample_number}/verify",
                since=each.since,
            )
    if by.may("investigation.lead"):
        yield from _investigations(session, InvestigationState.OPEN, "Investigate", "lead")


def _of_quality_assurance(session: Session, by: Actor) -> Iterator[Task]:
    if by.may("investigation.approve"):
        yield from _investigations(session, InvestigationState.LED, "Answer", "answer")
    if by.may("result.not_applicable"):
        for row in worklist.proposals(session):
            yield Task(
                title=f"Decide whether {row.criterion} applies to lot {row.lot.number}",
                about=f"Result {row.number} proposes “not applicable”",
                href=f"/quality/results/{row.number}/not-applicable",
                since=row.entered_at,
            )


def _investigations(
    session: Session, state: InvestigationState, verb: str, step: str
) -> Iterator[Task]:
    for each in worklist.open_investigations(session):
        if each.state is state:
            yield Task(
                title=f"{verb} {each.number}: {each.title}",
                about=shortened(each.opened_for),
                href=f"/quality/investigations/{each.number}/{step}",
                since=each.opened_at,
                urgent=True,
            )


def _deviations(session: Session, by: Actor) -> Iterator[Task]:
    for each in worklist.open_deviations(session):
        decides = each.state is DeviationState.INVESTIGATED and by.may("deviation.decide")
        looks = each.state is DeviationState.OPEN and by.may("deviation.investigate")
        if decides or looks:
            step = "decide" if decides else "investigate"
            yield Task(
                title=f"{step.capitalize()} deviation {each.number}",
                about=each.title,
                href=f"/quality/deviations/{each.number}/{step}",
                since=each.opened_at,
                urgent=each.critical,
            )

"""What is done in production: start, perform, check, correct, endorse."""

from app.expansion.actions.check import check_step
from app.expansion.actions.correct import correct_step, refuse_endorsed
from app.expansion.actions.endorse import endorse, endorsement_findings, endorsement_words
from app.expansion.actions.perform import perform_step
from app.expansion.actions.start import start_lot
from app.expansion.actions.waiting import waiting

__all__ = [
    "check_step",
    "correct_step",
    "endorse",
    "endorsement_findings",
    "endorsement_words",
    "perform_step",
    "refuse_endorsed",
    "start_lot",
    "waiting",
]

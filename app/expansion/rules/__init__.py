"""The rules of production: what may be started, performed, checked, corrected and endorsed."""

from app.expansion.rules import bench, endorsement, start, step
from app.rulebook import Rule
from schemas.expansion_facts import CorrectionCase, StepCase

START_RULES = start.RULES
STEP_RULES: tuple[Rule[StepCase], ...] = (*step.RULES, *bench.RULES)
CHECK_RULES = step.CHECK_RULES
CORRECTION_RULES: tuple[Rule[CorrectionCase], ...] = (
    *step.CORRECTION_RULES,
    *bench.CORRECTION_RULES,
)
ENDORSEMENT_RULES = endorsement.RULES

RULES = tuple(
    dict.fromkeys((*START_RULES, *STEP_RULES, *CHECK_RULES, *CORRECTION_RULES, *ENDORSEMENT_RULES))
)
"""Each once: what is asked of a step is asked of its correction too."""

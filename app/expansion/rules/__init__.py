"""The rules of production: what may be started, performed, checked, corrected and endorsed."""

from app.expansion.rules import bench, endorsement, start, step

START_RULES = start.RULES
STEP_RULES = (*step.RULES, *bench.RULES)
CHECK_RULES = step.CHECK_RULES
CORRECTION_RULES = (*step.CORRECTION_RULES, *bench.CORRECTION_RULES)
ENDORSEMENT_RULES = endorsement.RULES

RULES = (*START_RULES, *STEP_RULES, *CHECK_RULES, *CORRECTION_RULES, *ENDORSEMENT_RULES)

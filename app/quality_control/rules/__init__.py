"""What the laboratory may enter, verify and set aside, and what all results come to."""

from app.quality_control.rules import entry, holding, investigation, verdict, verification

RULES = (
    *verdict.RULES,
    *entry.RULES,
    *verification.RULES,
    *investigation.RULES,
    *holding.RULES,
)

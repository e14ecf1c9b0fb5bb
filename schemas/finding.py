"""What a rule says when it does not hold."""

from schemas.base import Contract


class Finding(Contract):
    """One thing a rule found: which rule, whom it cites, what is wrong, and what would mend it."""

    rule: str
    cite: str
    says: str
    mend: str

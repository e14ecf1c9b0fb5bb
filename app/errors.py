"""Every expected no: a class with a status, and words for the person who gets it.

409 the rules or another editor, 422 the form, 403 the role, 401 the signature, 404, 429.
Our own mistakes are asserts. A stage adds its own kinds beside its actions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.finding import Finding


class RecordError(Exception):
    """Passage could not do that. Nothing was written."""

    status = 400
    title = "This could not be done"
    kept = False
    """Whether the attempt itself is written to the trail, in a transaction of its own."""
    go_to: str | None = None
    """The page that mends it: a person is sent there, a machine is told."""

    def __init__(self, says: str | None = None) -> None:
        self.says = says or (type(self).__doc__ or "").strip()
        super().__init__(self.says)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules found, if it was rules that said no."""
        return ()


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field, and what would be right."""

    field: str
    says: str


class BadInput(RecordError):
    """Some of what was entered cannot be read. Nothing was saved; correct the fields below."""

    status = 422
    title = "Check what was entered"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{each.field}: {each.says}" for each in errors))
        self.errors = tuple(errors)


class NotFound(RecordError):
    """There is nothing here with that number."""

    status = 404
    title = "Not found"


class NotSignedIn(RecordError):
    """Sign in first."""

    status = 401
    title = "Sign in"


class Forbidden(RecordError):
    """Your role may not do this. The attempt was recorded."""

    status = 403
    title = "Not your role"
    kept = True


class SamePerson(Forbidden):
    """Someone else has to do this: you did the other half. The attempt was recorded."""

    title = "A second person is needed"


class SignatureFailed(RecordError):
    """The password is not right. Nothing was signed; the attempt was recorded. Type it again."""

    status = 401
    title = "Not signed"
    kept = True


class TooManyAttempts(RecordError):
    """Too many failed attempts. Wait before the next one, or ask an administrator."""

    status = 429
    title = "Locked for now"
    kept = True


class OutOfDate(RecordError):
    """Someone saved this record after the page was opened. Reload it, look, then repeat."""

    status = 409
    title = "This page is out of date"


class NotAsWritten(RecordError):
    """What is stored is not what was written down: it was changed from outside of Passage.

    Nothing is done with it. Tell your administrator: “passage audit verify” names what was
    changed, and a backup from before has it as it was.
    """

    status = 409
    title = "Changed from outside"

    def __init__(self, where: str = "") -> None:
        words = " ".join((type(self).__doc__ or "").split())
        super().__init__(f"{where}: {words}" if where else words)


class Refused(RecordError):
    """The rules do not let this go on. Nothing was written but the attempt."""

    status = 409
    title = "The rules say no"
    kept = True

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(f"{each.rule}: {each.says}" for each in findings))
        self._findings = tuple(findings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Each rule that said no, with its citation and what would mend it."""
        return self._findings


def refuse_if(findings: Sequence[Finding]) -> None:
    """Raise `Refused` when the rules found anything."""
    if findings:
        raise Refused(findings)

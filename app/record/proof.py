"""Proof from the file alone: what still holds, line by line, without a database or a network.

A damaged or hostile file is an ordinary answer here, never an error (R-SIG-10, R-P11-01).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from cryptography.x509 import Certificate, NameOID
from pydantic import ValidationError

from app.record.contents import Contents, plain, read_contents, read_record
from app.record.keys import fingerprint
from app.record.revisions import Anatomy, appended, take_apart
from app.record.signature import Altered, SealSignature, is_trusted, read_seal, read_stamp
from schemas.base import canonical_json
from schemas.proof import AttachedFile, Holds, ProofLine, ProofReport, SealFacts
from schemas.record import BatchRecord


@dataclass(frozen=True)
class SealedRecord:
    """What a further check is given: the parsed record, and every attachment by its name."""

    record: Mapping[str, Any]
    files: Mapping[str, bytes]

    @cached_property
    def batch(self) -> BatchRecord | None:
        """The record as a contract, or None when it is not one of ours."""
        try:
            return BatchRecord.model_validate_json(canonical_json(self.record))
        except (ValidationError, TypeError):
            return None

    def why_not(self) -> str:
        """What keeps the record from being one of ours, at the first place that differs."""
        try:
            BatchRecord.model_validate_json(canonical_json(self.record))
        except ValidationError as wrong:
            first = wrong.errors(include_url=False)[0]
            return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        except TypeError as wrong:
            return str(wrong)
        return "nothing"


RecordCheck = Callable[[SealedRecord], Iterable[ProofLine]]
"""Recalculates something from the record itself; app/record/checks.py holds ours."""


@dataclass
class _Case:
    """One file under examination, and what is known of it so far."""

    file: bytes
    trusted: Sequence[Certificate]
    anatomy: Anatomy | None = None
    signature: SealSignature | None = None
    contents: Contents | None = None
    record: Mapping[str, Any] | None = None
    facts: SealFacts | None = None
    attachments: tuple[AttachedFile, ...] = field(default=())


def verify(
    file: bytes, trusted: Sequence[Certificate] = (), *, checks: Sequence[RecordCheck] = ()
) -> ProofReport:
    """Say what this file proves. Never raises: whatever is wrong is a line of the report.

    With no `trusted` authority the seal can be whole and its owner unknown; the report then
    shows the fingerprint to compare. With one, a seal of any other authority does not hold.
    """
    case = _Case(file, trusted)
    lines: list[ProofLine] = []
    for name, step in _STEPS:
        lines.extend(_asked(name, step, case))
    for check in checks:
        lines.extend(_asked(_name_of(check), _further(check), case))
    return ProofReport(
        file_digest=hashlib.sha256(file).hexdigest(),
        size_bytes=len(file),
        lot_number=case.contents.printed.get("lotNumber") if case.contents else None,
        lines=tuple(lines),
        seal=case.facts,
        attachments=case.attachments,
    )


def _asked(name: str, step: Callable[[_Case], Iterable[ProofLine]], case: _Case) -> list[ProofLine]:
    try:
        return list(step(case))
    except Altered as wrong:
        return [_no(name, f"{wrong}.")]
    except Exception as unreadable:  # noqa: BLE001 - a hostile file may break any parser, and that is a finding
        return [_no(name, f"It cannot be read: {type(unreadable).__name__}: {unreadable}.")]


def _file(case: _Case) -> Iterator[ProofLine]:
    case.anatomy = take_apart(case.file)
    yield _yes(
        "The file",
        f"It is whole: one seal covers {case.anatomy.seal.end} of its {len(case.file)} bytes.",
    )


def _after(case: _Case) -> Iterator[ProofLine]:
    if case.anatomy is None:
        yield _unknown("After the seal", "Not looked at, because the file is not whole.")
        return
    found = appended(case.anatomy)
    says = "Nothing was added after sealing."
    if found:
        says = f"Only what may follow a seal was added: {', '.join(found)}."
    yield _yes("After the seal", says)


def _seal(case: _Case) -> Iterator[ProofLine]:
    if case.anatomy is None:
        yield _unknown("The seal", "Not looked at, because the file is not whole.")
        return
    seal = case.anatomy.seal
    case.signature = read_seal(seal.der, seal.covered)
    yield _yes("The seal", "Every sealed byte is as it was sealed, and the signature is exact.")
    for each in case.anatomy.stamps:
        yield _stamped("Time stamp", *read_stamp(each.der, each.covered), case.trusted)


def _time(case: _Case) -> Iterator[ProofLine]:
    if case.anatomy is None or case.signature is None:
        yield _unknown("The time", "Nothing is known of it without the seal.")
        return
    claimed = case.anatomy.seal.claimed_at
    stamped = case.signature.stamped_at
    at = stamped or claimed
    if at is None:
        raise Altered("the seal does not say when it was made")
    case.facts = _facts(case.anatomy, case.signature, at)
    signer = case.signature.chain[0]
    if not signer.not_valid_before_utc <= at <= signer.not_valid_after_utc:
        raise Altered(f"the sealing certificate was not valid on {_utc(at)}")
    if stamped is None:
        yield _yes("The time", f"Sealed on {_utc(at)} by the site's own clock; not time-stamped.")
    else:
        yield _stamped("The time", stamped, case.signature.stamp_chain, case.trusted)


def _stamped(
    name: str, at: datetime, chain: Sequence[Certificate], trusted: Sequence[Certificate]
) -> ProofLine:
    whose = _person(chain[0])
    if is_trusted(chain, trusted, at=at, purpose="time_stamping"):
        return _yes(name, f"It existed like this on {_utc(at)}, vouched for by {whose}.")
    mark = fingerprint(chain[-1])
    says = f"It existed like this on {_utc(at)}, says {whose}, whom you do not trust yet: {mark}"
    return _unknown(name, says)


def _owner(case: _Case) -> Iterator[ProofLine]:
    if case.signature is None or case.facts is None:
        yield _unknown("Who sealed", "Nobody can be named without the seal.")
        return
    chain, at = case.signature.chain, case.facts.sealed_at
    if not is_trusted(chain, [chain[-1]], at=at):
        raise Altered("the certificates of the seal do not certify each other at that time")
    who = f"{case.facts.sealed_by}, certified by {case.facts.authority}"
    if is_trusted(chain, case.trusted, at=at):
        yield _yes("Who sealed", f"{who}, which you trust.")
    elif case.trusted:
        yield _no("Who sealed", f"{who}, which is not an authority you trust.")
    else:
        mark = case.facts.authority_fingerprint
        yield _unknown("Who sealed", f"{who}. Compare its fingerprint with the site's: {mark}")


def _facts(anatomy: Anatomy, signature: SealSignature, at: datetime) -> SealFacts:
    words = anatomy.seal.words
    top = signature.chain[-1]
    return SealFacts(
        sealed_by=_person(signature.chain[0]),
        sealed_at=at,
        time_is_stamped=signature.stamped_at is not None,
        reason=plain(words.get("Reason", "")),
        location=plain(words.get("Location", "")),
        authority=_person(top),
        authority_fingerprint=fingerprint(top),
    )


def _person(certificate: Certificate) -> str:
    """The common name of a certificate's owner, or the whole name when it has none."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return plain(str(names[0].value) if names else certificate.subject.rfc4514_string())


def _attachments(case: _Case) -> Iterator[ProofLine]:
    case.contents = read_contents(case.file)
    case.attachments = case.contents.listed
    names = ", ".join(each.name for each in case.attachments)
    yield _yes("Attachments", f"{len(case.attachments)}, each as it is described: {names}.")


def _record(case: _Case) -> Iterator[ProofLine]:
    if case.contents is None:
        yield _unknown("The record", "Not looked at, because the attachments cannot be read.")
        return
    case.record = read_record(case.contents)
    digest = case.contents.printed["recordDigest"]
    if case.facts is not None and not case.facts.reason.endswith(f"Record SHA-256: {digest}"):
        raise Altered("the signed words name another record than the one attached")
    yield _yes("The record", f"It is the one that was printed and sealed, SHA-256 {digest}.")


def _further(check: RecordCheck) -> Callable[[_Case], Iterable[ProofLine]]:
    def step(case: _Case) -> Iterable[ProofLine]:
        if case.record is None or case.contents is None:
            return [_unknown(_name_of(check), "Not looked at, because the record cannot be read.")]
        return check(SealedRecord(case.record, case.contents.files))

    return step


def _name_of(check: RecordCheck) -> str:
    """A check is named by the first line of its docstring, or by its name."""
    words = str(check.__doc__ or getattr(check, "__name__", "A further check")).strip()
    return words.split("\n", 1)[0].removesuffix(".").replace("_", " ")


def _yes(checked: str, says: str) -> ProofLine:
    return _line(checked, Holds.YES, says)


def _no(checked: str, says: str) -> ProofLine:
    return _line(checked, Holds.NO, says)


def _unknown(checked: str, says: str) -> ProofLine:
    return _line(checked, Holds.UNKNOWN, says)


def _line(checked: str, holds: Holds, says: str) -> ProofLine:
    return ProofLine(checked=checked, holds=holds, says=plain(says[:1].upper() + says[1:]))


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


_STEPS: tuple[tuple[str, Callable[[_Case], Iterable[ProofLine]]], ...] = (
    ("The file", _file),
    ("After the seal", _after),
    ("The seal", _seal),
    ("The time", _time),
    ("Who sealed", _owner),
    ("Attachments", _attachments),
    ("The record", _record),
)

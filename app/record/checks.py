"""What a record proves beyond its seal: everything in it that can be recalculated, is.

Pure: these checks run on a machine that has only the file (R-SIG-10, R-SPEC-12, R-P11-15).
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from app.expansion.formulae import FORMULAE
from app.masters.calculation import is_true
from app.masters.evaluate import evaluate
from app.record.certificate_check import certificate_is_what_was_signed
from app.record.proof import SealedRecord
from app.record.retention import retention, retention_facts
from app.release.rules import SOFTWARE, judge_again
from app.trail.chain import body_digest, next_link
from schemas.base import Contract
from schemas.document import DocumentApproval
from schemas.lot import FrozenVersion
from schemas.paper import CERTIFICATE_FORMAT
from schemas.proof import Holds, ProofLine
from schemas.quantity import Calculation
from schemas.reading import Dosing
from schemas.record import BatchRecord, Decision
from schemas.release import ReleaseVerdict


def _line(checked: str, wrong: list[str], fine: str) -> ProofLine:
    """One line: everything wrong that was found, or that nothing was."""
    shown = "; ".join(wrong[:5]) + (f"; and {len(wrong) - 5} more" if len(wrong) > 5 else "")  # noqa: PLR2004 - enough to begin with
    return ProofLine(
        checked=checked, holds=Holds.NO if wrong else Holds.YES, says=shown if wrong else fine
    )


def record_is_whole(sealed: SealedRecord) -> Iterable[ProofLine]:
    """The attached record is a complete batch record."""
    record = sealed.batch
    if sealed.record.get("format") == CERTIFICATE_FORMAT:
        return
    if record is None:
        yield ProofLine(
            checked="The attached record is a complete batch record",
            holds=Holds.NO,
            says=f"It is not in the form passage-batch-record/1 at {sealed.why_not()}.",
        )
        return
    yield ProofLine(
        checked="The attached record is a complete batch record",
        holds=Holds.YES,
        says=f"Lot {record.lot_number}, version {record.version}, {record.status.lower()}.",
    )


def documents_are_the_frozen_ones(sealed: SealedRecord) -> Iterable[ProofLine]:
    """The master, the specification and the product are the versions the lot froze."""
    record = sealed.batch
    if record is None:
        return
    lot = record.question.dossier.lot
    wrong = [
        f"{frozen.code} version {frozen.version} is not the one that was frozen"
        for frozen, document in (
            (lot.product, record.bundle.product),
            (lot.specification, record.bundle.specification),
            (lot.master, record.bundle.master),
        )
        if document.digest() != frozen.sha256
    ]
    yield _line("The documents are the versions the lot froze", wrong, "All three by digest.")


def documents_were_approved(sealed: SealedRecord) -> Iterable[ProofLine]:
    """Each of the three was approved, word for word, by someone else than who handed it in."""
    record = sealed.batch
    if record is None or not record.approvals:
        return
    lot = record.question.dossier.lot
    wrong = [
        f"{frozen.code} version {frozen.version}: {says}"
        for frozen in (lot.product, lot.specification, lot.master)
        for says in _approval_wrong(record, frozen)
    ]
    yield _line("The documents were approved", wrong, "All three, by signature of a second person.")


def _approval_wrong(record: BatchRecord, frozen: FrozenVersion) -> Iterator[str]:
    document = next((each for each in record.approvals if each.sha256 == frozen.sha256), None)
    if document is None or document.approval is None:
        yield "nobody approved it"
        return
    signed = {each.signature.binding: each.words for each in record.signatures}
    words = signed.get(document.approval.binding)
    if words is None or DocumentApproval.from_canonical(words).content_digest != frozen.sha256:
        yield "other words were approved"
    if document.approval.username == document.handed_in_by:
        yield "its author approved it"


def retention_is_counted_the_same(sealed: SealedRecord) -> Iterable[ProofLine]:
    """Until when the record is to be kept, counted again by every rule (R-BR-23)."""
    record = sealed.batch
    if record is None or record.retention is None:
        return
    again = retention(retention_facts(record.question.dossier, record.delivery, record.zone))
    wrong = [] if again == record.retention else [f"counted again it is {again.until}"]
    fine = f"{record.retention.until or 'no day yet'}, the longest of {len(again.lines)} rules."
    yield _line("The day until which it is kept is counted the same", wrong, fine)


def signatures_bind_their_words(sealed: SealedRecord) -> Iterable[ProofLine]:
    """Every signature binds its person, role, meaning, time and exact words."""
    record = sealed.batch
    if record is None:
        return
    wrong = []
    for each in record.signatures:
        signature = each.signature
        if sha256(each.words.encode()).hexdigest() != signature.words_digest:
            wrong.append(f"{signature.name}, {signature.about}: other words than were signed")
        if signature.bound() != signature.binding:
            wrong.append(f"{signature.name}, {signature.about}: who, when or what was changed")
    yield _line(
        "Every signature binds its words", wrong, f"{len(record.signatures)} signatures hold."
    )


def printed_signatures_are_signed(sealed: SealedRecord) -> Iterable[ProofLine]:
    """Every signature the record shows is among those whose words are attached."""
    record = sealed.batch
    if record is None:
        return
    bound = {each.signature.binding for each in record.signatures}
    parts: list[Contract] = [record.question.dossier]
    if record.approvals:  # records of before carry the words of neither
        parts += [record.delivery, *record.approvals]
    shown = tuple(found for part in parts for found in _signatures_in(part.plain()))
    wrong = [
        f"{each.get('name')}, {each.get('about')}: no words are attached"
        for each in shown
        if each["binding"] not in bound
    ]
    yield _line("Every signature shown is attached", wrong, f"{len(shown)} places look the same.")


def _signatures_in(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        if "binding" in value and "words_digest" in value:
            yield value
        for each in value.values():
            yield from _signatures_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _signatures_in(each)


def trail_is_chained(sealed: SealedRecord) -> Iterable[ProofLine]:
    """The lot's entries of the trail are whole and lead to the head that is printed."""
    record = sealed.batch
    if record is None:
        return
    trail = record.trail
    wrong = [
        f"entry {each.link.seq} was altered"
        for each in trail.entries
        if body_digest(each.body.encode()) != each.link.body_digest
    ]
    if not trail.digests:
        yield ProofLine(
            checked="The trail leads to its head",
            holds=Holds.UNKNOWN,
            says="The range was too long to attach; compare the head with the site's trail.",
        )
        return
    link, links = trail.before, {}
    for seq, digest in enumerate(trail.digests, trail.first_seq):
        link = next_link(link, digest)
        links[seq] = (digest, link)
    wrong += [
        f"entry {each.link.seq} is not in its place in the chain"
        for each in trail.entries
        if links.get(each.link.seq) != (each.link.body_digest, each.link.link)
    ]
    last = trail.first_seq + len(trail.digests) - 1
    if (last, link) != (trail.head.seq, trail.head.link):
        wrong.append("the chain does not lead to the head that is printed")
    fine = f"{len(trail.entries)} entries in full, chained up to entry {trail.head.seq}."
    yield _line("The trail leads to its head", wrong, fine)


def formulas_give_the_same(sealed: SealedRecord) -> Iterable[ProofLine]:
    """Every calculated value follows from its raw inputs by the formula named beside it."""
    record = sealed.batch
    if record is None:
        return
    dossier = record.question.dossier
    values = [
        value.calculation
        for entry in dossier.production.entries()
        for value in entry.words.calculated
    ]
    values += [
        each
        for line in dossier.quality.criteria
        for result in line.results
        for each in result.words.evaluation.calculations
    ]
    wrong = [_words_of(each) for each in values if not is_true(each, FORMULAE)]
    yield _line("Every calculation gives the same", wrong, f"{len(values)} recalculated.")


def _words_of(calculation: Calculation) -> str:
    return f"{calculation.formula} does not give {calculation.shown}"


def results_are_judged_the_same(sealed: SealedRecord) -> Iterable[ProofLine]:
    """Every result, judged again against its criterion, gets the verdict that is printed."""
    record = sealed.batch
    if record is None:
        return
    wrong, count = [], 0
    for line in record.question.dossier.quality.criteria:
        for result in line.results:
            words = result.words
            again = evaluate(line.criterion, words.reading, context=words.dosing or Dosing())
            count += 1
            if again != words.evaluation:
                wrong.append(f"{words.number}: judged again it is {again.state.value}")
    yield _line("Every result is judged the same", wrong, f"{count} results judged again.")


def release_is_judged_the_same(sealed: SealedRecord) -> Iterable[ProofLine]:
    """The release, judged again from the dossier that was signed, gets the same verdict."""
    record = sealed.batch
    if record is None:
        return
    checked = "The release is judged the same"
    if not record.decisions:
        yield ProofLine(checked=checked, holds=Holds.YES, says="Nothing was certified yet.")
    for decision in record.decisions:
        wrong = list(_decision_unsigned(decision, record))
        again = judge_again(decision.question, decision.verdict)
        differs = list(_decision_wrong(decision, again))
        if differs and not wrong and decision.verdict.software != SOFTWARE:
            yield ProofLine(
                checked=checked,
                holds=Holds.UNKNOWN,
                says=f"Judged by {decision.verdict.software}; verify with that version.",
            )
        else:
            fine = f"{decision.words.act.label}: the signed dossier gives the signed verdict."
            yield _line(checked, [*differs, *wrong], fine)


def _decision_wrong(decision: Decision, again: ReleaseVerdict) -> Iterator[str]:
    if again != decision.verdict:
        yield "judged again, the dossier gives another verdict"
    if decision.words.act not in again.allowed:
        yield f"{decision.words.act.label} was not open"


def _decision_unsigned(decision: Decision, record: BatchRecord) -> Iterator[str]:
    if decision.question.dossier.digest() != decision.words.dossier_digest:
        yield "the dossier is not the one that was signed"
    if decision.verdict.digest() != decision.words.verdict_digest:
        yield "the verdict is not the one that was signed"
    signed = {each.signature.words_digest for each in record.signatures}
    if decision.words.digest() not in signed:
        yield "the certification is not signed"


CHECKS = (
    record_is_whole,
    certificate_is_what_was_signed,
    documents_are_the_frozen_ones,
    documents_were_approved,
    signatures_bind_their_words,
    printed_signatures_are_signed,
    trail_is_chained,
    formulas_give_the_same,
    results_are_judged_the_same,
    release_is_judged_the_same,
    retention_is_counted_the_same,
)
"""In the order they are reported; `passage verify` asks them all."""

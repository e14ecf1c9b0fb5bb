"""What the paper shows beside the record's own fields: what was signed, what changed, who stands.

Everything here is derived from the record alone, so a record prints the same for ever.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.masters.rounding import round_to_decimals
from app.record.words import (
    NOTHING,
    Listed,
    number_in,
    plain,
    shown,
    title_of,
    whole,
)
from schemas import delivery_forms
from schemas.base import Contract
from schemas.delivery import EventFacts
from schemas.production import EntryRecord, PassageLine, ProductionRecord
from schemas.quality_record import QualityRecord, ResultFacts
from schemas.quantity import apart
from schemas.record import BatchRecord
from schemas.release import GateLine, ReleaseVerdict
from schemas.result import ResultChange
from schemas.trail import Entry, Meaning, Signature

PASSAGES_ABREAST = 5
"""A passage is a column; more of them begin another table."""

_SAID_ELSEWHERE = frozenset({"scans", "patient_code", "signing", "witness"})


@dataclass(frozen=True)
class Judgement:
    """A verdict of the release rules, and of which moment it is."""

    title: str
    verdict: ReleaseVerdict

    @property
    def closed(self) -> int:
        """How many gates were closed."""
        return sum(not each.is_open for each in self.verdict.gates)


@dataclass(frozen=True)
class GateRow:
    """One gate in each judgement; None where a judgement did not ask it."""

    gate: GateLine
    states: tuple[GateLine | None, ...]


@dataclass(frozen=True)
class Standing:
    """Someone who stands for a part of the lot, by signature."""

    for_what: str
    signature: Signature


def every_entry(production: ProductionRecord) -> tuple[EntryRecord, ...]:
    """Every entry of production, those that were corrected since among them."""
    return tuple(
        each
        for phase in production.phases
        for step in phase.steps
        for each in (*step.superseded, *step.entries)
    )


def late_entries(production: ProductionRecord) -> tuple[EntryRecord, ...]:
    """The entries that were made late, with their reasons (R-DI-14)."""
    return tuple(each for each in every_entry(production) if each.words.late_reason)


def _counted(cells: str | None) -> str:
    return whole(cells) if cells else NOTHING


def _log(zone: str) -> tuple[tuple[str, Callable[[PassageLine], str]], ...]:
    """The lines of the passage log (R-BR-19): a heading with its unit, and the number alone."""

    def day(moment: datetime | None) -> str:
        return shown(moment, zone)[:10]

    return (
        ("Seeded", lambda line: day(line.seeded_at)),
        ("Vessels", lambda line: str(line.vessels)),
        ("Growth area, cm²", lambda line: number_in(line.area_cm2)),
        ("Viable cells seeded", lambda line: _counted(line.seeded_cells)),
        ("Seeded, viable cells per cm²", lambda line: number_in(line.density)),
        ("Harvested", lambda line: day(line.harvested_at)),
        ("Vessels harvested", lambda line: shown(line.vessels_harvested)),
        ("Confluence, %", lambda line: number_in(line.confluence)),
        ("Viability, %", lambda line: number_in(line.viability)),
        ("Viable cells harvested", lambda line: _counted(line.harvested_cells)),
        ("Harvested, viable cells per cm²", lambda line: number_in(line.yield_per_cm2)),
        (
            "Population doublings",
            lambda line: number_in(line.doublings) if line.seeded_counted else "not counted",
        ),
        ("Cumulative population doublings", lambda line: number_in(line.cumulative)),
        ("Doubling time, h", lambda line: number_in(line.doubling_time)),
    )


def passage_tables(production: ProductionRecord, zone: str) -> tuple[Listed, ...]:
    """The passage log with a column for each passage, a few of them abreast."""
    every = production.passages
    return tuple(
        Listed(
            title="Passage log",
            columns=tuple(each.name for each in abreast),
            rows=tuple(
                (heading, *(said(each) for each in abreast)) for heading, said in _log(zone)
            ),
        )
        for first in range(0, len(every), PASSAGES_ABREAST)
        for abreast in (every[first : first + PASSAGES_ABREAST],)
    )


def doublings(amount: Decimal | None) -> str:
    """Cumulative doublings as the passage log rounds them; a dash before the first harvest."""
    return NOTHING if amount is None else plain(round_to_decimals(amount, 3))


def corrected_results(quality: QualityRecord) -> tuple[tuple[ResultFacts, ResultFacts], ...]:
    """Each result that was corrected: the entry that was wrong, and the one that replaced it."""
    by_digest = {each.words_digest: each for line in quality.criteria for each in line.results}
    return tuple(
        (by_digest[each.words.replaces], each)
        for each in by_digest.values()
        if each.words.change is ResultChange.CORRECTED and each.words.replaces in by_digest
    )


def trail_entries(record: BatchRecord) -> tuple[Entry, ...]:
    """The lot's entries of the trail, read back from their exact text."""
    return tuple(Entry.from_canonical(each.body) for each in record.trail.entries)


@dataclass(frozen=True)
class ChangeLine:
    """A value that an entry of the trail changed, on one row or on several alike."""

    table: str
    rows: int
    name: str
    old: object
    new: object


def changes_in(entry: Entry) -> tuple[ChangeLine, ...]:
    """What an entry changed, each change once with the number of rows it was made on."""
    counted: dict[str, ChangeLine] = {}
    for change in entry.changes:
        for name, old in (change.old or {}).items():
            if name == "version":
                continue
            new = change.new[name]
            key = repr((change.table, name, old, new))
            rows = counted[key].rows + 1 if key in counted else 1
            counted[key] = ChangeLine(change.table, rows, name, old, new)
    return tuple(counted.values())


@dataclass(frozen=True)
class Handing:
    """One thing that happened to several containers at once."""

    event: EventFacts
    containers: tuple[str, ...]


def handings(events: Iterable[EventFacts]) -> tuple[Handing, ...]:
    """What happened on the way, containers together that went through it together."""
    groups: dict[bytes, Handing] = {}
    for each in events:
        alike = each.model_copy(update={"container": "-"}).canonical()
        before = groups[alike].containers if alike in groups else ()
        groups[alike] = Handing(each, (*before, each.container))
    return tuple(groups.values())


def judgements(record: BatchRecord) -> tuple[Judgement, ...]:
    """The verdicts that were signed, and today's where it says something else.

    A lot that is not certified has today's alone. The same findings at a later moment are the
    same verdict.
    """
    signed = tuple(Judgement(each.words.act.label, each.verdict) for each in record.decisions)
    today = Judgement("When this record was made", record.verdict)
    if signed and _substance(signed[-1].verdict) == _substance(record.verdict):
        return signed
    return (*signed, today)


def _substance(verdict: ReleaseVerdict) -> object:
    gates = {
        each.rule: (each.is_open, [found.says for found in each.findings]) for each in verdict.gates
    }
    return gates, {each.code: (each.state, each.reported) for each in verdict.criteria}


def gate_rows(judged: Iterable[Judgement]) -> tuple[GateRow, ...]:
    """Every gate that was asked, in the order of the rules, with its state in each judgement."""
    asked = [{each.rule: each for each in one.verdict.gates} for one in judged]
    gates = {rule: gate for one in asked for rule, gate in one.items()}
    return tuple(
        GateRow(gates[rule], tuple(one.get(rule) for one in asked)) for rule in sorted(gates)
    )


def who_stands(record: BatchRecord) -> tuple[Standing, ...]:
    """Who endorsed, reviewed, certified or stopped the lot: the last signature of each kind."""
    dossier = record.question.dossier
    found = []
    if dossier.production.endorsement:
        found.append(Standing("Production endorsed", dossier.production.endorsement))
    last_reviews = {each.kind: each for each in dossier.reviews}
    found += [
        Standing(f"{kind.label} reviewed", each.signature) for kind, each in last_reviews.items()
    ]
    found += [Standing(each.act.label, each.signature) for each in dossier.certificates]
    return tuple(found)


def verified_by(record: BatchRecord) -> tuple[str, ...]:
    """The people who verified results, by name, each once."""
    names = [
        each.signature.name
        for each in record.signatures
        if each.signature.meaning is Meaning.VERIFIED
    ]
    return tuple(dict.fromkeys(names))


def _titles() -> dict[str, str]:
    """The titles of the fields of every form of delivery."""
    forms = (each for each in vars(delivery_forms).values() if isinstance(each, type))
    return {
        name: title_of(name, info)
        for form in forms
        if issubclass(form, Contract)
        for name, info in form.model_fields.items()
    }


_TITLES = _titles()


def said_at_delivery(words: dict[str, object], zone: str) -> tuple[tuple[str, str], ...]:
    """What was entered when a container changed hands, under the titles of its form."""
    return tuple(
        (_TITLES.get(name, title_of(name, None)), apart(shown(value, zone)))
        for name, value in words.items()
        if name not in _SAID_ELSEWHERE and value is not None
    )

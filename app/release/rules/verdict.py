"""The table of requirements 6.4: from open and closed gates to the acts that are allowed."""

from app.release.rules.gates import BEFORE_ANY, BEFORE_FINAL
from app.rulebook import Rule, judge
from app.settings import VERSION
from schemas.lot import Stage
from schemas.quality_record import CriterionRecord
from schemas.reading import ResultState
from schemas.release import Act, CriterionLine, GateLine, Question, ReleaseVerdict, Standing
from schemas.specification import Gate

SOFTWARE = f"Passage {VERSION}"
REJECTABLE = frozenset({Stage.IN_PRODUCTION, Stage.IN_TESTING, Stage.CONDITIONALLY_CERTIFIED})
RECALLABLE = frozenset({Stage.CONDITIONALLY_CERTIFIED, Stage.CERTIFIED})


def judge_release(question: Question) -> ReleaseVerdict:
    """Ask every gate of this dossier at this moment. The same question gets the same answer."""
    return _judged(question, (*BEFORE_ANY, *BEFORE_FINAL))


def judge_standing(question: Question) -> Standing:
    """The same for who only looks: the dossier is not digested, which takes longer than judging."""
    return _standing(question, (*BEFORE_ANY, *BEFORE_FINAL))


def judge_again(question: Question, signed: ReleaseVerdict) -> ReleaseVerdict:
    """Ask once more what was signed; an older version of Passage knew fewer gates.

    A number is never used twice: a gate that came later is not asked of an older verdict, and
    one that was only reworded keeps the words that were signed while its answer is the same.
    This version's own verdicts are asked every gate, word for word.
    """
    if signed.software == SOFTWARE:
        return judge_release(question)
    known = {gate.rule: gate for gate in signed.gates}
    rules = tuple(each for each in (*BEFORE_ANY, *BEFORE_FINAL) if each.number in known)
    again = _judged(question, rules)
    gates = (
        known[now.rule] if known[now.rule].is_open == now.is_open else now for now in again.gates
    )
    return again.model_copy(update={"software": signed.software, "gates": tuple(gates)})


def _judged(question: Question, rules: tuple[Rule[Question], ...]) -> ReleaseVerdict:
    dossier = question.dossier
    standing = _standing(question, rules)
    return ReleaseVerdict(
        lot_number=dossier.lot.number,
        dossier_digest=dossier.digest(),
        software=SOFTWARE,
        **{name: getattr(standing, name) for name in Standing.model_fields},
    )


def _standing(question: Question, rules: tuple[Rule[Question], ...]) -> Standing:
    dossier = question.dossier
    gates = tuple(_line(each, question) for each in rules)
    post = tuple(dossier.quality.at_gate(Gate.POST))
    failed = tuple(
        line.criterion.code
        for line in dossier.quality.criteria
        if line.criterion.gates and line.state is ResultState.FAIL
    )
    outstanding = tuple(line.criterion.code for line in post if line.state is ResultState.PENDING)
    return Standing(
        at=question.at,
        criteria=tuple(_criterion(line) for line in dossier.quality.criteria),
        gates=gates,
        outstanding=outstanding,
        failed=failed,
        allowed=_allowed(question, gates, post),
    )


def _allowed(
    question: Question, gates: tuple[GateLine, ...], post: tuple[CriterionRecord, ...]
) -> tuple[Act, ...]:
    dossier = question.dossier
    stage = dossier.lot.stage
    early = {each.number for each in BEFORE_ANY}
    before_any = all(gate.is_open for gate in gates if gate.rule in early)
    before_final = all(gate.is_open for gate in gates)
    only_pending = all(line.opens_gate or line.state is ResultState.PENDING for line in post)
    acts = []
    if stage in (Stage.IN_TESTING, Stage.CONDITIONALLY_CERTIFIED) and before_final:
        acts.append(Act.FINAL)
    waits = stage is Stage.IN_TESTING and dossier.product.two_stage and not before_final
    if waits and before_any and only_pending:
        acts.append(Act.CONDITIONAL)
    if stage in REJECTABLE:
        acts.append(Act.REJECT)
    if stage in RECALLABLE:
        acts.append(Act.RECALL)
    return tuple(acts)


def _line(each: Rule[Question], question: Question) -> GateLine:
    findings = judge((each,), question)
    count = len(findings)
    return GateLine(
        rule=each.number,
        cite=each.cite,
        says=each.says,
        is_open=not findings,
        evidence="Holds." if not findings else f"{count} finding{'s' if count > 1 else ''}.",
        findings=findings,
    )


def _criterion(line: CriterionRecord) -> CriterionLine:
    return CriterionLine(
        code=line.criterion.code,
        title=line.criterion.title,
        gate=line.criterion.gate,
        limit=line.limit,
        reported=line.reported or line.interim,
        state=line.state,
        says=line.says,
        due_at=line.due_at,
    )

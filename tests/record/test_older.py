"""Decisions that were signed under older versions, kept as they were: they must still prove."""

import gzip
from pathlib import Path

import pytest

from app.release.rules import SOFTWARE, judge_again
from schemas.record import Decision

OLDER = sorted((Path(__file__).parent / "older").glob("decision-*.json.gz"))


@pytest.mark.parametrize("kept", OLDER, ids=lambda kept: kept.name.split(".json")[0])
def test_an_older_decision_keeps_its_digests_and_its_verdict(kept: Path) -> None:
    """A contract of the record that grows leaves what is empty out: see `is_empty`."""
    stored = gzip.decompress(kept.read_bytes())
    decision = Decision.from_canonical(stored)
    assert decision.canonical() == stored
    assert decision.question.dossier.digest() == decision.words.dossier_digest
    assert decision.verdict.digest() == decision.words.verdict_digest
    assert decision.verdict.software != SOFTWARE
    assert judge_again(decision.question, decision.verdict) == decision.verdict

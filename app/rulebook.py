"""What a rule is: a pure function with a number, a citation and one sentence.

A rule gets facts (a contract), never a row, a session or a clock. It yields what it found, in
words for the bench. All rules are asked and all findings are shown (R-SPEC-12, R-AI-01).
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from schemas.finding import Finding

Facts = TypeVar("Facts")
Asked_contra = TypeVar("Asked_contra", contravariant=True)
"""A rule that asks less of its facts may stand beside rules that ask more."""


@dataclass(frozen=True)
class Rule(Generic[Asked_contra]):
    """A numbered rule: what it asks, whom it cites, and what mends what it finds."""

    number: str
    cite: str
    says: str
    mend: str
    check: Callable[[Asked_contra], Iterator[str]]

    def __call__(self, facts: Asked_contra) -> Iterator[Finding]:
        """Ask the rule of these facts; nothing found means the rule holds."""
        for words in self.check(facts):
            yield Finding(rule=self.number, cite=self.cite, says=words, mend=self.mend)


def rule(
    number: str, *, cite: str, mend: str
) -> Callable[[Callable[[Facts], Iterator[str]]], Rule[Facts]]:
    """Number a check. Its docstring's first line is the rule, said once.

    `number` is never used twice and never reused; `cite` names requirement IDs or clauses;
    `mend` tells the person at the bench what to do.
    """

    def numbered(check: Callable[[Facts], Iterator[str]]) -> Rule[Facts]:
        words = inspect.getdoc(check)
        assert words, f"rule {number} has no docstring"
        return Rule(number, cite, words.split("\n", 1)[0], mend, check)

    return numbered


def judge(rules: Sequence[Rule[Facts]], facts: Facts) -> tuple[Finding, ...]:
    """Ask every rule, in the order of the book; return everything that was found."""
    return tuple(found for each in rules for found in each(facts))

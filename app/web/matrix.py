"""Data matrix codes, as one path of black runs: for labels on screen and for paper."""

from collections.abc import Iterator
from dataclasses import dataclass

from ppf.datamatrix import DataMatrix

QUIET = 2
"""Empty modules around the code; a scanner asks for one."""


@dataclass(frozen=True)
class Matrix:
    """A code ready to be drawn: its side in modules, its black runs as a path, its words."""

    side: int
    path: str
    words: str


def data_matrix(words: str) -> Matrix:
    """The code that says these words."""
    modules: list[list[int]] = DataMatrix(words).matrix
    path = "".join(
        f"M{left + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(modules)
        for left, length in _runs(row)
    )
    return Matrix(side=len(modules) + 2 * QUIET, path=path, words=words)


def _runs(row: list[int]) -> Iterator[tuple[int, int]]:
    """Where black begins in a row, and how far it goes."""
    begun: int | None = None
    for x, black in enumerate((*row, 0)):
        if black and begun is None:
            begun = x
        elif not black and begun is not None:
            yield begun, x - begun
            begun = None

"""The data matrix of the front page: the lot, the record and the trail in one code (R-BR-24).

A scanner reads `PASSAGE1 LOT RECORD-DIGEST TRAIL-ENTRY TRAIL-LINK`: capitals, digits and spaces,
which the code packs tightly; digests are hexadecimal in capitals.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ppf.datamatrix import DataMatrix

from schemas.trail import Head

QUIET = 2
"""Empty modules around the code; a scanner asks for one."""


@dataclass(frozen=True)
class MatrixOnPaper:
    """A code ready to be drawn: its side in modules, its black runs as a path, its words."""

    side: int
    path: str
    words: str


def matrix_words(lot_number: str, record_digest: str, head: Head) -> str:
    """What the code says."""
    return f"PASSAGE1 {lot_number} {record_digest.upper()} {head.seq} {head.link.upper()}"


def matrix_on_paper(lot_number: str, record_digest: str, head: Head) -> MatrixOnPaper:
    """The code of a record, as one path of black runs."""
    words = matrix_words(lot_number, record_digest, head)
    modules: list[list[int]] = DataMatrix(words).matrix
    path = "".join(
        f"M{left + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(modules)
        for left, length in _runs(row)
    )
    return MatrixOnPaper(side=len(modules) + 2 * QUIET, path=path, words=words)


def _runs(row: list[int]) -> Iterator[tuple[int, int]]:
    """Where black begins in a row, and how far it goes."""
    begun: int | None = None
    for x, black in enumerate((*row, 0)):
        if black and begun is None:
            begun = x
        elif not black and begun is not None:
            yield begun, x - begun
            begun = None

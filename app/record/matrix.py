"""Data matrices (ISO/IEC 16022), drawn as one path.

That of the front page holds the lot, the record and the trail in one code (R-BR-24). A scanner
reads `PASSAGE1 LOT RECORD-DIGEST TRAIL-ENTRY TRAIL-LINK`: capitals, digits and spaces, which the
code packs tightly; digests are hexadecimal in capitals.
"""

from app.web.matrix import Matrix, data_matrix
from schemas.trail import Head


def matrix_words(lot_number: str, record_digest: str, head: Head) -> str:
    """What the code says."""
    return f"PASSAGE1 {lot_number} {record_digest.upper()} {head.seq} {head.link.upper()}"


def matrix_on_paper(lot_number: str, record_digest: str, head: Head) -> Matrix:
    """The code of a record."""
    return data_matrix(matrix_words(lot_number, record_digest, head))

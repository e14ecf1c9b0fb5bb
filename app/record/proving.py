"""Proving a file: every check we have, loaded when somebody asks.

The libraries that read seals take a second to load; a server starts without them.
"""

from schemas.proof import ProofReport


def prove(file: bytes, authority: bytes = b"") -> ProofReport:
    """What this file proves, with the PEM of the authority that is trusted, if there is one.

    Raises:
        KeyUnusable: the PEM holds no certificate.
    """
    from app.record.checks import CHECKS  # noqa: PLC0415 - loaded when it is asked for
    from app.record.keys import load_certificates  # noqa: PLC0415 - (as above)
    from app.record.proof import verify  # noqa: PLC0415 - (as above)

    return verify(file, load_certificates(authority) if authority else (), checks=CHECKS)

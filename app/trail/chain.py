"""The chain: each entry's link covers its body and everything before it.

link(n) = SHA-256(link(n-1) || SHA-256(body(n))). Bodies and links are kept apart on purpose:
an extract can show some bodies whole, the others by digest, and still lead to the head.
"""

import hashlib
from collections.abc import Iterable, Iterator

GENESIS = hashlib.sha256(b"Passage trail, version 1").hexdigest()
"""The link before the first entry."""


def body_digest(body: bytes) -> str:
    """SHA-256 of an entry's canonical JSON."""
    return hashlib.sha256(body).hexdigest()


def next_link(previous: str, digest: str) -> str:
    """The link of an entry whose body has this digest, after the link `previous`."""
    return hashlib.sha256(bytes.fromhex(previous) + bytes.fromhex(digest)).hexdigest()


def links(digests: Iterable[str], start: str = GENESIS) -> Iterator[str]:
    """The links of these body digests, one after the other."""
    link = start
    for each in digests:
        link = next_link(link, each)
        yield link

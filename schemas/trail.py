"""What the trail keeps: entries with every row they changed, and signatures."""

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field, PositiveInt

from schemas.base import Contract, Digest, Moment, Text, ZoneName, digest_of


class RowChange(Contract):
    """One row that was written: its full new state, and what it was where it changed."""

    table: str
    key: str
    new: dict[str, Any]
    old: dict[str, Any] | None = None


class Entry(Contract):
    """One entry of the trail: who, in which role, did what, when, why (R-P11-05, R-DI-02)."""

    seq: int = Field(ge=1)
    at: Moment
    zone: ZoneName
    by: str
    name: str
    role: str
    did: str
    about: str
    why: str | None = None
    details: dict[str, Any] = Field(default_factory=dict)
    changes: tuple[RowChange, ...] = ()


class Link(Contract):
    """The place of an entry in the chain: SHA-256 over the previous link and this body's digest."""

    seq: int
    body_digest: Digest
    link: Digest


def place_of(ref: str) -> str:
    """Where something is, from a reference of the trail: lot UNIT1-26-0001, step S110, 1."""
    parts = ref.split("/")
    return ", ".join(" ".join(parts[at : at + 2]) for at in range(0, len(parts), 2))


class Head(Contract):
    """The end of the trail at a moment: printed on each record."""

    seq: int
    link: Digest


class Span(Contract):
    """Entries from one number to another, both included."""

    first: int
    last: int


class Intent(Contract):
    """Entries about to be committed: from `first` to `head`, known by their link once there."""

    first: int
    head: Head


class Checkpoint(Contract):
    """The end of the trail as the application last committed it, kept outside the database."""

    head: Head
    not_ours: tuple[Span, ...] = Field(
        (), description="Entries found there that the application had not noted"
    )
    intended: Intent | None = Field(
        None, description="The last entries that were to be committed; perhaps they never were"
    )


class TrailFault(Contract):
    """One thing that is not as the trail says: where ("account/5"), and what is wrong."""

    where: str
    says: str


class TrailSection(Contract):
    """One part of a verification: what was looked at, how much of it, and how much is wrong."""

    name: str
    looked_at: int
    faults: int


class TrailReport(Contract):
    """What a verification of the trail found, and up to which entry."""

    at: Moment
    head: Head
    sections: tuple[TrailSection, ...]

    @property
    def faults(self) -> int:
        """How many things are wrong."""
        return sum(each.faults for each in self.sections)


class TrailSearch(Contract):
    """What to look for in the trail; empty: everything."""

    about: Text | None = Field(
        None,
        title="About",
        description="A reference and all below it, for example lot/UNIT1-26-0001",
    )
    by: Text | None = Field(
        None, title="Person", description="A user name; - is nobody", max_length=60
    )
    did: Text | None = Field(
        None,
        title="Deed",
        description="For example lot.start; step. finds all of that kind",
        max_length=60,
    )
    since: date | None = Field(None, title="From")
    until: date | None = Field(None, title="To", description="This day included")


class ChainedEntry(Contract):
    """One entry with its place in the chain: a line of the export."""

    entry: Entry
    body_digest: Digest
    link: Digest


class TrailPage(Contract):
    """Some entries, newest first, and where the older ones begin."""

    entries: tuple[Entry, ...]
    before: int | None = Field(None, description="Ask again with this number for older entries")


class Meaning(StrEnum):
    """What a signature says (21 CFR 11.50(a))."""

    PERFORMED = "performed"
    CHECKED = "checked"
    VERIFIED = "verified"
    APPROVED = "approved"
    REVIEWED = "reviewed"
    ENDORSED = "endorsed"
    INVESTIGATED = "investigated"
    DECIDED = "decided"
    CERTIFIED_CONDITIONALLY = "certified conditionally"
    CERTIFIED = "certified"
    REJECTED = "rejected"
    REQUESTED = "requested"
    RECEIVED = "received"
    ADMINISTERED = "administered"

    @property
    def words(self) -> str:
        """The sentence shown above the password."""
        return MEANINGS[self]


MEANINGS = {
    Meaning.PERFORMED: "I performed this and the entries are mine.",
    Meaning.CHECKED: "I watched or checked this independently and it is right.",
    Meaning.VERIFIED: "I verified this result against its raw data.",
    Meaning.APPROVED: "I approve this for use.",
    Meaning.REVIEWED: "I reviewed this completely, the audit trail included.",
    Meaning.ENDORSED: "I am responsible for this processing and endorse its record.",
    Meaning.INVESTIGATED: "I investigated this and the findings are mine.",
    Meaning.DECIDED: "I decide this for the quality unit.",
    Meaning.CERTIFIED_CONDITIONALLY: (
        "I certify this lot conditionally; the tests listed are outstanding."
    ),
    Meaning.CERTIFIED: "I certify this lot.",
    Meaning.REJECTED: "I reject this lot.",
    Meaning.REQUESTED: "I request this for my patient.",
    Meaning.RECEIVED: "I received this and checked its identity and condition.",
    Meaning.ADMINISTERED: "This was administered as stated.",
}


class Signature(Contract):
    """A signature as it is shown, printed and verified: its binding holds all the rest.

    `binding` is SHA-256 over the canonical JSON of every other field, and `words_digest`
    over the exact words that were on the screen (21 CFR 11.70).
    """

    username: str
    name: Text
    role: str
    meaning: Meaning
    about: str
    words_digest: Digest
    at: Moment
    zone: ZoneName
    binding: Digest

    def bound(self) -> str:
        """The digest over every field but the binding itself: what `binding` must be."""
        return digest_of({key: value for key, value in self.plain().items() if key != "binding"})


class KeptFile(Contract):
    """An attachment as other contracts name it."""

    sha256: Digest
    name: Text
    media_type: str
    size_bytes: int


class SignedWords(Contract):
    """A signature with the exact words it binds, as canonical JSON."""

    signature: Signature
    words: str

    @property
    def meaning(self) -> Meaning:
        """What the signature says."""
        return self.signature.meaning


class KeptEntry(Contract):
    """One entry of the trail in full: its body is the exact text the chain covers."""

    link: Link
    body: str


class TrailExtract(Contract):
    """Every entry about the lot, and the links that lead from before the first to the head.

    `digests` are the body digests of all entries from `first_seq` to the head, one after the other:
    those of other lots by digest alone. Empty when the range is longer than a record can hold.
    """

    before: Digest = Field(description="The link before the first entry of the range")
    first_seq: PositiveInt
    digests: tuple[Digest, ...]
    entries: tuple[KeptEntry, ...]
    head: Head

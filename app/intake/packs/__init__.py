"""Dated jurisdiction packs: what each law asks of donors, as data beside this module.

A new edition of a law is a new file with its own day of effect; an old lot keeps the pack it
was judged by, by digest.
"""

from datetime import date
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from app.errors import NotFound
from schemas.eligibility import JurisdictionPack
from schemas.origin import Jurisdiction

_SHIPPED = Path(__file__).parent


class NoPackInForce(NotFound):
    """No donor rules of that jurisdiction are in force on that day. Load the pack in force."""

    title = "No donor rules for that day"


@cache
def load_packs(folder: Path = _SHIPPED) -> tuple[JurisdictionPack, ...]:
    """Every pack in `folder`, by jurisdiction and the day it takes effect.

    Raises:
        ValueError: a file is no pack, or two packs have one code and version; names the file.
    """
    packs: dict[tuple[str, int], JurisdictionPack] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            pack = JurisdictionPack.model_validate(yaml.safe_load(path.read_bytes()))
        except (yaml.YAMLError, ValidationError) as wrong:
            raise ValueError(f"{path.name} is no jurisdiction pack: {wrong}") from wrong
        if packs.setdefault((pack.code, pack.version), pack) is not pack:
            raise ValueError(f"{path.name}: {pack.code} version {pack.version} exists already")
    return tuple(sorted(packs.values(), key=lambda each: (each.jurisdiction, each.effective_from)))


def pack_in_force(
    jurisdiction: Jurisdiction, on: date, packs: tuple[JurisdictionPack, ...] | None = None
) -> JurisdictionPack:
    """The pack of `jurisdiction` in force on the day of the donation: the latest that began.

    Raises:
        NoPackInForce: none had begun, or the latest had already ended.
    """
    begun = [
        each
        for each in (load_packs() if packs is None else packs)
        if each.jurisdiction is jurisdiction and each.effective_from <= on
    ]
    if not begun:
        raise NoPackInForce(f"No donor rules of {jurisdiction} are in force on {on}.")
    latest = max(begun, key=lambda each: (each.effective_from, each.version))
    if latest.effective_until is not None and on > latest.effective_until:
        raise NoPackInForce(
            f"{latest.code} version {latest.version} ended on {latest.effective_until}; "
            f"no donor rules of {jurisdiction} are in force on {on}. Load the pack in force."
        )
    return latest

"""The key of this site: the one named in the settings, or one made here at the first record."""

from __future__ import annotations

import fcntl
import secrets
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.settings import settings

if TYPE_CHECKING:
    from app.record.keys import SealingKey


def site_key(site_name: str, *, at: datetime) -> SealingKey:
    """The sealing key of this installation.

    A site that brings its own PKCS#12 names it in PASSAGE_KEY_FILE; otherwise a key and an
    authority of our own are made once, readable for this program's user only.

    Raises:
        KeyUnusable: the file or its passphrase is not right.
    """
    # loaded when a record is sealed: a server starts without it
    from app.record.keys import load_pkcs12  # noqa: PLC0415

    chosen = settings()
    if chosen.key_file is not None:
        return load_pkcs12(chosen.key_file, chosen.key_passphrase.get_secret_value())
    folder = chosen.folder / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("w") as lock:
        # released when the file is closed; other servers of this site wait for it
        fcntl.flock(lock, fcntl.LOCK_EX)
        passphrase = _passphrase(folder)
        if not (folder / PIECES[-1]).exists():
            _make(folder, site_name, passphrase, at=at)
    return load_pkcs12(folder / PIECES[-1], passphrase)


PIECES = ("authority.p12", "authority.pem", "seal.p12")
"""What a key is made of, in the order it appears: the seal last, as it is what is looked for."""


def _make(folder: Path, site_name: str, passphrase: str, *, at: datetime) -> None:
    """Make the key in a place of its own, then move it; a stop on the way is finished later."""
    from app.record.keys import KeyUnusable, make_site_key  # noqa: PLC0415 - (as above)

    making, made = folder / "making", folder / "made"
    if not made.exists():
        for name in PIECES:
            if (folder / name).exists():
                raise KeyUnusable(f"{name} is already there; a key in use is not replaced.")
        shutil.rmtree(making, ignore_errors=True)
        make_site_key(making, site_name, passphrase, at=at)
        making.rename(made)
    for name in PIECES:
        if (made / name).exists():
            (made / name).rename(folder / name)
    made.rmdir()


def authority_file() -> Path:
    """Where the certificate of our own authority is kept, for whoever verifies our records."""
    return settings().folder / "keys" / "authority.pem"


def known_authority() -> bytes:
    """The certificate of our own authority, as PEM; nothing before the first record."""
    path = authority_file()
    return path.read_bytes() if path.exists() else b""


def _passphrase(folder: Path) -> str:
    given = settings().key_passphrase.get_secret_value()
    if given:
        return given
    path = folder / "passphrase"
    if not path.exists():
        fresh = folder / "passphrase.new"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(24))
        fresh.rename(path)
    return path.read_text()

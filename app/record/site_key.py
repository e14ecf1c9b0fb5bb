"""The key of this site: the one named in the settings, or one made here at the first record."""

import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from app.db import Database
from app.people.models import Site
from app.record.keys import SealingKey, load_pkcs12, make_site_key
from app.settings import settings
from app.web.clock import wall_clock


def key_of_site(database: Database) -> SealingKey:
    """The sealing key of the site in this database."""
    with database.reading() as session:
        name = session.scalars(select(Site.name)).one()
    return site_key(name, at=wall_clock())


def site_key(site_name: str, *, at: datetime) -> SealingKey:
    """The sealing key of this installation.

    A site that brings its own PKCS#12 names it in PASSAGE_KEY_FILE; otherwise a key and an
    authority of our own are made once, readable for this program's user only.

    Raises:
        KeyUnusable: the file or its passphrase is not right.
    """
    chosen = settings()
    if chosen.key_file is not None:
        return load_pkcs12(chosen.key_file, chosen.key_passphrase.get_secret_value())
    folder = chosen.folder / "keys"
    made = folder / "seal.p12"
    if not made.exists():
        make_site_key(folder, site_name, _passphrase(folder), at=at)
    return load_pkcs12(made, _passphrase(folder))


def authority_file() -> Path:
    """Where the certificate of our own authority is kept, for whoever verifies our records."""
    return settings().folder / "keys" / "authority.pem"


def _passphrase(folder: Path) -> str:
    given = settings().key_passphrase.get_secret_value()
    if given:
        return given
    path = folder / "passphrase"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text()
